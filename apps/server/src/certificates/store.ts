import type {
  CertificateStanding,
  CertificateState,
  CertificateView,
  RevocationReasonWord,
} from '@yunqian/api'
import type { Tx } from '../platform/index.ts'

/** An issued certificate and its state now. */
export interface IssuedCertificate {
  readonly certificateId: string
  readonly personId: string
  readonly keyId: string
  readonly serialNumberHex: string
  readonly state: CertificateState
  readonly stateSince: Date
  readonly reason?: string
  readonly revocationReason?: RevocationReasonWord
  readonly subject: string
  readonly issuer: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly der: Uint8Array
}

interface Row {
  certificate_id: string
  person_id: string
  key_id: string
  serial_number_hex: string
  state: 'valid' | 'suspended' | 'revoked'
  state_since: Date
  state_reason: string | null
  revocation_reason: RevocationReasonWord | null
  subject: string
  issuer: string
  not_before: Date
  not_after: Date
  der: Uint8Array
}

const issued = `select * from certificate where tenant_id = $1 and der is not null`

/** Locks the row when it is about to change. */
export async function certificateById(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly certificateId: string; readonly now: Date },
  lock = false,
): Promise<IssuedCertificate | undefined> {
  const row = await tx.queryOne<Row>(
    `${issued} and certificate_id = $2 ${lock ? 'for update' : ''}`,
    [wanted.tenantId, wanted.certificateId],
  )
  return row && certificateOf(row, wanted.now)
}

/** Whether the holder of a certificate works at one of these centres now. */
export async function holderIsOf(
  tx: Tx,
  wanted: {
    readonly tenantId: string
    readonly certificateId: string
    readonly centreIds: readonly string[]
  },
): Promise<boolean> {
  const row = await tx.queryOne<{ found: boolean }>(
    `select exists (select 1 from certificate c join membership m using (tenant_id, person_id)
       where c.tenant_id = $1 and c.certificate_id = $2 and m.centre_id = any ($3)
         and m.state = 'active') as found`,
    [wanted.tenantId, wanted.certificateId, wanted.centreIds],
  )
  return row?.found === true
}

/** What of a person's certificates has neither expired nor been revoked. */
export async function livingCertificates(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly personId: string; readonly now: Date },
): Promise<IssuedCertificate[]> {
  const rows = await tx.query<Row>(
    `${issued} and person_id = $2 and state in ('valid', 'suspended') and not_after > $3
     order by created_at desc, certificate_id desc`,
    [wanted.tenantId, wanted.personId, wanted.now],
  )
  return rows.map((row) => certificateOf(row, wanted.now))
}

/** People with more than one living certificate. */
export async function holdersOfSeveral(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly now: Date },
): Promise<string[]> {
  const rows = await tx.query<{ person_id: string }>(
    `select person_id from certificate
     where tenant_id = $1 and state in ('valid', 'suspended') and not_after > $2
     group by person_id having count(*) > 1`,
    [wanted.tenantId, wanted.now],
  )
  return rows.map((row) => row.person_id)
}

