import { CONTENT_TYPE } from '@yunqian/pki'
import { sm3, toHex } from '@yunqian/sm'
import { appendEvent } from '../evidence/index.ts'
import { commitCompletion, makeCms, prepareAttributes } from './cms-form.ts'
import { storeBytes } from './create-document.ts'
import { advanceHead, documentById, insertRevision, revisionOf } from './document-store.ts'
import { handwritingOf } from './handwriting.ts'
import type { Signer, SigningDeps, TaskForm } from './ports.ts'
import { type PreparedTask, preparationOf } from './preparation.ts'
import type { Placement, SigningTask } from './task.ts'

/** A PAdES B-LT signature: an increment to the document's head, the original its exact prefix. */
export const pdfForm: TaskForm = { prepare, complete }

async function prepare(
  deps: SigningDeps,
  task: SigningTask,
  signer: Signer,
): Promise<PreparedTask> {
  const name = { tenantId: task.tenantId, documentId: task.documentId! }
  const { head, handwriting } = await deps.db.tx(name, async (tx) => {
    const document = await documentById(tx, name)
    const head = document && (await revisionOf(tx, name, document.headRevision))
    if (!head) throw new Error('a task without its document')
    return { head, handwriting: await handwritingOf(deps, tx, task) }
  })
  const at = deps.clock.now()
  const bytes = await deps.blobs.get(toHex(head.sm3))
  const place = placed(task.appearance)
  const made = await deps.threads.run(
    'preparePdf',
    {
      content: bytes,
      name: signer.name,
      at,
      ...(task.reason === undefined ? {} : { reason: task.reason }),
      ...(handwriting ? { handwriting } : {}),
      ...(place ? { place } : {}),
    },
    { lane: 'ours', transfer: [bytes.buffer] },
  )
  const content = {
    mediaType: 'application/pdf',
    sm3: (await storeBytes(deps, made.prepared)).sm3,
    bytes: made.prepared.length,
  }
  return {
    // PAdES has its time in /M and the timestamp, so no signingTime attribute (ETSI EN 319 142-1 §6.3).
    ...prepareAttributes(deps, signer, {
      contentType: CONTENT_TYPE.data,
      content,
      messageDigest: made.coveredSm3,
      signingTime: false,
    }),
    base: {
      revision: head.revision,
      bytes: head.bytes,
      contentsStart: made.contentsRange.start,
      contentsEnd: made.contentsRange.end,
    },
  }
}

async function complete(deps: SigningDeps, task: SigningTask): Promise<void> {
  // 1. What was shown and signed, byte for byte.
  const name = { tenantId: task.tenantId, documentId: task.documentId! }
  const prepared = await deps.db.tx(name, (tx) => preparationOf(tx, task))
  const base = prepared?.base
  if (!base) throw new Error('a PDF signature without its preparation')
  const shown = await deps.blobs.get(toHex(prepared.content.sm3))
  // 2. CMS, timestamp over the signature value, then revocation answers newer than it.
  const { cms, completion, revocation } = await makeCms(deps, task, {
    contentType: CONTENT_TYPE.data,
  })
  // 3. Into the file: the signature, then in a further increment all that is needed to check it.
  const { certificates, crls } = revocation
  const { finished } = await deps.threads.run(
    'finishPdf',
    {
      prepared: shown,
      contentsRange: { start: base.contentsStart, end: base.contentsEnd },
      cms,
      material: { certificates, crls, ocsps: [revocation.ocsp] },
    },
    { lane: 'ours', transfer: [shown.buffer] },
  )
  // 4. Bytes first, durable; then revision, head, state and event in one commit.
  const stored = await storeBytes(deps, finished)
  const revision = base.revision + 1
  await commitCompletion(deps, task, { ...completion, revision }, async (tx, at) => {
    if (!(await advanceHead(tx, name, base.revision)))
      throw new Error('the head moved under a leased signature')
    const { taskId: signingTaskId } = task
    const bytes = finished.length
    await insertRevision(tx, name, { revision, ...stored, bytes, signingTaskId }, at)
    await appendEvent(tx, {
      type: 'document.completed',
      at,
      subject: { task: task.taskId, document: name.documentId, person: task.personId },
      document: { sm3: toHex(stored.sm3), sha256: toHex(stored.sha256) },
      signature: { sm3: toHex(sm3(cms)) },
      data: { kind: task.kind, revision },
    })
  })
}

function placed(appearance: Placement | undefined) {
  if (!appearance) return undefined
  const { page, x, y, width, height } = appearance
  return { page: page - 1, rect: [x, y, x + width, y + height] as const }
}
