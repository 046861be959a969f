import type { consoleEndpoints, ReplyOf } from '@yunqian/api'
import type { Tx } from '../platform/index.ts'
import type { Scope } from './list-documents.ts'

type Overview = ReplyOf<typeof consoleEndpoints.getOverview>

interface Counts {
  waiting: number
  doctors: number
  valid: number
  suspended: number
  expiring: number
  open_tasks: number
  events: number
  checkpoint_at: Date | null
}

interface Day {
  day: string
  signatures: number
  logins: number
}

// Days are the district's, not the server's.
const zone = 'Asia/Shanghai'
const expiringWithinDays = 30
const days = 14

/** What needs a decision, and the last fourteen days. */
export async function readOverview(
  tx: Tx,
  { tenantId, centreIds }: Scope,
  now: Date,
): Promise<Overview> {
  const counts = await tx.queryOne<Counts>(
    `with post as (
       select person_id, role from membership where tenant_id = $1 and state = 'active'
         and ($4::uuid[] is null or centre_id = any ($4))),
     held as (
       select c.state, c.not_after from certificate c where c.tenant_id = $1 and c.not_after > $2
         and ($4::uuid[] is null or c.person_id in (select person_id from post)))
     select
       (select count(*) from enrollment where tenant_id = $1 and state = 'proofed'
          and expires_at > $2 and ($4::uuid[] is null or centre_id = any ($4))) as waiting,
       (select count(distinct person_id) from post where role = 'doctor') as doctors,
       (select count(*) from held where state = 'valid') as valid,
       (select count(*) from held where state = 'suspended') as suspended,
       (select count(*) from held where state = 'valid'
          and not_after < $2::timestamptz + make_interval(days => $3)) as expiring,
       (select count(*) from signing_task where tenant_id = $1 and expires_at > $2
          and state in ('waiting', 'scanned', 'signing', 'signed')
          and ($4::uuid[] is null or centre_id = any ($4))) as open_tasks,
       (select count(*) from evidence_event where tenant_id = $1) as events,
       (select max(created_at) from evidence_checkpoint where tenant_id = $1) as checkpoint_at`,
    [tenantId, now, expiringWithinDays, centreIds],
  )
  const byDay = await tx.query<Day>(
    `with span as (
       select generate_series(($2::timestamptz at time zone $3)::date - $4::int + 1,
         ($2::timestamptz at time zone $3)::date, interval '1 day')::date as day)
     select span.day,
       count(t.task_id) filter (where t.kind in ('pdf', 'cms')) as signatures,
       count(t.task_id) filter (where t.kind = 'login') as logins
     from span left join signing_task t on t.tenant_id = $1 and t.state = 'completed'
       and (t.finished_at at time zone $3)::date = span.day
       and ($5::uuid[] is null or t.centre_id = any ($5))
     group by span.day order by span.day`,
    [tenantId, now, zone, days, centreIds],
  )
  if (!counts) throw new Error('counting returned no row')
  const today = byDay.at(-1)
  return {
    waitingEnrollments: counts.waiting,
    doctors: counts.doctors,
    validCertificates: counts.valid,
    suspendedCertificates: counts.suspended,
    expiringSoon: counts.expiring,
    signaturesToday: today?.signatures ?? 0,
    loginsToday: today?.logins ?? 0,
    openTasks: counts.open_tasks,
    evidenceEvents: counts.events,
    ...(counts.checkpoint_at ? { lastCheckpointAt: counts.checkpoint_at.toISOString() } : {}),
    signaturesByDay: byDay,
  }
}
