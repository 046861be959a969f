import type { TaskSummary, TaskState, TaskKind } from '@yunqian/api'
import type { Tx } from '../platform/index.ts'
import { stateAt } from './task.ts'

interface SummaryRow {
  task_id: string
  kind: TaskKind
  state: TaskState
  title: string
  document_type: string | null
  patient_label: string | null
  application: string | null
  centre_name: string
  workstation: string | null
  match_code: string | null
  created_at: Date
  expires_at: Date
  finished_at: Date | null
  closing_reason: string | null
}

const select = `
  select t.task_id, t.kind, t.state, t.title, t.workstation, t.match_code, t.created_at,
    t.expires_at, t.finished_at, t.closing_reason, d.document_type, d.patient_label,
    a.name as application, c.name as centre_name
  from signing_task t
  join centre c on c.tenant_id = t.tenant_id and c.centre_id = t.centre_id
  left join application a on a.tenant_id = t.tenant_id and a.application_id = t.application_id
  left join document d on d.tenant_id = t.tenant_id and d.document_id = t.document_id`

// Tasks of the platform itself come from no application.
const ourselves = '云签 Yunqian'
const pageSize = 50
const openStates = ['waiting', 'scanned', 'signing', 'signed']

/** One task as its signer sees it. */
export async function taskSummary(
  tx: Tx,
  task: { readonly tenantId: string; readonly taskId: string },
  now: Date,
): Promise<TaskSummary> {
  const row = await tx.queryOne<SummaryRow>(`${select} where t.tenant_id = $1 and t.task_id = $2`, [
    task.tenantId,
    task.taskId,
  ])
  if (!row) throw new Error('a task without a row')
  return fromRow(row, now)
}

/** A person's tasks, newest first: those still to be done, those done with, or both. */
export async function taskSummaries(
  tx: Tx,
  wanted: {
    readonly tenantId: string
    readonly personId: string
    readonly state: 'open' | 'finished' | 'all'
    readonly before?: Date
    readonly now: Date
  },
): Promise<TaskSummary[]> {
  const rows = await tx.query<SummaryRow>(
    `${select}
     where t.tenant_id = $1 and t.person_id = $2 and t.created_at < coalesce($3::timestamptz, 'infinity')
       and ($4::text = 'all' or ($4::text = 'open') = (t.state = any ($5::text[]) and (t.state = 'signed' or t.expires_at > $6::timestamptz)))
     order by t.created_at desc, t.task_id desc limit ${pageSize}`,
    [wanted.tenantId, wanted.personId, wanted.before ?? null, wanted.state, openStates, wanted.now],
  )
  return rows.map((row) => fromRow(row, wanted.now))
}

/** Changes whenever one of the person's tasks does; an open task running out of time counts as a change. */
export async function tasksVersion(
  tx: Tx,
  person: { readonly tenantId: string; readonly personId: string; readonly now: Date },
): Promise<string> {
  // A sum, not a maximum: a transaction that took an earlier number may commit later.
  const row = await tx.queryOne<{ version: string }>(
    `select count(*) || '-' || coalesce(sum(change), 0) || '-' ||
       count(*) filter (where state = any ($3) and expires_at > $4) as version
     from signing_task where tenant_id = $1 and person_id = $2`,
    [person.tenantId, person.personId, openStates, person.now],
  )
  return row?.version ?? '0'
}

function fromRow(row: SummaryRow, now: Date): TaskSummary {
  return {
    taskId: row.task_id,
    kind: row.kind,
    state: stateAt({ state: row.state, expiresAt: row.expires_at }, now),
    title: row.title,
    application: row.application ?? ourselves,
    centreName: row.centre_name,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    ...(row.document_type === null ? {} : { documentType: row.document_type }),
    ...(row.patient_label === null ? {} : { patientLabel: row.patient_label }),
    ...(row.workstation === null ? {} : { workstation: row.workstation }),
    ...(row.match_code === null ? {} : { matchCode: row.match_code }),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at.toISOString() }),
    ...(row.closing_reason === null ? {} : { reason: row.closing_reason }),
  }
}
