import type { SigningTask as SigningTaskView, TaskState } from '@yunqian/api'
import { appendEvent } from '../evidence/index.ts'
import { longPoll, type Tx } from '../platform/index.ts'
import { SigningError } from './errors.ts'
import type { ApplicationCaller, SigningDeps } from './ports.ts'
import { completionOf, signatureOf } from './signature-store.ts'
import { type SigningTask, stateAt } from './task.ts'
import { moveTask, taskById, taskTopics } from './task-store.ts'

/** A signing task as the application that asked for it sees it. */
export async function signingTaskView(
  deps: Pick<SigningDeps, 'clock' | 'publicUrl'>,
  tx: Tx,
  task: SigningTask,
): Promise<SigningTaskView> {
  const person = await tx.queryOne<{ name: string }>(
    'select name from person where tenant_id = $1 and person_id = $2',
    [task.tenantId, task.personId],
  )
  const signature = await signatureOf(tx, task)
  return {
    signingTaskId: task.taskId,
    documentId: task.documentId!,
    form: task.kind as 'pdf' | 'cms',
    state: stateAt(task, deps.clock.now()),
    qr: qrText(deps.publicUrl, 'S', task.qrToken!),
    signer: { personId: task.personId, name: person?.name ?? '' },
    expiresAt: task.expiresAt.toISOString(),
    ...(signature ? { signedAt: signature.signedAt.toISOString() } : {}),
    ...(task.closingReason === undefined ? {} : { reason: task.closingReason }),
  }
}

/** What a QR code says: an address any scanner can open, with the request at its end. */
export function qrText(publicUrl: string, kind: 'L' | 'S', token: Uint8Array): string {
  return `${publicUrl}/m/#/scan/YQ1:${kind}:${Buffer.from(token).toString('base64url')}`
}

/** State of a signing task; with `wait`, held until it differs from `state`. */
export async function getSigningTask(
  deps: SigningDeps,
  caller: ApplicationCaller,
  taskId: string,
  poll: { readonly wait?: number; readonly state?: TaskState; readonly abort?: AbortSignal } = {},
): Promise<SigningTaskView> {
  return longPoll(
    deps.signals,
    {
      topics: [`task:${taskId}`],
      waitSeconds: poll.wait ?? 0,
      ...(poll.abort ? { abort: poll.abort } : {}),
    },
    () =>
      deps.db.tx({ tenantId: caller.tenantId }, async (tx) =>
        signingTaskView(deps, tx, await askedTask(tx, caller, taskId)),
      ),
    (task) => task.state !== poll.state,
  )
}

/** Withdraws a task that is not signed yet. */
export async function cancelSigningTask(
  deps: SigningDeps,
  caller: ApplicationCaller,
  taskId: string,
): Promise<SigningTaskView> {
  return deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const at = deps.clock.now()
    const task = await askedTask(tx, caller, taskId, 'for update')
    // Withdrawn before, and the answer lost: it is answered again.
    if (task.state === 'cancelled') return signingTaskView(deps, tx, task)
    const cancelled = await moveTask(tx, task, 'cancel', at)
    await appendEvent(tx, {
      type: 'signing.cancelled',
      at,
      subject: { task: taskId, person: task.personId, application: caller.applicationId },
      data: { kind: task.kind, cause: 'withdrawn' },
    })
    await deps.signals.notify(tx, ...taskTopics(task))
    return signingTaskView(deps, tx, cancelled)
  })
}

/** The finished CMS of a task: detached for `cms`, the one inside the PDF for `pdf`. */
export async function getSignature(
  deps: SigningDeps,
  caller: ApplicationCaller,
  taskId: string,
): Promise<Uint8Array> {
  return deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const completion = await completionOf(tx, await askedTask(tx, caller, taskId))
    if (!completion?.cms) throw new SigningError('signing.not-finished')
    return completion.cms
  })
}

async function askedTask(
  tx: Tx,
  caller: ApplicationCaller,
  taskId: string,
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<SigningTask> {
  const task = await taskById(tx, { tenantId: caller.tenantId, taskId }, lock)
  if (task?.documentId === undefined || task.applicationId !== caller.applicationId)
    throw new SigningError('signing.task-unknown')
  return task
}
