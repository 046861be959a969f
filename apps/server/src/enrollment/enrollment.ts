import type { EnrollmentState } from '@yunqian/api'

/** One thing that was checked about an applicant, by whom, with what result. */
export interface Check {
  readonly check: 'id-number' | 'registered-person' | 'one-time-code' | 'clerk-confirmation'
  readonly result: 'pass' | 'fail'
  readonly provider: string
  readonly at: string
}

/** One application for a certificate from one phone. */
export interface Enrollment {
  readonly tenantId: string
  readonly enrollmentId: string
  readonly deviceId: string
  readonly centreId: string
  /** Absent when what was claimed fits nobody registered at the centre. */
  readonly personId?: string
  readonly state: EnrollmentState
  readonly claimedName: string
  readonly mobileMasked: string
  /** Keyed hash of the code; absent when none was sent. */
  readonly codeIndex?: Uint8Array
  readonly codeSentAt: Date
  readonly codeExpiresAt: Date
  readonly codeTries: number
  readonly codesSent: number
  readonly checks: readonly Check[]
  readonly keyId?: string
  readonly csrTaskId?: string
  readonly reason?: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export const codeValidMs = 10 * 60_000
export const codeTriesLimit = 5
export const codesLimit = 6
export const resendAfterMs = 60_000
export const enrollmentValidMs = 7 * 86_400_000

type Event = 'proof' | 'approve' | 'reject' | 'make-key' | 'issue' | 'end' | 'expire'

/** Every state meets every event here; undefined is a refusal. */
const transitions: Record<EnrollmentState, Record<Event, EnrollmentState | undefined>> = {
  'code-sent': row({ proof: 'proofed', end: 'rejected', expire: 'expired' }),
  proofed: row({ approve: 'approved', reject: 'rejected', end: 'rejected', expire: 'expired' }),
  approved: row({
    'make-key': 'key-made',
    reject: 'rejected',
    end: 'rejected',
    expire: 'expired',
  }),
  'key-made': row({
    'make-key': 'key-made',
    issue: 'issued',
    end: 'rejected',
    expire: 'expired',
  }),
  issued: row({}),
  rejected: row({}),
  expired: row({}),
}

function row(
  allowed: Partial<Record<Event, EnrollmentState>>,
): Record<Event, EnrollmentState | undefined> {
  return {
    proof: allowed.proof,
    approve: allowed.approve,
    reject: allowed.reject,
    'make-key': allowed['make-key'],
    issue: allowed.issue,
    end: allowed.end,
    expire: allowed.expire,
  }
}

/** The state as everyone should see it: an application whose time is up is expired before anybody writes it down. */
export function stateAt(
  enrollment: Pick<Enrollment, 'state' | 'expiresAt'>,
  now: Date,
): EnrollmentState {
  const overdue = enrollment.expiresAt <= now
  return (overdue ? transitions[enrollment.state].expire : undefined) ?? enrollment.state
}

/** The state after an event, or undefined when the application refuses it at that moment. */
export function nextState(
  enrollment: Pick<Enrollment, 'state' | 'expiresAt'>,
  event: Event,
  now: Date,
): EnrollmentState | undefined {
  return transitions[stateAt(enrollment, now)][event]
}
