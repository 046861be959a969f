import { appendEvent } from '../evidence/index.ts'
import {
  destroyKeyShare,
  insertKey,
  type KeyHolder,
  type MadeKey,
} from '../keys/two-party/index.ts'
import { newId, type Tx } from '../platform/index.ts'
import { prepareCsr } from './csr-form.ts'
import type { KeyEnrollment, PhoneCaller, SigningDeps } from './ports.ts'
import { type PreparedTask, savePreparation } from './preparation.ts'
import { insertTask, taskTopics } from './task-store.ts'

const csrTaskMs = 24 * 3_600_000

/** Two-party key, first: the server commits to its share. Nothing is stored; after a restart the phone begins again. */
export async function beginKey(deps: SigningDeps, caller: PhoneCaller, enrollmentId: string) {
  const { holder } = await holderOf(deps, caller, enrollmentId)
  const given = { sid: newId(deps), keyId: newId(deps), now: deps.clock.now(), random: deps.random }
  const { sid, keyId } = given
  return { sid, keyId, ...deps.keyGenerations.begin(holder, given) }
}

/**
 * Two-party key, second: the phone proves its share, the server opens and keeps its own, sealed, together with the task
 * of signing the certification request. Throws `keys.session-lost`, `keys.proof-invalid`, `enrollment.wrong-state`.
 */
export async function shareKey(
  deps: SigningDeps,
  caller: PhoneCaller,
  enrollmentId: string,
  command: { readonly sid: string; readonly share: Uint8Array; readonly blinded: Uint8Array },
): Promise<MadeKey & { readonly csrTaskId: string }> {
  // 1. Who asks, and for which subject.
  const { holder, enrollment } = await holderOf(deps, caller, enrollmentId)
  // 2. Check the proof and open. The session is used up whatever comes of it.
  const made = deps.keyGenerations.share(command.sid, holder, {
    share: command.share,
    blinded: command.blinded,
    now: deps.clock.now(),
    random: deps.random,
  })
  const prepared = await prepareCsr(deps, { ...made, subject: enrollment.subject })
  // 3. Share, task, what it signs, and the enrolment's step: one commit before the opening leaves.
  const csrTaskId = newId(deps)
  try {
    await deps.db.tx({ tenantId: caller.tenantId }, (tx) =>
      keepKey(deps, tx, holder, made, csrTaskId, prepared),
    )
  } finally {
    made.secrets.d2.fill(0)
    made.secrets.oprfSecret.fill(0)
  }
  return { ...made, csrTaskId }
}

async function holderOf(
  deps: SigningDeps,
  caller: PhoneCaller,
  enrollmentId: string,
): Promise<{ holder: KeyHolder; enrollment: KeyEnrollment }> {
  const { tenantId, deviceId } = caller
  const enrollment = await deps.db.tx({ tenantId }, (tx) =>
    deps.enrollments.forKey(tx, { tenantId, enrollmentId, deviceId }),
  )
  return { holder: { tenantId, deviceId, enrollmentId, personId: enrollment.personId }, enrollment }
}

async function keepKey(
  deps: SigningDeps,
  tx: Tx,
  holder: KeyHolder,
  made: MadeKey,
  csrTaskId: string,
  prepared: PreparedTask,
): Promise<void> {
  const at = deps.clock.now()
  const { tenantId, enrollmentId, personId, deviceId } = holder
  const { keyId } = made
  // The state may have moved since; the row stays locked until commit.
  const enrollment = await deps.enrollments.forKey(tx, { tenantId, enrollmentId, deviceId })
  if (enrollment.keyId !== undefined) {
    await destroyKeyShare(tx, { tenantId, keyId: enrollment.keyId, at })
    const subject = { key: enrollment.keyId, person: personId, device: deviceId }
    await appendEvent(tx, { type: 'key.deleted', at, subject, data: { reason: 'made anew' } })
  }
  await insertKey(tx, deps.sealer, { ...holder, ...made, epoch: 1 }, made.secrets, at)
  const task = {
    tenantId,
    taskId: csrTaskId,
    kind: 'csr',
    state: 'waiting',
    personId,
    centreId: enrollment.centreId,
    title: '申请证书 Certificate request',
    enrollmentId,
    keyId,
    createdAt: at,
    expiresAt: new Date(at.getTime() + csrTaskMs),
  } as const
  await insertTask(tx, task)
  await savePreparation(tx, task, prepared, at)
  await deps.enrollments.keyMade(tx, { tenantId, enrollmentId, keyId, csrTaskId, at })
  await appendEvent(tx, {
    type: 'key.created',
    at,
    subject: { key: keyId, person: personId, device: deviceId, enrollment: enrollmentId },
    data: { publicKey: Buffer.from(made.publicKey).toString('hex') },
  })
  await deps.signals.notify(tx, ...taskTopics(task), `enrollment:${enrollmentId}`)
}
