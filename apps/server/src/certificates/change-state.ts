import type { RevocationReasonWord } from '@yunqian/api'
import { appendEvent } from '../evidence/index.ts'
import { destroyKeyShare, keyById, resumeKey, suspendKey } from '../keys/two-party/index.ts'
import type { Platform, Tx } from '../platform/index.ts'
import { CertificatesError } from './errors.ts'
import { recordChange, type ChangedBy } from './history.ts'
import type { StopSignatures } from './ports.ts'
import { momentOfChange } from './revocation-list.ts'
import { certificateById, setState, type IssuedCertificate } from './store.ts'

export interface StateChange {
  readonly tenantId: string
  readonly certificateId: string
  readonly reason: string
  readonly at: Date
  readonly by: ChangedBy
  /** Revoking only: what OCSP and CRL say; absent, they say nothing. */
  readonly revocationReason?: RevocationReasonWord
  /** Superseding only: the certificate that takes its place. */
  readonly supersededBy?: string
}

export interface ChangeDeps extends Pick<Platform, 'signals' | 'sealer'> {
  readonly stopSignatures: StopSignatures
}

export type Change = 'suspend' | 'resume' | 'revoke'

// Suspension comes back, revocation does not; what has expired stays as it was.
const transitions = {
  suspend: { from: ['valid'], to: 'suspended', event: 'certificate.suspended' },
  resume: { from: ['suspended'], to: 'valid', event: 'certificate.resumed' },
  revoke: { from: ['valid', 'suspended'], to: 'revoked', event: 'certificate.revoked' },
} as const

/**
 * Changes a certificate's state, its key's, and writes the event and the history, all in the caller's transaction.
 * Throws `certificates.unknown`, `certificates.wrong-state`.
 */
export async function changeState(
  { signals, sealer, stopSignatures }: ChangeDeps,
  tx: Tx,
  change: Change,
  given: StateChange,
): Promise<IssuedCertificate> {
  // 1. The certificate, its key locked first as signing does, so that the two never wait for each other in a circle.
  const before = await lockWithKey(tx, given)
  const { tenantId, certificateId, reason } = given
  const { from, to, event } = transitions[change]
  if (!(from as readonly string[]).includes(before.state))
    throw new CertificatesError('certificates.wrong-state', { state: before.state })
  // 2. What was being signed with it, and with that the moment.
  const stopped = { tenantId, certificateId, keyId: before.keyId, at: given.at }
  const wanted = change === 'resume' ? given.at : await stopSignatures(tx, stopped)
  const at = await momentOfChange(tx, wanted)
  // 3. Certificate and key.
  const revocationReason =
    change === 'revoke' ? (given.revocationReason ?? 'unspecified') : undefined
  const next = { tenantId, certificateId, state: to, reason, at }
  await setState(tx, { ...next, ...(revocationReason ? { revocationReason } : {}) })
  const key = { tenantId, keyId: before.keyId }
  if (change === 'suspend') await suspendKey(tx, { ...key, reason, at })
  if (change === 'resume') await resumeKey(tx, key)
  if (change === 'revoke') await destroyKeyShare(tx, { ...key, at })
  // 4. Event and history.
  const { personId, serialNumberHex, keyId } = before
  const subject = { certificateId, personId, keyId, serialNumberHex, ...given.by }
  const { eventId } = await appendEvent(tx, {
    type: event,
    at,
    subject: given.supersededBy ? { ...subject, supersededBy: given.supersededBy } : subject,
    // Somebody typed the reason: what it says about a person does not go into the log itself.
    personal: { sealer, values: { reason } },
    ...(revocationReason ? { data: { revocationReason } } : {}),
  })
  const name = revocationReason === 'superseded' ? 'superseded' : historyName[change]
  const { by } = given
  await recordChange(tx, { tenantId, certificateId, change: name, at, by, reason, eventId })
  await signals.notify(tx, `person:${personId}`)
  const after = await certificateById(tx, { tenantId, certificateId, now: at })
  if (!after) throw new CertificatesError('certificates.unknown')
  return after
}

const historyName = { suspend: 'suspended', resume: 'resumed', revoke: 'revoked' } as const

async function lockWithKey(tx: Tx, given: StateChange): Promise<IssuedCertificate> {
  const wanted = { ...given, now: given.at }
  const seen = await certificateById(tx, wanted)
  if (!seen) throw new CertificatesError('certificates.unknown')
  await keyById(tx, { ...given, keyId: seen.keyId }, 'for update')
  const locked = await certificateById(tx, wanted, true)
  if (!locked) throw new CertificatesError('certificates.unknown')
  return locked
}
