import type { ClosingCode } from '@yunqian/api'
import { appendEvent } from '../evidence/index.ts'
import type { Tx } from '../platform/index.ts'
import { releaseHead } from './document-store.ts'
import type { SigningDeps } from './ports.ts'
import { signatureOf } from './signature-store.ts'
import type { SigningTask } from './task.ts'
import { moveTask, taskTopics } from './task-store.ts'

/**
 * Ends a task whose signature was kept and can come to nothing any more: told to whoever waits, its document free for the
 * next signature. The caller holds the task's row and has seen it `signed`.
 */
export async function voidSignature(
  deps: Pick<SigningDeps, 'clock' | 'signals' | 'forms'>,
  tx: Tx,
  task: SigningTask,
  cause: ClosingCode,
): Promise<void> {
  const at = deps.clock.now()
  await moveTask(tx, task, 'void', at, cause)
  const signature = await signatureOf(tx, task)
  if (signature) await releaseHead(tx, task.tenantId, signature.sid)
  await deps.forms[task.kind].voided?.(deps, tx, task, cause)
  await appendEvent(tx, {
    type: 'signing.cancelled',
    at,
    subject: { task: task.taskId, person: task.personId },
    data: { kind: task.kind, cause },
  })
  await deps.signals.notify(tx, ...taskTopics(task))
}
