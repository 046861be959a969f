import { encodeName } from '@yunqian/pki/write'
import { centreName, personById } from '../accounts/index.ts'
import type { IssuedNow } from '../issuance/index.ts'
import type { Tx } from '../platform/index.ts'
import { applicationIssued } from './end-applications.ts'
import { type Enrollment, nextState } from './enrollment.ts'
import { EnrollmentError } from './errors.ts'
import type { EnrollmentDeps } from './ports.ts'
import { enrollmentById, updateEnrollment } from './store.ts'

interface KeyEnrollment {
  readonly personId: string
  readonly centreId: string
  /** DER of the Name the certificate will carry. */
  readonly subject: Uint8Array
  /** A key made before and not certified. */
  readonly keyId?: string
}

/**
 * What the making of the key asks this room, and what its first signature, the certification request, ends in: this room
 * decided whether; issuance decides only whether the request fits the profile.
 */
export function certification(deps: EnrollmentDeps) {
  return {
    /** The application of this phone, locked, come to the making of its key. Throws EnrollmentError. */
    forKey: (
      tx: Tx,
      wanted: {
        readonly tenantId: string
        readonly enrollmentId: string
        readonly deviceId: string
      },
    ): Promise<KeyEnrollment> => forKey(deps, tx, wanted),

    /** In the transaction that keeps the key. */
    keyMade: async (
      tx: Tx,
      made: {
        readonly tenantId: string
        readonly enrollmentId: string
        readonly keyId: string
        readonly csrTaskId: string
        readonly at: Date
      },
    ): Promise<void> => {
      await updateEnrollment(tx, made, { state: 'key-made', key: made })
    },

    /** In the commit that records the certificate: whether the application still stands. */
    issued: (tx: Tx, issued: IssuedNow): Promise<boolean> => applicationIssued(deps, tx, issued),

    /** Issues once for a key; called again by recovery until the answer is recorded. */
    issue: (request: {
      readonly tenantId: string
      readonly enrollmentId: string
      readonly keyId: string
      readonly csr: Uint8Array
    }): Promise<{ readonly certificateId: string }> => issue(deps, request),
  }
}

async function forKey(
  deps: EnrollmentDeps,
  tx: Tx,
  wanted: {
    readonly tenantId: string
    readonly enrollmentId: string
    readonly deviceId: string
  },
): Promise<KeyEnrollment> {
  const enrollment = await enrollmentById(tx, deps.sealer, wanted, 'for update')
  if (enrollment?.deviceId !== wanted.deviceId) throw new EnrollmentError('enrollment.unknown')
  if (!nextState(enrollment, 'make-key', deps.clock.now()) || enrollment.personId === undefined)
    throw new EnrollmentError('enrollment.wrong-state')
  return {
    personId: enrollment.personId,
    centreId: enrollment.centreId,
    subject: await subjectOf(deps, tx, enrollment),
    ...(enrollment.keyId === undefined ? {} : { keyId: enrollment.keyId }),
  }
}

async function issue(
  deps: EnrollmentDeps,
  request: {
    readonly tenantId: string
    readonly enrollmentId: string
    readonly keyId: string
    readonly csr: Uint8Array
  },
): Promise<{ readonly certificateId: string }> {
  const scope = { tenantId: request.tenantId }
  // 1. The decision that stands behind it.
  const { enrollment, subject } = await deps.db.tx(scope, async (tx) => {
    const enrollment = await enrollmentById(tx, deps.sealer, request)
    const fits = enrollment?.keyId === request.keyId && enrollment.personId !== undefined
    if (!fits || !['key-made', 'issued'].includes(enrollment.state))
      throw new EnrollmentError('enrollment.wrong-state')
    return { enrollment, subject: await subjectOf(deps, tx, enrollment) }
  })
  // 2. Issue; the application is marked in the same commit (`applicationIssued`). If we die after this, the next call is
  // answered with the same certificate.
  const issued = await deps.issueCertificate({
    ...request,
    personId: enrollment.personId!,
    subject,
  })
  // 3. An application that ended while the CA was at work gets nothing.
  const after = await deps.db.tx(scope, (tx) => enrollmentById(tx, deps.sealer, request))
  if (after?.state !== 'issued') throw new EnrollmentError('enrollment.wrong-state')
  return issued
}

/** Country, district, centre, name, and a number that is ours: an ID number has no place in a certificate. */
async function subjectOf(
  deps: EnrollmentDeps,
  tx: Tx,
  enrollment: Enrollment,
): Promise<Uint8Array> {
  const { tenantId, centreId } = enrollment
  const personId = enrollment.personId!
  const person = await personById(deps.sealer, tx, { tenantId, personId })
  const district = await tx.queryOne<{ name: string }>(
    'select name from district where tenant_id = $1',
    [tenantId],
  )
  if (!person || !district) throw new Error('an application of nobody')
  return encodeName([
    ['C', 'CN'],
    ['O', district.name],
    ['OU', await centreName(tx, tenantId, centreId)],
    ['CN', person.name],
    ['serialNumber', personId],
  ])
}
