import type { SigningDeps } from './ports.ts'
import { taskById, unfinishedTasks } from './task-store.ts'
import type { SigningTask } from './task.ts'

/**
 * Makes the finished thing of a stored signature. A failure is logged and left to `completeTasks`: the signature is safe
 * and its holder is told `signed`.
 */
export async function completeTask(deps: SigningDeps, task: SigningTask): Promise<boolean> {
  const current = await deps.db.tx({ tenantId: task.tenantId }, (tx) => taskById(tx, task))
  if (current?.state !== 'signed') return current?.state === 'completed'
  try {
    await deps.forms[current.kind].complete(deps, current)
    return true
  } catch (error) {
    const code = (error as { code?: unknown }).code
    deps.log.error(
      { taskId: task.taskId, kind: task.kind, code, name: (error as Error).name },
      'a signature could not be completed yet',
    )
    return false
  }
}

/** Completes what an earlier run of the service left signed but unfinished, by the same function. */
export async function completeTasks(deps: SigningDeps, tenantId: string): Promise<number> {
  const tasks = await deps.db.tx({ tenantId }, (tx) => unfinishedTasks(tx, tenantId))
  let completed = 0
  for (const task of tasks) if (await completeTask(deps, task)) completed++
  return completed
}
