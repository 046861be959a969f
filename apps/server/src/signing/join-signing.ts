import { equalBytes, toHex } from '@yunqian/sm'
import {
  decodeJoinMessage,
  encodeSignAnswer,
  type JoinMessage,
  serverSignAnswer,
  type ServerSignState,
  TwoPartyError,
  wipe,
} from '@yunqian/sm/two-party'
import { appendEvent } from '../evidence/index.ts'
import {
  clearTries,
  keyById,
  keySecrets,
  type KeySecrets,
  requireUsable,
  sidBytes,
  triesLeft,
  TwoPartyKeyError,
} from '../keys/two-party/index.ts'
import type { Tx } from '../platform/index.ts'
import { failPin, loseSession, sessionSubject } from './close-session.ts'
import { SigningError } from './errors.ts'
import type { PhoneCaller, SigningDeps } from './ports.ts'
import {
  countOpenSessions,
  markAnswered,
  sessionById,
  type SigningSession,
} from './session-store.ts'

export interface JoinCommand {
  readonly sid: string
  readonly message: Uint8Array
}

export interface JoinResult {
  readonly answer: Uint8Array
  readonly triesLeft: number
}

/**
 * Signing 2, join: checks the phone's proof, which a wrong PIN cannot make, and answers once. Repeats of the very same
 * message get the stored answer, anything else is refused. Throws SigningError, TwoPartyKeyError.
 */
export async function joinSigning(
  deps: SigningDeps,
  caller: PhoneCaller,
  command: JoinCommand,
): Promise<JoinResult> {
  return deps.nonces.inTurn(command.sid, () => joinOnce(deps, caller, command))
}

async function joinOnce(
  deps: SigningDeps,
  caller: PhoneCaller,
  command: JoinCommand,
): Promise<JoinResult> {
  const scope = { tenantId: caller.tenantId }
  const message = readMessage(command.message)
  // 1. The session, if it is this phone's; what was answered before is answered from the row.
  const { session, secrets } = await deps.db.tx(scope, async (tx) => {
    const session = await ownSession(tx, caller, command.sid)
    return { session, secrets: await secretsFor(deps, tx, session) }
  })
  if (!secrets) return answerAgain(deps, session, command.message)
  let nonce: ServerSignState | undefined
  try {
    // 2. The nonce leaves the memory here and never returns to it: whatever happens below, it answers at most once.
    nonce = deps.nonces.take(session.sid, deps.clock.now())
    if (!nonce) return await withoutNonce(deps, session)
    // 3. Check the proof and compute. A proof that fails is a wrong PIN.
    const answer = compute(session, nonce, secrets, message)
    if (!answer) return await refuseWrongPin(deps, session)
    // 4. Used mark, stored answer, returned try and event in one commit; only then does the answer leave.
    return await deps.db.tx(scope, (tx) => keepAnswer(deps, tx, session, command.message, answer))
  } finally {
    nonce?.w2.destroy()
    wipe(secrets.d2)
  }
}

/** The server's half for a session still to be answered. Throws TwoPartyKeyError when the key may not sign. */
async function secretsFor(
  deps: SigningDeps,
  tx: Tx,
  session: SigningSession,
): Promise<KeySecrets | undefined> {
  if (session.state !== 'open') return undefined
  const key = await keyById(tx, session)
  if (!key) throw new Error('a session without its key')
  requireUsable(key)
  const secrets = await keySecrets(tx, deps.sealer, session)
  if (!secrets) throw new TwoPartyKeyError('keys.suspended')
  wipe(secrets.oprfSecret)
  return secrets
}

