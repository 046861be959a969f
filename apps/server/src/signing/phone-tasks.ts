import type { TaskSummary } from '@yunqian/api'
import { appendEvent } from '../evidence/index.ts'
import { longPoll } from '../platform/index.ts'
import { SigningError } from './errors.ts'
import type { PhoneCaller, SigningDeps } from './ports.ts'
import { ownOpenTask, ownTask } from './signer.ts'
import { moveTask, taskByQr, taskTopics } from './task-store.ts'
import { isOpen } from './task.ts'
import { taskSummaries, taskSummary, tasksVersion } from './task-view.ts'

export interface TasksQuery {
  readonly state?: 'open' | 'finished'
  readonly wait?: number
  readonly since?: string
  readonly before?: Date
  readonly abort?: AbortSignal
}

/** The holder's tasks; with `wait`, held until something differs from version `since`. */
export async function listTasks(
  deps: SigningDeps,
  caller: PhoneCaller,
  query: TasksQuery,
): Promise<{ readonly tasks: TaskSummary[]; readonly version: string }> {
  const { tenantId, personId } = caller
  if (personId === undefined) return { tasks: [], version: '0' }
  const load = () =>
    deps.db.tx({ tenantId }, async (tx) => {
      const now = deps.clock.now()
      return {
        version: await tasksVersion(tx, { tenantId, personId, now }),
        tasks: await taskSummaries(tx, {
          tenantId,
          personId,
          state: query.state ?? 'all',
          ...(query.before ? { before: query.before } : {}),
          now,
        }),
      }
    })
  const poll = {
    topics: [`person:${personId}`],
    waitSeconds: query.wait ?? 0,
    ...(query.abort ? { abort: query.abort } : {}),
  }
  return longPoll(deps.signals, poll, load, (found) => found.version !== query.since)
}

/** The person says no, and why. */
export async function refuseTask(
  deps: SigningDeps,
  caller: PhoneCaller,
  taskId: string,
  reason: string,
): Promise<TaskSummary> {
  return deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const at = deps.clock.now()
    // Refused before, and the answer lost: it is answered again.
    const before = await ownTask(tx, caller, taskId)
    if (before.state === 'refused') return taskSummary(tx, before, at)
    const task = await ownOpenTask(tx, caller, taskId, at, 'for update')
    await moveTask(tx, task, 'refuse', at, reason)
    await deps.forms[task.kind].refused?.(deps, tx, task, reason, at)
    await appendEvent(tx, {
      type: 'signing.refused',
      at,
      subject: { task: taskId, person: task.personId, device: caller.deviceId },
      data: { kind: task.kind },
      personal: { sealer: deps.sealer, values: { reason } },
    })
    await deps.signals.notify(tx, ...taskTopics(task))
    return taskSummary(tx, task, at)
  })
}

/** The QR code of a signing task: opens it for the named signer and nobody else. Throws SigningError. */
export async function scanSigningTask(
  deps: SigningDeps,
  caller: PhoneCaller,
  qrToken: Uint8Array,
): Promise<TaskSummary> {
  return deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const now = deps.clock.now()
    const task = await taskByQr(tx, { tenantId: caller.tenantId, qrToken })
    if (!task) throw new SigningError('signing.task-unknown')
    if (task.personId !== caller.personId) throw new SigningError('signing.not-the-signer')
    if (!isOpen(task, now)) throw new SigningError('signing.task-closed')
    await moveTask(tx, task, 'scan', now)
    await deps.signals.notify(tx, ...taskTopics(task))
    return taskSummary(tx, task, now)
  })
}