/** Whether a certificate was issued for a centre: the one its application was made at, whose name it carries. */
export async function namesCentre(
  tx: Tx,
  wanted: {
    readonly tenantId: string
    readonly certificateId: string
    readonly centreId: string
  },
): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from certificate c join enrollment e using (tenant_id, key_id)
     where c.tenant_id = $1 and c.certificate_id = $2 and e.centre_id = $3`,
    [wanted.tenantId, wanted.certificateId, wanted.centreId],
  )
  return rows.length > 0
}

/** All certificates a person ever had, newest first. */
export async function certificatesOf(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly personId: string; readonly now: Date },
): Promise<IssuedCertificate[]> {
  const rows = await tx.query<Row>(
    `${issued} and person_id = $2 order by created_at desc, certificate_id desc`,
    [wanted.tenantId, wanted.personId],
  )
  return rows.map((row) => certificateOf(row, wanted.now))
}

/** The certificate each person has: the one in use, or else the newest. */
export async function newestCertificates(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly personIds: readonly string[]; readonly now: Date },
): Promise<IssuedCertificate[]> {
  const rows = await tx.query<Row>(
    `select distinct on (person_id) * from certificate
     where tenant_id = $1 and der is not null and person_id = any ($2)
     order by person_id, (state <> 'revoked' and not_after > $3) desc, created_at desc, certificate_id desc`,
    [wanted.tenantId, wanted.personIds, wanted.now],
  )
  return rows.map((row) => certificateOf(row, wanted.now))
}

/** Issued certificates, newest first, with the names of their holders. */
export async function listIssued(
  tx: Tx,
  query: {
    readonly tenantId: string
    readonly personId?: string | undefined
    /** Of people of these centres alone; null for the whole district. */
    readonly centreIds: readonly string[] | null
    readonly before?: string | undefined
    readonly limit?: number | undefined
    readonly now: Date
  },
): Promise<{ readonly name: string; readonly certificate: IssuedCertificate }[]> {
  const rows = await tx.query<Row & { name: string }>(
    `select c.*, p.name from certificate c join person p using (tenant_id, person_id)
     where c.tenant_id = $1 and c.der is not null and ($2::uuid is null or c.person_id = $2)
       and ($3::timestamptz is null or c.created_at < $3)
       and ($5::uuid[] is null or exists (select 1 from membership m
         where m.tenant_id = c.tenant_id and m.person_id = c.person_id and m.centre_id = any ($5)
           and m.state = 'active'))
     order by c.created_at desc limit $4`,
    [
      query.tenantId,
      query.personId ?? null,
      query.before ?? null,
      query.limit ?? 100,
      query.centreIds,
    ],
  )
  return rows.map((row) => ({ name: row.name, certificate: certificateOf(row, query.now) }))
}

const expiringWithinDays = 30

/** Everyone whose newest certificate is in this standing; for `none` everyone who holds any. */
export async function holdersOf(
  tx: Tx,
  wanted: {
    readonly tenantId: string
    readonly standing: CertificateStanding
    readonly now: Date
  },
): Promise<string[]> {
  const rows = await tx.query<{ person_id: string }>(
    `with newest as (
       select distinct on (person_id) person_id, not_after,
         case when state <> 'revoked' and not_after <= $3 then 'expired' else state end as state
       from certificate where tenant_id = $1 and der is not null
       order by person_id, (state <> 'revoked' and not_after > $3) desc, created_at desc, certificate_id desc)
     select person_id from newest where $2 in ('none', state) or ($2 = 'expiring' and state = 'valid'
       and not_after < $3::timestamptz + make_interval(days => $4))`,
    [wanted.tenantId, wanted.standing, wanted.now, expiringWithinDays],
  )
  return rows.map((row) => row.person_id)
}

/** Valid certificates by centre of their holders. */
export async function countValidByCentre(
  tx: Tx,
  tenantId: string,
  now: Date,
): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.query<{ centre_id: string; count: number }>(
    `select m.centre_id, count(distinct c.certificate_id) as count
     from membership m join certificate c using (tenant_id, person_id)
     where m.tenant_id = $1 and m.state = 'active' and c.state = 'valid' and c.not_after > $2
     group by m.centre_id`,
    [tenantId, now],
  )
  return new Map(rows.map((row) => [row.centre_id, row.count]))
}

export async function setState(
  tx: Tx,
  change: {
    readonly tenantId: string
    readonly certificateId: string
    readonly state: 'valid' | 'suspended' | 'revoked'
    readonly reason: string
    readonly revocationReason?: RevocationReasonWord
    readonly at: Date
  },
): Promise<void> {
  await tx.execute(
    `update certificate set state = $3, state_reason = $4, state_since = $5, revocation_reason = $6
     where tenant_id = $1 and certificate_id = $2`,
    [
      change.tenantId,
      change.certificateId,
      change.state,
      change.reason,
      change.at,
      change.revocationReason ?? null,
    ],
  )
}

/** What phone and console show. */
export function viewOf(
  certificate: IssuedCertificate,
  chain: readonly Uint8Array[],
): CertificateView {
  const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64')
  return {
    certificateId: certificate.certificateId,
    serialNumberHex: certificate.serialNumberHex,
    subject: certificate.subject,
    issuer: certificate.issuer,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    state: certificate.state,
    stateSince: certificate.stateSince.toISOString(),
    ...(certificate.reason ? { reason: certificate.reason } : {}),
    ...(certificate.state === 'revoked'
      ? { revocationReason: certificate.revocationReason ?? 'unspecified' }
      : {}),
    certificate: base64(certificate.der),
    chain: chain.map(base64),
  }
}

function certificateOf(row: Row, now: Date): IssuedCertificate {
  const expired = row.state !== 'revoked' && row.not_after <= now
  return {
    certificateId: row.certificate_id,
    personId: row.person_id,
    keyId: row.key_id,
    serialNumberHex: row.serial_number_hex,
    state: expired ? 'expired' : row.state,
    stateSince: expired ? row.not_after : row.state_since,
    ...(row.state_reason ? { reason: row.state_reason } : {}),
    ...(row.revocation_reason ? { revocationReason: row.revocation_reason } : {}),
    subject: row.subject,
    issuer: row.issuer,
    notBefore: row.not_before,
    notAfter: row.not_after,
    der: new Uint8Array(row.der),
  }
}
