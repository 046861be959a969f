import {
  ATTRIBUTE_TYPE,
  formatName,
  parseCertificate,
  parseCertificationRequest,
  PkiError,
  verifyCertificationRequest,
  type AttributeShortName,
  type CertificationRequest,
} from '@yunqian/pki'
import { prepareCertificate, type NameParts } from '@yunqian/pki/write'
import { appendEvent } from '../evidence/index.ts'
import {
  isUniqueViolation,
  newId,
  type Clock,
  type Database,
  type Signals,
  type Tx,
} from '../platform/index.ts'
import { issuingAddresses, newSerial } from './ceremony.ts'
import { IssuanceError } from './errors.ts'
import type { Issuer } from './issuer-key.ts'

export interface IssuanceDeps {
  readonly db: Database
  readonly clock: Clock
  readonly random: (length: number) => Uint8Array
  readonly signals: Signals
  readonly issuer: Issuer
  readonly publicUrl: string
}

export interface PersonCertificateRequest {
  readonly tenantId: string
  readonly personId: string
  readonly keyId: string
  /** DER, signed by both halves of the person's key. */
  readonly csr: Uint8Array
  /** DER of the name that was approved. */
  readonly subject: Uint8Array
}

const validDays = 365
const dayMs = 86_400_000

/**
 * Issues a person's certificate, once per key: asked again, also after a death, it answers with the same one.
 * Throws `issuance.profile-mismatch`, `issuance.unavailable`.
 */
export async function issuePersonCertificate(
  deps: IssuanceDeps,
  request: PersonCertificateRequest,
): Promise<{ readonly certificateId: string }> {
  // 1. The request is for the approved name, and whoever made it holds the key.
  const csr = checkedRequest(request)
  // 2. The intent: a fresh serial in a committed row. What an earlier attempt left is abandoned with its serial.
  const now = deps.clock.now()
  const certificateId = newId(deps)
  const serialNumber = newSerial(deps.random)
  const notBefore = new Date(Math.floor(now.getTime() / 1000) * 1000 - 60_000)
  const notAfter = new Date(notBefore.getTime() + validDays * dayMs)
  const intent = deps.db.tx(request, async (tx) => {
    const before = await attemptOf(tx, request)
    if (before?.issued) return before.certificateId
    if (before) await abandon(tx, request.tenantId, before.certificateId)
    await tx.execute(
      `insert into certificate (tenant_id, certificate_id, person_id, key_id, serial_number_hex, state, state_since,
         subject, issuer, not_before, not_after, created_at)
       values ($1, $2, $3, $4, $5, 'preparing', $6, $7, $8, $9, $10, $6)`,
      [
        request.tenantId,
        certificateId,
        request.personId,
        request.keyId,
        Buffer.from(serialNumber).toString('hex'),
        now,
        formatName(csr.info.subject),
        formatName(deps.issuer.certificate.subject),
        notBefore,
        notAfter,
      ],
    )
    return undefined
  })
  const existing = await intent.catch((error: unknown) => {
    // Another request for the same key wrote its intent in this very moment; asked again, it has the answer.
    if (!isUniqueViolation(error, 'certificate_of_key')) throw error
    throw new IssuanceError('issuance.unavailable', { attempt: 'concurrent' })
  })
  if (existing) return { certificateId: existing }
  // 3. Prepare and lint; only then the issuer's key moves.
  const der = await deps.issuer.issue(prepare(deps, csr, { serialNumber, notBefore, notAfter }))
  // 4. The certificate and its event are one commit. Death before: the next attempt starts at 2 with another serial.
  await deps.db.tx(request, async (tx) => {
    const kept = await tx.execute(
      `update certificate set state = 'valid', state_since = $3, created_at = $3, der = $4
       where tenant_id = $1 and certificate_id = $2 and state = 'preparing'`,
      [request.tenantId, certificateId, now, der],
    )
    if (kept === 0) throw new IssuanceError('issuance.unavailable', { attempt: 'superseded' })
    const { serialNumberHex } = parseCertificate(der)
    const { personId, keyId } = request
    const subject = { certificateId, personId, keyId, serialNumberHex }
    await appendEvent(tx, { type: 'certificate.issued', at: now, subject })
    await deps.signals.notify(tx, `person:${personId}`)
  })
  return { certificateId }
}

function checkedRequest(request: PersonCertificateRequest): CertificationRequest {
  const csr = parseCertificationRequest(request.csr)
  if (!Buffer.from(csr.info.subject.der).equals(request.subject))
    throw new IssuanceError('issuance.profile-mismatch', { findings: ['subject'] })
  if (!verifyCertificationRequest(csr))
    throw new IssuanceError('issuance.profile-mismatch', { findings: ['proof-of-possession'] })
  return csr
}

function prepare(
  { issuer, publicUrl }: IssuanceDeps,
  csr: CertificationRequest,
  fields: { readonly serialNumber: Uint8Array; readonly notBefore: Date; readonly notAfter: Date },
): ReturnType<typeof prepareCertificate> {
  try {
    return prepareCertificate({
      profile: 'person-signing',
      subject: partsOf(csr),
      publicKey: csr.info.publicKey.der,
      issuer: issuer.certificate.der,
      issuerAlgorithm: 'sm2-with-sm3',
      addresses: issuingAddresses(publicUrl),
      ...fields,
    })
  } catch (error) {
    if (!(error instanceof PkiError)) throw error
    throw new IssuanceError('issuance.profile-mismatch', { findings: [error.code] })
  }
}

const shortNames = new Map(
  (Object.entries(ATTRIBUTE_TYPE) as [AttributeShortName, string][]).map(([name, oid]) => [
    oid,
    name,
  ]),
)

function partsOf(csr: CertificationRequest): NameParts {
  return csr.info.subject.rdns.flat().map(({ type, value }) => {
    const short = shortNames.get(type)
    if (!short)
      throw new IssuanceError('issuance.profile-mismatch', { findings: ['name-attribute'] })
    return [short, value] as const
  })
}

async function attemptOf(
  tx: Tx,
  { tenantId, keyId }: PersonCertificateRequest,
): Promise<{ certificateId: string; issued: boolean } | undefined> {
  const row = await tx.queryOne<{ certificate_id: string; issued: boolean }>(
    `select certificate_id, der is not null as issued from certificate
     where tenant_id = $1 and key_id = $2 and state <> 'abandoned' for update`,
    [tenantId, keyId],
  )
  return row && { certificateId: row.certificate_id, issued: row.issued }
}

async function abandon(tx: Tx, tenantId: string, certificateId: string): Promise<void> {
  await tx.execute(
    `update certificate set state = 'abandoned' where tenant_id = $1 and certificate_id = $2`,
    [tenantId, certificateId],
  )
}
