import { formatName, parseCertificate, type Certificate } from '@yunqian/pki'
import { appendEvent } from '../evidence/index.ts'
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
  // 4. The certificate and its event are one commit.
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
  const at = deps.clock.now()
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
  const subject = { certificateId, personId, keyId, serialNumberHex }
  await appendEvent(tx, { type: 'certificate.issued', at, subject })
  await deps.signals.notify(tx, `person:${personId}`)
  return { certificateId }
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
