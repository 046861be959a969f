import { appendEvent } from '../evidence/index.ts'
import { destroyKeyShare, resumeKey, suspendKey } from '../keys/two-party/index.ts'
import type { Platform, Tx } from '../platform/index.ts'
import { CertificatesError } from './errors.ts'
import { momentOfChange } from './revocation-list.ts'
import { certificateById, setState, type IssuedCertificate } from './store.ts'

export interface StateChange {
  readonly tenantId: string
  readonly certificateId: string
  readonly reason: string
  readonly at: Date
  /** Who asked: a member of staff, or the holder's phone. */
  readonly by:
    | { readonly staffId: string }
    | { readonly deviceId: string }
    | { readonly room: string }
}

type Change = 'suspend' | 'resume' | 'revoke'

// Suspension comes back, revocation does not; what has expired stays as it was.
const transitions = {
  suspend: { from: ['valid'], to: 'suspended', event: 'certificate.suspended' },
  resume: { from: ['suspended'], to: 'valid', event: 'certificate.resumed' },
  revoke: { from: ['valid', 'suspended'], to: 'revoked', event: 'certificate.revoked' },
} as const

/**
 * Changes a certificate's state, its key's, and writes the event, all in the caller's transaction.
 * Throws `certificates.unknown`, `certificates.wrong-state`.
 */
export async function changeState(
  { signals, sealer }: Pick<Platform, 'signals' | 'sealer'>,
  tx: Tx,
  change: Change,
  given: StateChange,
): Promise<IssuedCertificate> {
  const { tenantId, certificateId, reason } = given
  const at = await momentOfChange(tx, given.at)
  const wanted = { tenantId, certificateId, now: at }
  const before = await certificateById(tx, wanted, true)
  if (!before) throw new CertificatesError('certificates.unknown')
  const { from, to, event } = transitions[change]
  if (!(from as readonly string[]).includes(before.state))
    throw new CertificatesError('certificates.wrong-state', { state: before.state })
  await setState(tx, { tenantId, certificateId, state: to, reason, at })
  const key = { tenantId, keyId: before.keyId }
  if (change === 'suspend') await suspendKey(tx, { ...key, reason, at })
  if (change === 'resume') await resumeKey(tx, key)
  if (change === 'revoke') await destroyKeyShare(tx, { ...key, at })
  const { personId, serialNumberHex, keyId } = before
  const subject = { certificateId, personId, keyId, serialNumberHex, ...given.by }
  // Somebody typed the reason: what it says about a person does not go into the log itself.
  const personal = { sealer, values: { reason } }
  await appendEvent(tx, { type: event, at, subject, personal })
  await signals.notify(tx, `person:${personId}`)
  const after = await certificateById(tx, wanted)
  if (!after) throw new CertificatesError('certificates.unknown')
  return after
}
