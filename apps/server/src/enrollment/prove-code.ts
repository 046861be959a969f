import type { Enrollment as EnrollmentView } from '@yunqian/api'
import { idNumberOf, personByIdNumber } from '../accounts/index.ts'
import { appendEvent } from '../evidence/index.ts'
import type { DevicePrincipal, Tx } from '../platform/index.ts'
import {
  codesLimit,
  codeTriesLimit,
  type Enrollment,
  nextState,
  resendAfterMs,
} from './enrollment.ts'
import { EnrollmentError } from './errors.ts'
import { codeFits, sendCode } from './one-time-code.ts'
import type { EnrollmentDeps } from './ports.ts'
import { updateEnrollment } from './store.ts'
import { enrollmentView, ownEnrollment } from './view.ts'

/** The applicant shows that the mobile is theirs. A wrong code costs a try, and the try is committed. */
export async function submitCode(
  deps: EnrollmentDeps,
  caller: DevicePrincipal,
  enrollmentId: string,
  code: string,
): Promise<EnrollmentView> {
  const outcome = await deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const at = deps.clock.now()
    const enrollment = await ownEnrollment(deps, tx, caller, enrollmentId, 'for update')
    // The code that was accepted, again: the answer was lost, and nothing is left to try.
    if (wasProved(enrollment) && codeFits(deps.sealer, enrollment, code))
      return { view: await enrollmentView(deps, tx, enrollment) }
    const state = nextState(enrollment, 'proof', at)
    if (!state) throw new EnrollmentError('enrollment.wrong-state')
    if (enrollment.codeTries >= codeTriesLimit)
      throw new EnrollmentError('enrollment.code-exhausted')
    if (enrollment.codeExpiresAt <= at) throw new EnrollmentError('enrollment.code-expired')
    if (!codeFits(deps.sealer, enrollment, code)) {
      const codeTries = enrollment.codeTries + 1
      await updateEnrollment(tx, enrollment, { codeTries })
      return { triesLeft: codeTriesLimit - codeTries }
    }
    const check = {
      check: 'one-time-code',
      result: 'pass',
      provider: 'yunqian',
      at: at.toISOString(),
    } as const
    await updateEnrollment(tx, enrollment, { state, check, proofedAt: at })
    await appendEvent(tx, {
      type: 'enrollment.proofed',
      at,
      subject: { enrollmentId, personId: enrollment.personId!, deviceId: caller.deviceId },
    })
    await deps.signals.notify(tx, `enrollment:${enrollmentId}`)
    return { view: await enrollmentView(deps, tx, { ...enrollment, state }) }
  })
  // Thrown after the commit: thrown inside, the counted try would be rolled back with it.
  if (outcome.view) return outcome.view
  const { triesLeft } = outcome
  throw new EnrollmentError(
    triesLeft === 0 ? 'enrollment.code-exhausted' : 'enrollment.code-wrong',
    { triesLeft },
  )
}

const wasProved = ({ checks }: Enrollment): boolean =>
  checks.some(({ check, result }) => check === 'one-time-code' && result === 'pass')

/** Another code, which replaces the one before; a minute apart and not for ever. */
export async function resendCode(
  deps: EnrollmentDeps,
  caller: DevicePrincipal,
  enrollmentId: string,
): Promise<EnrollmentView> {
  return deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const at = deps.clock.now()
    const enrollment = await ownEnrollment(deps, tx, caller, enrollmentId, 'for update')
    if (!nextState(enrollment, 'proof', at)) throw new EnrollmentError('enrollment.wrong-state')
    if (enrollment.codesSent >= codesLimit) throw new EnrollmentError('enrollment.code-exhausted')
    if (at.getTime() - enrollment.codeSentAt.getTime() < resendAfterMs)
      throw new EnrollmentError('enrollment.resend-too-soon', {
        retryAfterSeconds: resendAfterMs / 1000,
      })
    const mobile = await mobileOf(deps, tx, enrollment)
    const code = await sendCode(deps, tx, { ...enrollment, mobile })
    await updateEnrollment(tx, enrollment, { code })
    const { sentAt: codeSentAt, expiresAt: codeExpiresAt } = code
    return enrollmentView(deps, tx, { ...enrollment, codeSentAt, codeExpiresAt, codeTries: 0 })
  })
}

async function mobileOf(
  deps: EnrollmentDeps,
  tx: Tx,
  { tenantId, personId }: Enrollment,
): Promise<string | undefined> {
  if (personId === undefined) return undefined
  const idNumber = await idNumberOf(deps.sealer, tx, { tenantId, personId })
  if (idNumber === undefined) return undefined
  return (await personByIdNumber(deps.sealer, tx, { tenantId, idNumber }))?.mobile
}
