import type { BodyOf, Enrollment as EnrollmentView, phoneEndpoints } from '@yunqian/api'
import {
  maskMobile,
  membershipsOf,
  parseIdNumber,
  personByIdNumber,
  resolveCentre,
} from '../accounts/index.ts'
import { type ArrivedRequest, insertDevice, verifySelfSignedRequest } from '../devices/index.ts'
import { appendEvent } from '../evidence/index.ts'
import { newId, type Tx } from '../platform/index.ts'
import { type Check, type Enrollment, enrollmentValidMs } from './enrollment.ts'
import { EnrollmentError } from './errors.ts'
import { sendCode } from './one-time-code.ts'
import type { EnrollmentDeps } from './ports.ts'
import { enrollmentById, insertEnrollment } from './store.ts'
import { enrollmentView } from './view.ts'

type Claim = BodyOf<typeof phoneEndpoints.beginEnrollment>

/**
 * Takes an application from a phone nobody knows yet. Whether or not the claim fits a registered person, the answer is
 * the same; only then is a code sent. Throws EnrollmentError, DeviceError.
 */
export async function beginEnrollment(
  deps: EnrollmentDeps,
  arrived: ArrivedRequest,
  claim: Claim,
  enrollmentId: string,
): Promise<EnrollmentView> {
  // 1. The request is signed by the key it wants registered.
  const requestKey = new Uint8Array(Buffer.from(claim.device.requestKey, 'base64'))
  await verifySelfSignedRequest(deps, arrived, requestKey)
  // 2. The centre tells the district; a typing error in the ID number is told at once.
  const idNumber = parseIdNumber(claim.idNumber)
  if (!idNumber) throw new EnrollmentError('enrollment.id-number-invalid')
  const centre = await resolveCentre(deps.db, claim.centreCode)
  if (centre?.state !== 'open') throw new EnrollmentError('enrollment.centre-unknown')
  // 3. Device, application, message and events in one commit.
  const { tenantId, centreId } = centre
  return deps.db.tx({ tenantId }, async (tx) => {
    const at = deps.clock.now()
    const name = { tenantId, enrollmentId }
    // The same request again after a death: it was taken, and its code was sent.
    const before = await enrollmentById(tx, deps.sealer, name)
    if (before) return enrollmentView(deps, tx, before)
    const person = await matchingPerson(deps, tx, { tenantId, centreId, idNumber, claim })
    const deviceId = newId(deps)
    await insertDevice(tx, { tenantId, deviceId, name: claim.device.name, requestKey, at })
    const mobileMasked = maskMobile(claim.mobile)
    const to = { ...name, centreId, mobileMasked, mobile: person && claim.mobile }
    const code = await sendCode(deps, tx, to)
    const enrollment: Enrollment = {
      ...name,
      deviceId,
      centreId,
      ...(person ? { personId: person } : {}),
      state: 'code-sent',
      claimedName: claim.name.trim(),
      mobileMasked,
      ...(code.index ? { codeIndex: code.index } : {}),
      codeSentAt: code.sentAt,
      codeExpiresAt: code.expiresAt,
      codeTries: 0,
      codesSent: 1,
      checks: firstChecks(person, at),
      createdAt: at,
      expiresAt: new Date(at.getTime() + enrollmentValidMs),
    }
    await insertEnrollment(tx, deps.sealer, enrollment)
    const subject = { enrollmentId: name.enrollmentId, deviceId, centreId }
    await appendEvent(tx, { type: 'device.registered', at, subject })
    await appendEvent(tx, { type: 'enrollment.submitted', at, subject })
    return enrollmentView(deps, tx, enrollment)
  })
}

/** The person all of the claim fits: number, name, mobile and a place at this centre. */
async function matchingPerson(
  deps: EnrollmentDeps,
  tx: Tx,
  given: {
    readonly tenantId: string
    readonly centreId: string
    readonly idNumber: string
    readonly claim: Claim
  },
): Promise<string | undefined> {
  const { tenantId, centreId, idNumber, claim } = given
  const person = await personByIdNumber(deps.sealer, tx, { tenantId, idNumber })
  if (!person || person.name !== claim.name.trim() || person.mobile !== claim.mobile)
    return undefined
  const memberships = await membershipsOf(tx, { tenantId, personId: person.personId })
  return memberships.some((one) => one.centreId === centreId) ? person.personId : undefined
}

function firstChecks(person: string | undefined, at: Date): Check[] {
  const given = { provider: 'yunqian', at: at.toISOString() }
  return [
    { check: 'id-number', result: 'pass', ...given },
    { check: 'registered-person', result: person === undefined ? 'fail' : 'pass', ...given },
  ]
}
