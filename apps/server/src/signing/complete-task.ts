import type { SigningDeps } from './ports.ts'
import { unfinishedTasks } from './task-store.ts'
import type { SigningTask } from './task.ts'

/**
 * Makes the finished thing of a stored signature, of a task as it was just read: done by another process meanwhile, it is
 * done twice and kept once. A failure is logged and left to `completeTasks`: the signature is safe
 * and its holder is told `signed`.
 */
export async function completeTask(deps: SigningDeps, task: SigningTask): Promise<boolean> {
  if (task.state !== 'signed') return task.state === 'completed'
  try {
    await deps.forms[task.kind].complete(deps, task)
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
