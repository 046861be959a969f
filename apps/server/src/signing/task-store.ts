import type { TaskKind, TaskState } from '@yunqian/api'
import type { Tx } from '../platform/index.ts'
import { SigningError } from './errors.ts'
import { nextState, type Placement, type SigningTask, stateAt, type TaskEvent } from './task.ts'

interface TaskRow {
  tenant_id: string
  task_id: string
  kind: TaskKind
  state: TaskState
  person_id: string
  centre_id: string
  title: string
  application_id: string | null
  document_id: string | null
  enrollment_id: string | null
  key_id: string | null
  login_request_id: string | null
  reason: string | null
  workstation: string | null
  match_code: string | null
  appearance: Placement | null
  qr_token: Uint8Array | null
  created_at: Date
  expires_at: Date
  finished_at: Date | null
  closing_reason: string | null
}

type TaskName = Pick<SigningTask, 'tenantId' | 'taskId'>

export async function insertTask(tx: Tx, task: SigningTask): Promise<void> {
  await tx.execute(
    `insert into signing_task (tenant_id, task_id, kind, state, person_id, centre_id, title,
       application_id, document_id, enrollment_id, key_id, login_request_id, reason, workstation,
       match_code, appearance, qr_token, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
    [
      task.tenantId,
      task.taskId,
      task.kind,
      task.state,
      task.personId,
      task.centreId,
      task.title,
      task.applicationId ?? null,
      task.documentId ?? null,
      task.enrollmentId ?? null,
      task.keyId ?? null,
      task.loginRequestId ?? null,
      task.reason ?? null,
      task.workstation ?? null,
      task.matchCode ?? null,
      task.appearance ? JSON.stringify(task.appearance) : null,
      task.qrToken ?? null,
      task.createdAt,
      task.expiresAt,
    ],
  )
}

export async function taskById(
  tx: Tx,
  { tenantId, taskId }: TaskName,
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<SigningTask | undefined> {
  const row = await tx.queryOne<TaskRow>(
    `select * from signing_task where tenant_id = $1 and task_id = $2
     ${lock === 'for update' ? lock : ''}`,
    [tenantId, taskId],
  )
  return row && taskFromRow(row)
}

export async function taskByQr(
  tx: Tx,
  { tenantId, qrToken }: { readonly tenantId: string; readonly qrToken: Uint8Array },
): Promise<SigningTask | undefined> {
  const row = await tx.queryOne<TaskRow>(
    'select * from signing_task where tenant_id = $1 and qr_token = $2 for update',
    [tenantId, qrToken],
  )
  return row && taskFromRow(row)
}

/** Moves a locked task; throws `signing.task-closed` when its state refuses the event at that moment. */
export async function moveTask(
  tx: Tx,
  task: SigningTask,
  event: TaskEvent,
  at: Date,
  closingReason?: string,
): Promise<SigningTask> {
  const from = event === 'expire' ? task.state : stateAt(task, at)
  const state = nextState(from, event)
  if (!state) throw new SigningError('signing.task-closed', { state: from })
  const finished = nextState(state, 'open') === undefined && state !== 'signed'
  await tx.execute(
    `update signing_task set state = $3, finished_at = $4, closing_reason = $5,
       change = nextval('signing_task_change')
     where tenant_id = $1 and task_id = $2`,
    [task.tenantId, task.taskId, state, finished ? at : null, closingReason ?? null],
  )
  return {
    ...task,
    state,
    ...(finished ? { finishedAt: at } : {}),
    ...(closingReason === undefined ? {} : { closingReason }),
  }
}

/** Topics that everyone waits on who may be waiting for this task to change. */
export const taskTopics = (task: Pick<SigningTask, 'taskId' | 'personId'>): string[] => [
  `task:${task.taskId}`,
  `person:${task.personId}`,
]

/** Tasks signed under a certificate and not completed, locked. */
export async function signedUnder(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly certificateId: string },
): Promise<SigningTask[]> {
  const rows = await tx.query<TaskRow>(
    `select t.* from signing_task t join signature s using (tenant_id, task_id)
     where t.tenant_id = $1 and t.state = 'signed' and s.certificate_id = $2
     order by t.task_id for update of t`,
    [wanted.tenantId, wanted.certificateId],
  )
  return rows.map(taskFromRow)
}

/** Tasks whose signature exists and whose completion does not, oldest first; of all, or of one person's certificate. */
export async function unfinishedTasks(
  tx: Tx,
  tenantId: string,
  personId?: string,
): Promise<SigningTask[]> {
  const rows = await tx.query<TaskRow>(
    `select * from signing_task
     where tenant_id = $1 and state = 'signed' and ($2::uuid is null or person_id = $2 and kind <> 'csr')
     order by task_id limit 50`,
    [tenantId, personId ?? null],
  )
  return rows.map(taskFromRow)
}

/** Open tasks that nobody may open any more, locked; what another process works on is left to it. */
export async function overdueTasks(tx: Tx, tenantId: string, now: Date): Promise<SigningTask[]> {
  const rows = await tx.query<TaskRow>(
    `select * from signing_task
     where tenant_id = $1 and state in ('waiting', 'scanned', 'signing') and expires_at <= $2
     limit 100 for update skip locked`,
    [tenantId, now],
  )
  return rows.map(taskFromRow).filter((task) => stateAt(task, now) === 'expired')
}

/** Tasks at a centre that are still to be signed, of one person or of all, locked. */
export async function openTasksAt(
  tx: Tx,
  wanted: {
    readonly tenantId: string
    readonly centreId: string
    readonly personId?: string
    readonly at: Date
  },
): Promise<SigningTask[]> {
  const rows = await tx.query<TaskRow>(
    `select * from signing_task
     where tenant_id = $1 and centre_id = $2 and ($3::uuid is null or person_id = $3)
       and state in ('waiting', 'scanned', 'signing') order by task_id for update`,
    [wanted.tenantId, wanted.centreId, wanted.personId ?? null],
  )
  // Overdue ones are the clock's to close.
  return rows.map(taskFromRow).filter((task) => stateAt(task, wanted.at) !== 'expired')
}

/** Tasks still to be signed, by centre. */
export async function countOpenTasks(
  tx: Tx,
  tenantId: string,
  now: Date,
): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.query<{ centre_id: string; count: number }>(
    `select centre_id, count(*) as count from signing_task
     where tenant_id = $1 and state in ('waiting', 'scanned', 'signing') and expires_at > $2 group by centre_id`,
    [tenantId, now],
  )
  return new Map(rows.map((row) => [row.centre_id, row.count]))
}

function taskFromRow(row: TaskRow): SigningTask {
  return {
    tenantId: row.tenant_id,
    taskId: row.task_id,
    kind: row.kind,
    state: row.state,
    personId: row.person_id,
    centreId: row.centre_id,
    title: row.title,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ...given('applicationId', row.application_id),
    ...given('documentId', row.document_id),
    ...given('enrollmentId', row.enrollment_id),
    ...given('keyId', row.key_id),
    ...given('loginRequestId', row.login_request_id),
    ...given('reason', row.reason),
    ...given('workstation', row.workstation),
    ...given('matchCode', row.match_code),
    ...given('appearance', row.appearance),
    ...given('qrToken', row.qr_token),
    ...given('finishedAt', row.finished_at),
    ...given('closingReason', row.closing_reason),
  }
}

function given<Name extends string, Value>(
  name: Name,
  value: Value | null,
): { [key in Name]?: Value } {
  return value === null ? {} : ({ [name]: value } as { [key in Name]?: Value })
}
