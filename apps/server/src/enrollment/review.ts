import type { EnrollmentRow, EnrollmentState } from '@yunqian/api'
import { personById } from '../accounts/index.ts'
import { assignDevice } from '../devices/index.ts'
import { appendEvent } from '../evidence/index.ts'
import {
  centresDecided,
  centresSeen,
  decidesFor,
  type StaffPrincipal,
  type Tx,
} from '../platform/index.ts'
import { type Check, type Enrollment, nextState, stateAt } from './enrollment.ts'
import { EnrollmentError } from './errors.ts'
import type { EnrollmentDeps } from './ports.ts'
import { enrollmentById, updateEnrollment } from './store.ts'

interface ReviewRow {
  enrollment_id: string
  person_id: string
  state: EnrollmentState
  centre_name: string
  device_name: string
  created_at: Date
  expires_at: Date
  proofed_at: Date | null
  decided_at: Date | null
  decided_by: string | null
  reason: string | null
  checks: Check[]
}

/** Applications of registered persons, newest first; a stranger's claim is nothing a clerk could decide. */
export async function listEnrollments(
  deps: EnrollmentDeps,
  staff: StaffPrincipal,
  query: {
    readonly state?: EnrollmentState | undefined
    readonly before?: string | undefined
    readonly limit?: number | undefined
  },
): Promise<EnrollmentRow[]> {
  return deps.db.tx({ tenantId: staff.tenantId }, async (tx) => {
    const rows = await tx.query<ReviewRow>(
      `${select} and ($3::text is null or $3 = case
           when e.state in ('issued', 'rejected') or e.expires_at > $6 then e.state
           else 'expired' end)
         and ($4::timestamptz is null or e.created_at < $4)
       order by e.created_at desc limit $5`,
      [
        staff.tenantId,
        centresSeen(staff),
        query.state ?? null,
        query.before ?? null,
        query.limit ?? 100,
        deps.clock.now(),
      ],
    )
    const views: EnrollmentRow[] = []
    for (const row of rows) views.push(await reviewView(deps, tx, staff.tenantId, row))
    return views
  })
}

/** The clerk has the person before them and says it is they. From here on the phone is the person's. */
export async function approveEnrollment(
  deps: EnrollmentDeps,
  staff: StaffPrincipal,
  enrollmentId: string,
): Promise<EnrollmentRow> {
  return decide(deps, staff, enrollmentId, 'approve', async (tx, enrollment, at) => {
    const personId = enrollment.personId!
    await assignDevice(tx, { ...enrollment, personId })
    const by = staff.staffId
    await updateEnrollment(tx, enrollment, {
      decision: { at, by },
      check: {
        check: 'clerk-confirmation',
        result: 'pass',
        provider: `staff:${by}`,
        at: at.toISOString(),
      },
    })
    await appendEvent(tx, {
      type: 'enrollment.approved',
      at,
      subject: { enrollmentId, personId, staffId: by },
    })
  })
}

/** The clerk sends the application back; the applicant reads why. */
export async function rejectEnrollment(
  deps: EnrollmentDeps,
  staff: StaffPrincipal,
  enrollmentId: string,
  reason: string,
): Promise<EnrollmentRow> {
  return decide(deps, staff, enrollmentId, 'reject', async (tx, enrollment, at) => {
    await updateEnrollment(tx, enrollment, { decision: { at, by: staff.staffId, reason } })
    await appendEvent(tx, {
      type: 'enrollment.refused',
      at,
      subject: { enrollmentId, personId: enrollment.personId!, staffId: staff.staffId },
      personal: { sealer: deps.sealer, values: { reason } },
    })
  })
}

async function decide(
  deps: EnrollmentDeps,
  staff: StaffPrincipal,
  enrollmentId: string,
  event: 'approve' | 'reject',
  also: (tx: Tx, enrollment: Enrollment, at: Date) => Promise<void>,
): Promise<EnrollmentRow> {
  const { tenantId } = staff
  return deps.db.tx({ tenantId }, async (tx) => {
    const at = deps.clock.now()
    const name = { tenantId, enrollmentId }
    const enrollment = await enrollmentById(tx, deps.sealer, name, 'for update')
    if (enrollment?.personId === undefined || !decidesFor(staff, enrollment.centreId))
      throw new EnrollmentError('enrollment.unknown')
    const state = nextState(enrollment, event, at)
    if (!state) throw new EnrollmentError('enrollment.wrong-state')
    await updateEnrollment(tx, enrollment, { state })
    await also(tx, enrollment, at)
    await deps.signals.notify(tx, `enrollment:${enrollmentId}`)
    const row = await tx.queryOne<ReviewRow>(`${select} and e.enrollment_id = $3`, [
      tenantId,
      centresDecided(staff),
      enrollmentId,
    ])
    return reviewView(deps, tx, tenantId, row!)
  })
}

const select = `
  select e.enrollment_id, e.person_id, e.state, c.name as centre_name, d.name as device_name,
    e.created_at, e.expires_at, e.proofed_at, e.decided_at, s.name as decided_by, e.reason, e.checks
  from enrollment e
  join centre c using (tenant_id, centre_id)
  join device d using (tenant_id, device_id)
  left join staff s on s.tenant_id = e.tenant_id and s.staff_id = e.decided_by
  where e.tenant_id = $1 and e.person_id is not null
    and ($2::uuid[] is null or e.centre_id = any ($2))`

async function reviewView(
  deps: EnrollmentDeps,
  tx: Tx,
  tenantId: string,
  row: ReviewRow,
): Promise<EnrollmentRow> {
  const person = await personById(deps.sealer, tx, { tenantId, personId: row.person_id })
  if (!person) throw new Error('an application of nobody')
  return {
    enrollmentId: row.enrollment_id,
    state: stateAt({ state: row.state, expiresAt: row.expires_at }, deps.clock.now()),
    person: { ...person },
    centreName: row.centre_name,
    deviceName: row.device_name,
    createdAt: row.created_at.toISOString(),
    ...(row.proofed_at === null ? {} : { proofedAt: row.proofed_at.toISOString() }),
    ...(row.decided_at === null ? {} : { decidedAt: row.decided_at.toISOString() }),
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    checks: row.checks.map((check) => ({ ...check })),
  }
}
