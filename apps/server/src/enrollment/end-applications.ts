import { retireOtherDevices } from '../devices/index.ts'
import { appendEvent } from '../evidence/index.ts'
import type { IssuedNow } from '../issuance/index.ts'
import { destroyKeyShare } from '../keys/two-party/index.ts'
import type { Tx } from '../platform/index.ts'
import { type Enrollment } from './enrollment.ts'
import type { EnrollmentDeps } from './ports.ts'
import { pendingEnrollments, updateEnrollment } from './store.ts'

type Deps = Pick<EnrollmentDeps, 'sealer' | 'signals'>

const overtaken = '已在另一部手机上领取证书 The certificate was issued to another phone'

/**
 * In the commit that makes a certificate valid, the person's row held: its application is issued, the person's other
 * phones are strangers, and other applications that only waited for their key end, so that none of them can take the
 * certificate back. False when this application itself has ended in the meantime.
 */
export async function applicationIssued(deps: Deps, tx: Tx, issued: IssuedNow): Promise<boolean> {
  const { tenantId, personId, keyId, at } = issued
  const pending = await pendingEnrollments(tx, deps.sealer, issued)
  const own = pending.find((one) => one.keyId === keyId && one.state === 'key-made')
  if (!own) return false
  await updateEnrollment(tx, own, { state: 'issued', issuedAt: at })
  await deps.signals.notify(tx, `enrollment:${own.enrollmentId}`)
  for (const other of pending)
    if (other !== own) await endApplication(deps, tx, other, { at, reason: overtaken })
  await retireOtherDevices(tx, { tenantId, personId, deviceId: own.deviceId, at })
  return true
}

/** Ends an application that nobody decides on any more, and the key it may have made. */
export async function endApplication(
  { signals, sealer }: Deps,
  tx: Tx,
  enrollment: Enrollment,
  { at, reason }: { readonly at: Date; readonly reason: string },
): Promise<void> {
  const { tenantId, enrollmentId, deviceId, keyId } = enrollment
  const personId = enrollment.personId!
  await updateEnrollment(tx, enrollment, { state: 'rejected', reason })
  if (keyId !== undefined) {
    await destroyKeyShare(tx, { tenantId, keyId, at })
    const subject = { key: keyId, person: personId, device: deviceId }
    await appendEvent(tx, {
      type: 'key.deleted',
      at,
      subject,
      data: { reason: 'application ended' },
    })
  }
  await appendEvent(tx, {
    type: 'enrollment.refused',
    at,
    subject: { enrollmentId, personId },
    personal: { sealer, values: { reason } },
  })
  await signals.notify(tx, `enrollment:${enrollmentId}`)
}
