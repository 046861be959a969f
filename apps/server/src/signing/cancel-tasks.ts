import { appendEvent } from '../evidence/index.ts'
import type { Signals, Tx } from '../platform/index.ts'
import { moveTask, openTasksAt, taskTopics } from './task-store.ts'

/**
 * Cancels what nobody has signed yet at a centre, of one person or of all, with the event of each. What is signed is
 * completed as ever.
 */
export async function cancelTasksAt(
  { signals }: { readonly signals: Signals },
  tx: Tx,
  given: {
    readonly tenantId: string
    readonly centreId: string
    readonly personId?: string
    readonly cause: 'centre-closed' | 'member-left'
    readonly at: Date
  },
): Promise<void> {
  const { at, cause } = given
  for (const task of await openTasksAt(tx, given)) {
    await moveTask(tx, task, 'cancel', at, cause)
    const subject = { task: task.taskId, person: task.personId }
    const data = { kind: task.kind, cause }
    await appendEvent(tx, { type: 'signing.cancelled', at, subject, data })
    await signals.notify(tx, ...taskTopics(task))
  }
}
