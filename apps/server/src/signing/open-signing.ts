import { toHex, wipe } from '@yunqian/sm'
import { OprfError, oprfEvaluate } from '@yunqian/sm/oprf'
import { type ServerSignState, serverSignOpen } from '@yunqian/sm/two-party'
import { appendEvent } from '../evidence/index.ts'
import {
  chargeTry,
  keySecrets,
  requireUsable,
  sidBytes,
  signingContext,
  triesLeft,
  TwoPartyKeyError,
} from '../keys/two-party/index.ts'
import { newId, type Tx } from '../platform/index.ts'
import { documentById, leaseHead } from './document-store.ts'
import { SigningError } from './errors.ts'
import type { PhoneCaller, SigningDeps } from './ports.ts'
import { preparationOf } from './preparation.ts'
import { requireShown } from './prepare-task.ts'
import {
  countOpenSessions,
  insertSession,
  sessionToRepeat,
  type SigningSession,
} from './session-store.ts'
import { ownOpenTask, signerOf } from './signer.ts'
import type { SigningTask } from './task.ts'
import { moveTask, taskTopics } from './task-store.ts'

const sessionMs = 60_000
const maxOpenPerKey = 4

export interface OpenCommand {
  readonly taskId: string
  /** e as the phone computed it from what it showed. */
  readonly e: Uint8Array
  readonly blinded: Uint8Array
}

/**
 * Signing 1, open: charges one PIN try, evaluates the blinded PIN and commits to the server's nonce. Throws SigningError,
 * TwoPartyKeyError, DeviceError.
 */
export async function openSigning(
  deps: SigningDeps,
  caller: PhoneCaller,
  command: OpenCommand,
): Promise<SigningSession> {
  // 1. Check, charge, evaluate, lease, session and event: one commit, and nothing of it leaves before.
  const opened = await deps.db.tx({ tenantId: caller.tenantId }, (tx) =>
    open(deps, tx, caller, command),
  )
  // 2. Only now is the nonce reachable. If we die here, the session is lost and its try given back.
  if (opened.nonce) deps.nonces.hold(opened.session.sid, opened.nonce, opened.session.expiresAt)
  return opened.session
}

/** May this phone sign this, and is it what was shown? Task and key stay locked. */
async function checkOpening(deps: SigningDeps, tx: Tx, caller: PhoneCaller, command: OpenCommand) {
  const task = await ownOpenTask(tx, caller, command.taskId, deps.clock.now(), 'for update')
  const { signer, key } = await signerOf(deps, tx, task, caller.deviceId, 'for update')
  requireUsable(key)
  if (triesLeft(key) === 0) throw new TwoPartyKeyError('keys.pin-exhausted')
  const document =
    task.documentId === undefined
      ? undefined
      : await documentById(tx, { ...task, documentId: task.documentId })
  const prepared = requireShown(await preparationOf(tx, task), {
    digest: command.e,
    signer,
    ...(document ? { head: document.headRevision } : {}),
  })
  return { task, key, prepared }
}

async function open(
  deps: SigningDeps,
  tx: Tx,
  caller: PhoneCaller,
  command: OpenCommand,
): Promise<{ session: SigningSession; nonce?: ServerSignState }> {
  const now = deps.clock.now()
  // A repeated request finds its session and charges nothing, also when it had the last try.
  const repeated = await liveSession(deps, tx, caller, command, now)
  if (repeated) return { session: repeated }
  const { task, key, prepared } = await checkOpening(deps, tx, caller, command)
  // Two copies of one request raced: the second waited for the lock and finds what the first committed.
  const raced = await liveSession(deps, tx, caller, command, now)
  if (raced) return { session: raced }
  if (!deps.nonces.hasRoom(now)) throw new TwoPartyKeyError('keys.too-many-sessions')
  if ((await countOpenSessions(tx, { ...key, now })) >= maxOpenPerKey)
    throw new TwoPartyKeyError('keys.too-many-sessions')
  const secrets = await keySecrets(tx, deps.sealer, key)
  if (!secrets) throw new TwoPartyKeyError('keys.suspended')
  wipe(secrets.d2)
  const evaluated = evaluate(deps, key.oprfPublicKey, secrets.oprfSecret, command)
  const sid = newId(deps)
  const context = signingContext(key, { taskId: task.taskId, counter: key.sessions + 1 })
  const e = prepared.digest
  const drawn = serverSignOpen({ sid: sidBytes(sid), context, e, random: deps.random })
  const session: SigningSession = {
    tenantId: task.tenantId,
    sid,
    taskId: task.taskId,
    keyId: key.keyId,
    deviceId: caller.deviceId,
    processId: deps.signals.processId,
    state: 'open',
    digest: e,
    context,
    commitment: drawn.commitment,
    blinded: command.blinded,
    evaluation: evaluated.evaluation,
    evaluationProof: evaluated.proof,
    triesLeft: triesLeft(key) - 1,
    openedAt: now,
    expiresAt: new Date(now.getTime() + sessionMs),
  }
  await chargeTry(tx, key)
  await insertSession(tx, session)
  if (prepared.base) await lease(tx, task, session, prepared.base.revision)
  await moveTask(tx, task, 'open', now)
  await appendEvent(tx, {
    type: 'signing.opened',
    at: now,
    subject: { task: task.taskId, session: sid, key: key.keyId, device: caller.deviceId },
    data: { kind: task.kind, digest: toHex(e), commitment: toHex(drawn.commitment) },
  })
  await deps.signals.notify(tx, ...taskTopics(task))
  return { session, nonce: drawn.state }
}

async function liveSession(
  deps: SigningDeps,
  tx: Tx,
  caller: PhoneCaller,
  command: OpenCommand,
  now: Date,
): Promise<SigningSession | undefined> {
  const found = await sessionToRepeat(tx, { ...caller, ...command, now })
  return found && (await deps.signals.isAlive(tx, found.processId)) ? found : undefined
}

async function lease(
  tx: Tx,
  task: SigningTask,
  session: SigningSession,
  baseRevision: number,
): Promise<void> {
  const outcome = await leaseHead(
    tx,
    { tenantId: task.tenantId, documentId: task.documentId! },
    {
      sid: session.sid,
      taskId: task.taskId,
      baseRevision,
      until: session.expiresAt,
      now: session.openedAt,
    },
  )
  if (outcome === 'busy') throw new SigningError('signing.document-busy')
  if (outcome === 'head-moved') throw new SigningError('signing.head-moved')
}

function evaluate(
  deps: SigningDeps,
  oprfPublicKey: Uint8Array,
  oprfSecret: Uint8Array,
  command: OpenCommand,
) {
  try {
    return oprfEvaluate(oprfSecret, oprfPublicKey, command.blinded, deps.random)
  } catch (error) {
    if (error instanceof OprfError && error.code === 'oprf.invalid-element')
      throw new SigningError('platform.request-invalid', { field: 'blinded' })
    throw error
  } finally {
    oprfSecret.fill(0)
  }
}