async function ownSession(
  tx: Tx,
  caller: PhoneCaller,
  sid: string,
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<SigningSession> {
  const session = await sessionById(tx, { tenantId: caller.tenantId, sid }, lock)
  if (!session || session.deviceId !== caller.deviceId)
    throw new SigningError('signing.session-unknown')
  return session
}

function answerAgain(deps: SigningDeps, session: SigningSession, message: Uint8Array): JoinResult {
  if (session.state === 'lost') throw new SigningError('signing.session-lost')
  if (!session.joinMessage) throw new SigningError('signing.session-unknown')
  if (!equalBytes(session.joinMessage, message)) throw new SigningError('signing.join-differs')
  // Once the signature is in, the answer is erased: there is nothing left to repeat.
  if (!session.answerSealed) throw new SigningError('signing.wrong-state')
  const answer = deps.sealer.open(answerPurpose(session), session.answerSealed)
  return { answer, triesLeft: session.triesLeft }
}

/** Malformed bytes compute nothing, so they neither spend the nonce nor end the session. */
function readMessage(bytes: Uint8Array): JoinMessage {
  try {
    return decodeJoinMessage(bytes)
  } catch (error) {
    if (error instanceof TwoPartyError)
      throw new SigningError('platform.request-invalid', { field: 'message' })
    throw error
  }
}

/** The nonce is not here: its time is up, its process has died, or another living process holds it. */
async function withoutNonce(deps: SigningDeps, session: SigningSession): Promise<never> {
  const now = deps.clock.now()
  if (session.expiresAt <= now) throw new SigningError('signing.session-unknown')
  const elsewhere = await deps.db.tx({ tenantId: session.tenantId }, async (tx) => {
    await keyById(tx, session, 'for update')
    const locked = await sessionById(tx, session, 'for update')
    const alive =
      session.processId !== deps.signals.processId &&
      (await deps.signals.isAlive(tx, session.processId))
    // A try is given back only when nobody can answer any more; otherwise a misdirected request would buy free guesses.
    if (!alive && locked?.state === 'open') await loseSession(tx, locked, now)
    return alive
  })
  // The same request again may reach the process that can answer it.
  throw new SigningError(elsewhere ? 'platform.overloaded' : 'signing.session-lost')
}

/** Undefined for a proof that does not hold. */
function compute(
  session: SigningSession,
  state: ServerSignState,
  { d2, P1 }: KeySecrets,
  message: JoinMessage,
): Uint8Array | undefined {
  const { sid, context, digest: e, commitment } = session
  try {
    return encodeSignAnswer(
      serverSignAnswer({ sid: sidBytes(sid), context, e, commitment, state, d2, P1, message }),
    )
  } catch (error) {
    if (error instanceof TwoPartyError && error.code === 'two-party.proof-invalid') return undefined
    throw error
  }
}

async function refuseWrongPin(deps: SigningDeps, session: SigningSession): Promise<never> {
  const left = await deps.db.tx({ tenantId: session.tenantId }, (tx) =>
    failPin(deps, tx, session, deps.clock.now()),
  )
  if (left === 0) throw new TwoPartyKeyError('keys.pin-exhausted')
  throw new TwoPartyKeyError('keys.pin-wrong', { triesLeft: left })
}

async function keepAnswer(
  deps: SigningDeps,
  tx: Tx,
  session: SigningSession,
  joinMessage: Uint8Array,
  answer: Uint8Array,
): Promise<JoinResult> {
  const at = deps.clock.now()
  // Key before session, as everywhere, so that two joins never wait for each other in a circle.
  const key = await keyById(tx, session, 'for update')
  if (!key) throw new Error('a session without its key')
  requireUsable(key)
  const locked = await sessionById(tx, session, 'for update')
  // Another process thought us dead and gave the session up: then it stays given up.
  if (locked?.state !== 'open') throw new SigningError('signing.session-lost')
  await clearTries(tx, key, await countOpenSessions(tx, { ...key, now: at }, session.sid))
  const left = triesLeft((await keyById(tx, session)) ?? key)
  const answerSealed = deps.sealer.seal(answerPurpose(session), answer)
  await markAnswered(tx, session, { joinMessage, answerSealed, triesLeft: left, at })
  await appendEvent(tx, {
    type: 'signing.answered',
    at,
    subject: sessionSubject(session),
    data: { digest: toHex(session.digest), commitment: toHex(session.commitment) },
  })
  return { answer, triesLeft: left }
}

/** Stored answers open only for their own session. */
export const answerPurpose = (session: Pick<SigningSession, 'sid'>): string =>
  `signing/answer/${session.sid}`
