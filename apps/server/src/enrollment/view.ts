import type { Enrollment as EnrollmentView } from '@yunqian/api'
import { centreName } from '../accounts/index.ts'
import type { DevicePrincipal, Tx } from '../platform/index.ts'
import { codeTriesLimit, type Enrollment, stateAt } from './enrollment.ts'
import { EnrollmentError } from './errors.ts'
import type { EnrollmentDeps } from './ports.ts'
import { enrollmentById } from './store.ts'

/** An application as its phone sees it; nothing in it tells whether the person is registered. */
export async function enrollmentView(
  deps: Pick<EnrollmentDeps, 'clock'>,
  tx: Tx,
  enrollment: Enrollment,
): Promise<EnrollmentView> {
  const state = stateAt(enrollment, deps.clock.now())
  return {
    enrollmentId: enrollment.enrollmentId,
    deviceId: enrollment.deviceId,
    state,
    name: enrollment.claimedName,
    centreName: await centreName(tx, enrollment.tenantId, enrollment.centreId),
    mobileMasked: enrollment.mobileMasked,
    ...(state === 'code-sent'
      ? {
          codeExpiresAt: enrollment.codeExpiresAt.toISOString(),
          codeTriesLeft: Math.max(0, codeTriesLimit - enrollment.codeTries),
        }
      : {}),
    ...(enrollment.reason === undefined ? {} : { reason: enrollment.reason }),
    ...(enrollment.csrTaskId === undefined ? {} : { csrTaskId: enrollment.csrTaskId }),
  }
}

/** The application this phone made; any other does not exist for it. Throws `enrollment.unknown`. */
export async function ownEnrollment(
  deps: Pick<EnrollmentDeps, 'sealer'>,
  tx: Tx,
  caller: Pick<DevicePrincipal, 'tenantId' | 'deviceId'>,
  enrollmentId: string,
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<Enrollment> {
  const name = { tenantId: caller.tenantId, enrollmentId }
  const enrollment = await enrollmentById(tx, deps.sealer, name, lock)
  if (enrollment?.deviceId !== caller.deviceId) throw new EnrollmentError('enrollment.unknown')
  return enrollment
}
