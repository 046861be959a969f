import { setTimeout as pause } from 'node:timers/promises'
import { SigningError } from './errors.ts'
import type { SigningDeps } from './ports.ts'
import { taskById, unfinishedTasks } from './task-store.ts'
import type { SigningTask } from './task.ts'
import { voidSignature } from './void-signature.ts'

/**
 * Makes the finished thing of a stored signature, of a task as it was just read: done by another process meanwhile, it is
 * done twice and kept once. A signature whose certificate has stopped is voided. Any other failure is logged and left to
 * `completeTasks`: the signature is safe and its holder is told `signed`.
 */
export async function completeTask(deps: SigningDeps, task: SigningTask): Promise<boolean> {
  if (task.state !== 'signed') return task.state === 'completed'
  try {
    await deps.forms[task.kind].complete(deps, task)
    return true
  } catch (error) {
    const code = (error as { code?: unknown }).code
    if (error instanceof SigningError && code === 'signing.certificate-not-valid') {
      await voidStopped(deps, task)
      return false
    }
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

/** Completes what one person signed with the certificate in use; what takes longer than allowed is not waited for. */
export async function completeTasksOf(
  deps: SigningDeps,
  { tenantId, personId }: { readonly tenantId: string; readonly personId: string },
  withinMs: number,
): Promise<void> {
  const tasks = await deps.db.tx({ tenantId }, (tx) => unfinishedTasks(tx, tenantId, personId))
  if (tasks.length === 0) return
  const inTime = new AbortController()
  const allowed = pause(withinMs, undefined, { signal: inTime.signal, ref: false })
  const all = Promise.all(tasks.map((task) => completeTask(deps, task)))
  await Promise.race([all, allowed.catch(() => undefined)])
  inTime.abort()
}

// The certificate ran out, or stopped under a version that left its signatures as they were.
async function voidStopped(deps: SigningDeps, task: SigningTask): Promise<void> {
  await deps.db.tx({ tenantId: task.tenantId }, async (tx) => {
    const locked = await taskById(tx, task, 'for update')
    if (locked?.state === 'signed') await voidSignature(deps, tx, locked, 'certificate-stopped')
  })
}
