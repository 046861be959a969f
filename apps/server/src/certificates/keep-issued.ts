import { appendEvent } from '../evidence/index.ts'
import type { IssuedNow } from '../issuance/index.ts'
import type { Tx } from '../platform/index.ts'
import { type ChangeDeps, changeState } from './change-state.ts'
import { recordChange } from './history.ts'
import { livingCertificates } from './store.ts'

/**
 * What belongs to the commit that records a certificate: its event, the first line of its history, and the end of whatever
 * the person held before. The caller holds the person's row, so that of two at once the second ends the first. A
 * certificate whose application ended while the CA signed it does not stand: it is revoked before anybody has it.
 */
export async function keepIssued(
  deps: ChangeDeps,
  tx: Tx,
  issued: IssuedNow,
  stands: boolean,
): Promise<void> {
  const { tenantId, certificateId, personId, keyId, serialNumberHex, at } = issued
  const subject = { certificateId, personId, keyId, serialNumberHex }
  const { eventId } = await appendEvent(tx, { type: 'certificate.issued', at, subject })
  const by = { room: 'issuance' }
  await recordChange(tx, { tenantId, certificateId, change: 'issued', at, by, eventId })
  if (stands) return supersedeOlder(deps, tx, issued)
  await changeState(deps, tx, 'revoke', {
    tenantId,
    certificateId,
    at,
    by,
    reason: 'application-ended',
    revocationReason: 'cessationOfOperation',
  })
}

/**
 * Revokes what a person held beside one certificate, and destroys our half of the older keys: one person, one key in use.
 * What was signed with them before stays valid, because it carries the time and the status of its moment.
 */
export async function supersedeOlder(
  deps: ChangeDeps,
  tx: Tx,
  kept: Pick<IssuedNow, 'tenantId' | 'personId' | 'certificateId' | 'at'>,
): Promise<void> {
  const { tenantId, certificateId: supersededBy, at } = kept
  for (const { certificateId } of await livingCertificates(tx, { ...kept, now: at })) {
    if (certificateId === supersededBy) continue
    const by = { room: 'issuance' }
    const end = { tenantId, certificateId, supersededBy, at, by }
    await changeState(deps, tx, 'revoke', {
      ...end,
      reason: 'superseded',
      revocationReason: 'superseded',
    })
  }
}
