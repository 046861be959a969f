import type { TaskDetail } from '@yunqian/api'
import { equalBytes, toHex } from '@yunqian/sm'
import { documentById } from './document-store.ts'
import { SigningError } from './errors.ts'
import type { PhoneCaller, Signer, SigningDeps } from './ports.ts'
import { type PreparedTask, preparationOf, savePreparation } from './preparation.ts'
import { ownOpenTask, ownTask, signerOf } from './signer.ts'
import type { SigningTask } from './task.ts'
import { taskSummary } from './task-view.ts'

/** A task with the very bytes to be signed, prepared at first sight and anew when the document's head has moved. */
export async function getTask(
  deps: SigningDeps,
  caller: PhoneCaller,
  taskId: string,
): Promise<TaskDetail> {
  const { task, prepared } = await prepareTask(deps, caller, taskId)
  const summary = await deps.db.tx({ tenantId: task.tenantId }, (tx) =>
    taskSummary(tx, task, deps.clock.now()),
  )
  const { content, base } = prepared
  return {
    task: summary,
    toBeSigned: Buffer.from(prepared.toBeSigned).toString('base64'),
    content: { mediaType: content.mediaType, bytes: content.bytes, sm3: toHex(content.sm3) },
    ...(base ? { baseLength: base.bytes } : {}),
    requiresFullReading: summary.documentType === 'consent',
  }
}

/** The bytes whose SM3 `getTask` named. */
export async function getTaskContent(
  deps: SigningDeps,
  caller: PhoneCaller,
  taskId: string,
): Promise<Uint8Array> {
  const { prepared } = await prepareTask(deps, caller, taskId)
  return deps.blobs.get(toHex(prepared.content.sm3))
}

/** What the holder signed, as it was shown to them. Throws `signing.task-unknown`, `signing.not-finished`. */
export async function getSignedContent(
  deps: SigningDeps,
  caller: PhoneCaller,
  taskId: string,
): Promise<Uint8Array> {
  const prepared = await deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const task = await ownTask(tx, caller, taskId)
    if (task.state !== 'signed' && task.state !== 'completed')
      throw new SigningError('signing.not-finished')
    return preparationOf(tx, task)
  })
  if (!prepared) throw new SigningError('signing.not-finished')
  return deps.blobs.get(toHex(prepared.content.sm3))
}

async function prepareTask(
  deps: SigningDeps,
  caller: PhoneCaller,
  taskId: string,
): Promise<{ task: SigningTask; prepared: PreparedTask }> {
  // 1. Whose task, whose key, and what was prepared before.
  const now = deps.clock.now()
  const found = await deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const task = await ownOpenTask(tx, caller, taskId, now)
    const { signer } = await signerOf(deps, tx, task, caller.deviceId)
    const prepared = await preparationOf(tx, task)
    const document =
      task.documentId === undefined
        ? undefined
        : await documentById(tx, { ...task, documentId: task.documentId })
    return { task, signer, prepared, head: document?.headRevision }
  })
  if (found.prepared && isCurrent(found.prepared, found.signer, found.head))
    return { task: found.task, prepared: found.prepared }
  // 2. Prepare outside a transaction: it renders, hashes and stores bytes, and promises nobody anything yet.
  const prepared = await deps.forms[found.task.kind].prepare(deps, found.task, found.signer)
  // 3. Keep it, unless another request of the same phone was first: both then show the same bytes.
  return deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const task = await ownOpenTask(tx, caller, taskId, now, 'for update')
    const other = await preparationOf(tx, task)
    const changed = other && !(found.prepared && equalBytes(other.digest, found.prepared.digest))
    if (changed && isCurrent(other, found.signer, prepared.base?.revision))
      return { task, prepared: other }
    await savePreparation(tx, task, prepared, now)
    return { task, prepared }
  })
}

/** What was prepared still stands: same key, same certificate, same head of the document. */
function isCurrent(
  prepared: PreparedTask,
  signer: Signer,
  headRevision: number | undefined,
): boolean {
  return (
    prepared.keyId === signer.keyId &&
    prepared.certificateId === signer.certificate?.certificateId &&
    (prepared.base === undefined || prepared.base.revision === headRevision)
  )
}

/** The prepared task a session may be opened for. Throws `signing.digest-mismatch`, `signing.head-moved`. */
export function requireShown(
  prepared: PreparedTask | undefined,
  shown: { readonly digest: Uint8Array; readonly signer: Signer; readonly head?: number },
): PreparedTask {
  if (!prepared) throw new SigningError('signing.digest-mismatch')
  if (prepared.base && prepared.base.revision !== shown.head)
    throw new SigningError('signing.head-moved')
  if (!equalBytes(prepared.digest, shown.digest) || !isCurrent(prepared, shown.signer, shown.head))
    throw new SigningError('signing.digest-mismatch')
  return prepared
}
