import { retireOtherDevices } from '../devices/index.ts'
import { appendEvent } from '../evidence/index.ts'
import type { IssuedNow } from '../issuance/index.ts'
import { destroyKeyShare } from '../keys/two-party/index.ts'
import type { Tx } from '../platform/index.ts'
import { type Enrollment } from './enrollment.ts'
import type { EnrollmentDeps } from './ports.ts'
import { enrollmentsIn, updateEnrollment } from './store.ts'

type Deps = Pick<EnrollmentDeps, 'sealer' | 'signals'>

const overtaken = '已在另一部手机上领取证书 The certificate was issued to another phone'

/**
 * In the commit that makes a certificate valid, the person's row held: its application is issued, the person's other
 * phones are strangers, and other applications that only waited for their key end, so that none of them can take the
 * certificate back. False when this application itself has ended in the meantime.
 */
export async function applicationIssued(deps: Deps, tx: Tx, issued: IssuedNow): Promise<boolean> {
  const { tenantId, personId, keyId, at } = issued
  const states = ['approved', 'key-made'] as const
  const pending = await enrollmentsIn(tx, deps.sealer, { tenantId, personId, states })
  const own = pending.find((one) => one.keyId === keyId && one.state === 'key-made')
  if (!own) return false
  await updateEnrollment(tx, own, { state: 'issued', issuedAt: at })
  await deps.signals.notify(tx, `enrollment:${own.enrollmentId}`)
  for (const other of pending)
    if (other !== own) await endApplication(deps, tx, other, { at, reason: overtaken })
  await retireOtherDevices(tx, { tenantId, personId, deviceId: own.deviceId, at })
  return true
}

/** Ends what is under way of a person, at a centre, or both; the applicant reads why. */
export async function endApplications(
  deps: Deps,
  tx: Tx,
  given: {
    readonly tenantId: string
    readonly personId?: string
    readonly centreId?: string
    readonly at: Date
    readonly reason: string
  },
): Promise<void> {
  const states = ['code-sent', 'proofed', 'approved', 'key-made'] as const
  for (const enrollment of await enrollmentsIn(tx, deps.sealer, { ...given, states }))
    await endApplication(deps, tx, enrollment, given)
}

/** Ends an application that nobody decides on any more, and the key it may have made. */
async function endApplication(
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
