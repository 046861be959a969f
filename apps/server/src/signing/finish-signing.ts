import { encodeSm2Signature, equalBytes, sm2VerifyDigest, sm3, toHex } from '@yunqian/sm'
import { decodeSignAnswer } from '@yunqian/sm/two-party'
import { parseSm2PublicKey } from '@yunqian/sm'
import type { CertificateView, TaskSummary } from '@yunqian/api'
import { appendEvent } from '../evidence/index.ts'
import { keyById } from '../keys/two-party/index.ts'
import type { Tx } from '../platform/index.ts'
import { sessionSubject } from './close-session.ts'
import { completeTask } from './complete-task.ts'
import { keepHead } from './document-store.ts'
import { SigningError } from './errors.ts'
import { answerPurpose } from './join-signing.ts'
import type { PhoneCaller, SigningDeps } from './ports.ts'
import { preparationOf, type PreparedTask } from './preparation.ts'
import { closeSession, sessionById, type SigningSession } from './session-store.ts'
import { insertSignature, signatureOf } from './signature-store.ts'
import { ownTask } from './signer.ts'
import { nextState, type SigningTask } from './task.ts'
import { moveTask, taskTopics } from './task-store.ts'
import { taskSummary } from './task-view.ts'

export interface FinishCommand {
  readonly sid: string
  readonly r: Uint8Array
  readonly s: Uint8Array
}

export interface FinishResult {
  readonly task: TaskSummary
  /** For a certification request: what was issued. */
  readonly certificate?: CertificateView
}

/**
 * Signing 3, finish: verifies the signature, keeps it with its event, then makes the finished thing of it. What is
 * acknowledged as signed is durable even if completion has to wait. Throws SigningError.
 */
export async function finishSigning(
  deps: SigningDeps,
  caller: PhoneCaller,
  command: FinishCommand,
): Promise<FinishResult> {
  const scope = { tenantId: caller.tenantId }
  // 1. Verify and keep: signature, session, task and event are one commit.
  const task = await deps.db.tx(scope, (tx) => keepSignature(deps, tx, caller, command))
  // 2. Complete. If this fails or we die here, recovery calls the same function.
  const completed = await completeTask(deps, task)
  // Without a certificate there is nothing to answer; the signed request is kept and issued by recovery.
  if (!completed && task.kind === 'csr') throw new SigningError('issuance.unavailable')
  // 3. Answer with what there is now.
  return deps.db.tx(scope, async (tx) => {
    const summary = await taskSummary(tx, task, deps.clock.now())
    const certificate = task.kind === 'csr' ? await issuedFor(deps, tx, task) : undefined
    return { task: summary, ...(certificate ? { certificate } : {}) }
  })
}

async function keepSignature(
  deps: SigningDeps,
  tx: Tx,
  caller: PhoneCaller,
  command: FinishCommand,
): Promise<SigningTask> {
  const at = deps.clock.now()
  const session = await sessionById(tx, { tenantId: caller.tenantId, sid: command.sid })
  if (!session || session.deviceId !== caller.deviceId)
    throw new SigningError('signing.session-unknown')
  const task = await ownTask(tx, caller, session.taskId, 'for update')
  // Two sessions may stand open for one task; the signature that was kept first is the task's.
  if (nextState(task.state, 'sign') === undefined) return repeated(tx, task, command)
  // Key before session, as a join locks them: a certificate that stops now has stopped, or waits for this signature.
  const key = await keyById(tx, session, 'for update')
  if (!key) throw new Error('a session without its key')
  const prepared = await preparationOf(tx, task)
  await requireCertificate(deps, tx, task, prepared)
  const locked = await sessionById(tx, session, 'for update')
  if (locked?.state !== 'answered' || !locked.answerSealed)
    throw new SigningError('signing.wrong-state', { state: locked?.state })
  const answer = decodeSignAnswer(deps.sealer.open(answerPurpose(locked), locked.answerSealed))
  const signature = { r: command.r, s: command.s }
  const valid =
    equalBytes(answer.r, command.r) &&
    sm2VerifyDigest(parseSm2PublicKey(key.publicKey), locked.digest, signature)
  if (!valid) throw new SigningError('signing.signature-invalid')
  await requireHead(tx, task, locked, prepared, at)
  if (!prepared || !equalBytes(prepared.digest, locked.digest))
    throw new SigningError('signing.head-moved')
  await insertSignature(tx, {
    tenantId: task.tenantId,
    taskId: task.taskId,
    sid: locked.sid,
    keyId: key.keyId,
    ...(prepared.certificateId === undefined ? {} : { certificateId: prepared.certificateId }),
    publicKey: key.publicKey,
    signed: prepared.toBeSigned,
    ...signature,
    signedAt: at,
  })
  await closeSession(tx, locked, 'finished', at)
  const signed = await moveTask(tx, task, 'sign', at)
  await appendEvent(tx, {
    type: 'signing.signed',
    at,
    subject: { ...sessionSubject(locked), person: task.personId },
    signature: { sm3: toHex(sm3(encodeSm2Signature(signature))) },
    data: { kind: task.kind, digest: toHex(locked.digest), content: toHex(prepared.content.sm3) },
  })
  await deps.signals.notify(tx, ...taskTopics(task))
  return signed
}

/** What it was shown to be signed under must stand: a signature kept now is stamped after now. */
async function requireCertificate(
  deps: SigningDeps,
  tx: Tx,
  task: SigningTask,
  prepared: PreparedTask | undefined,
): Promise<void> {
  const certificateId = prepared?.certificateId
  if (certificateId === undefined) return
  const state = (await deps.certificates.view(tx, { ...task, certificateId }))?.state
  if (state !== 'valid') throw new SigningError('signing.certificate-not-valid', { state })
}

/** The same signature again is answered again; another one is not. */
async function repeated(tx: Tx, task: SigningTask, command: FinishCommand): Promise<SigningTask> {
  const stored = await signatureOf(tx, task)
  if (stored?.sid !== command.sid)
    throw new SigningError('signing.task-closed', { state: task.state })
  const same = equalBytes(stored.r, command.r) && equalBytes(stored.s, command.s)
  if (!same) throw new SigningError('signing.wrong-state', { state: 'finished' })
  return task
}

/** From here on nobody else may extend the document until this signature is in it. */
async function requireHead(
  tx: Tx,
  task: SigningTask,
  session: SigningSession,
  prepared: PreparedTask | undefined,
  now: Date,
): Promise<void> {
  if (task.kind !== 'pdf') return
  const outcome = await keepHead(
    tx,
    { tenantId: task.tenantId, documentId: task.documentId! },
    { sid: session.sid, baseRevision: prepared?.base?.revision ?? -1, now },
  )
  if (outcome !== 'leased')
    throw new SigningError(outcome === 'busy' ? 'signing.document-busy' : 'signing.head-moved')
}

async function issuedFor(
  deps: SigningDeps,
  tx: Tx,
  task: SigningTask,
): Promise<CertificateView | undefined> {
  const certificate = await deps.certificates.ofPerson(tx, task)
  if (!certificate || certificate.keyId !== task.keyId) return undefined
  return deps.certificates.view(tx, { ...task, certificateId: certificate.certificateId })
}
