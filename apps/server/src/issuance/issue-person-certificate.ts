import { formatName, parseCertificate, type Certificate } from '@yunqian/pki'
import {
  isUniqueViolation,
  newId,
  type Clock,
  type Database,
  type Signals,
  type Tx,
} from '../platform/index.ts'
import { checkedCertificationRequest } from './certification-request.ts'
import type { Issuer, PersonCertificateRequest } from './issuer.ts'

export interface IssuanceDeps {
  readonly db: Database
  readonly clock: Clock
  readonly random: (length: number) => Uint8Array
  readonly signals: Signals
  readonly issuer: Issuer
  /**
   * What else belongs to the commit that records a certificate: its event and history, the end of the older ones, the
   * application's last step. The person's row is held.
   */
  readonly whenIssued: (tx: Tx, issued: IssuedNow) => Promise<void>
}

/** A certificate in the commit that records it. */
export interface IssuedNow {
  readonly tenantId: string
  readonly personId: string
  readonly keyId: string
  readonly certificateId: string
  readonly serialNumberHex: string
  readonly at: Date
}

/**
 * Gets a person's certificate from the CA and records it, once per key: asked again, also after a death, it answers with
 * the same one. Throws `issuance.profile-mismatch`, `issuance.unavailable` and what else the CA refuses with.
 */
export async function issuePersonCertificate(
  deps: IssuanceDeps,
  request: PersonCertificateRequest,
): Promise<{ readonly certificateId: string }> {
  // 1. What cannot be issued is not asked for; the CA judges again.
  checkedCertificationRequest(request)
  // 2. Recorded before: answered without the CA.
  const recorded = await deps.db.tx(request, (tx) => recordedFor(tx, request))
  if (recorded) return recorded
  // 3. The CA writes down, signs and keeps. Death after this: asked again, it answers with the same certificate.
  const der = await deps.issuer.issue(request)
  // 4. The certificate, its event and history, and the end of the person's older one are one commit.
  try {
    return await deps.db.tx(request, (tx) => record(deps, tx, request, parseCertificate(der)))
  } catch (error) {
    // Two asked for one key at once: both have the same certificate, and the other recorded it.
    const first = isUniqueViolation(error)
      ? await deps.db.tx(request, (tx) => recordedFor(tx, request))
      : undefined
    if (first) return first
    throw error
  }
}

async function record(
  deps: IssuanceDeps,
  tx: Tx,
  request: PersonCertificateRequest,
  certificate: Certificate,
): Promise<{ readonly certificateId: string }> {
  const { tenantId, personId, keyId } = request
  const { serialNumberHex, notBefore, notAfter } = certificate
  const certificateId = newId(deps)
  const at = await nextMoment(tx, request, deps.clock.now())
  // An attempt of an earlier version drew its serial here, and died.
  await tx.execute(
    `update certificate set state = 'abandoned'
     where tenant_id = $1 and key_id = $2 and state = 'preparing'`,
    [tenantId, keyId],
  )
  await tx.execute(
    `insert into certificate (tenant_id, certificate_id, person_id, key_id, serial_number_hex, state, state_since,
       subject, issuer, not_before, not_after, created_at, der)
     values ($1, $2, $3, $4, $5, 'valid', $6, $7, $8, $9, $10, $6, $11)`,
    [
      tenantId,
      certificateId,
      personId,
      keyId,
      serialNumberHex,
      at,
      formatName(certificate.subject),
      formatName(certificate.issuer),
      notBefore,
      notAfter,
      certificate.der,
    ],
  )
  await deps.whenIssued(tx, { tenantId, personId, keyId, certificateId, serialNumberHex, at })
  await deps.signals.notify(tx, `person:${personId}`)
  return { certificateId }
}

/**
 * Holds the person's row, so that their certificates are recorded one after the other, and gives a moment later than that
 * of the one before: the newest by time is the one that ended the others.
 */
async function nextMoment(
  tx: Tx,
  { tenantId, personId }: PersonCertificateRequest,
  now: Date,
): Promise<Date> {
  // Not against whoever only refers to the row.
  await tx.execute('select from person where tenant_id = $1 and person_id = $2 for no key update', [
    tenantId,
    personId,
  ])
  const row = await tx.queryOne<{ last: Date | null }>(
    'select max(created_at) as last from certificate where tenant_id = $1 and person_id = $2 and der is not null',
    [tenantId, personId],
  )
  return new Date(Math.max(now.getTime(), (row?.last?.getTime() ?? 0) + 1))
}

async function recordedFor(
  tx: Tx,
  { tenantId, keyId }: PersonCertificateRequest,
): Promise<{ readonly certificateId: string } | undefined> {
  const row = await tx.queryOne<{ certificate_id: string }>(
    `select certificate_id from certificate where tenant_id = $1 and key_id = $2 and der is not null`,
    [tenantId, keyId],
  )
  return row && { certificateId: row.certificate_id }
}
