import { equalBytes, wipe } from '../bytes.ts'
import { engine } from '../curve/engine.ts'
import { hedgedScalar } from '../hedged-scalar.ts'
import { drawBytes, type RandomSource } from '../random.ts'
import { isZero } from '../scalar-range.ts'
import { checkLength, checkPoint, checkScalar } from './check.ts'
import { TwoPartyError } from './errors.ts'
import type { Session } from './key-generation.ts'
import { OneUseNonce } from './one-use-nonce.ts'
import { verifyLogarithms } from './proof.ts'
import {
  SALT_LENGTH,
  joinBinding,
  signCommitment,
  type BatchJoinMessage,
  type JoinMessage,
  type SignAnswer,
  type SignItem,
} from './sign-session.ts'
import { transcriptHash } from './transcript.ts'

const NO_SECRET = new Uint8Array(0)

/** The server's side of one open digest. It lives in the memory of one process and nowhere else. */
export interface ServerSignState {
  readonly w2: OneUseNonce
  readonly R2: Uint8Array
  readonly salt: Uint8Array
}

/**
 * Opens one digest: draws w2 and commits to R2 = [w2]G. `e` must be the server's own, computed
 * from the document it stored: a signature over an e the phone chose is a signature over nothing.
 */
export function serverSignOpen(
  input: Session & { readonly e: Uint8Array; readonly random: RandomSource },
): { readonly state: ServerSignState; readonly commitment: Uint8Array } {
  const { sid, context, e, random } = input
  checkLength('e', e, 32)
  // There is no secret to hedge with yet, but one output of a repeating source still gives
  // unrelated nonces to two sessions.
  const use = transcriptHash('sign-nonce-server', sid, context, e)
  const w2 = hedgedScalar(NO_SECRET, use, random)
  const state = {
    w2: new OneUseNonce(w2),
    R2: engine.multiplyBase(w2),
    salt: drawBytes(random, SALT_LENGTH),
  }
  return { state, commitment: signCommitment(input, e, state) }
}

/**
 * Answers one join: checks the proof of w1 and d1^-1 against the stored P1, spends w2 and returns
 * r, R2, salt and s1. Throws TwoPartyError: `two-party.proof-invalid` leaves w2 unspent (a wrong
 * PIN may be tried again), everything after it has spent w2 for good.
 *
 * The caller makes *used* mark, answer and event durable before the answer leaves; a repeated join
 * gets the stored bytes. An answer that left may be a finished signature in the phone's hands.
 */
export function serverSignAnswer(
  input: Session &
    SignItem & {
      readonly state: ServerSignState
      readonly d2: Uint8Array
      readonly P1: Uint8Array
      readonly message: JoinMessage
    },
): SignAnswer {
  const { sid, context, e, commitment, state, d2, P1, message } = input
  const [answer] = serverSignAnswerBatch({
    sid,
    context,
    items: [{ e, commitment, state }],
    d2,
    P1,
    message: { Q1s: [message.Q1], proof: message.proof },
  })
  return answer!
}

/** As `serverSignAnswer` for every digest of a batch under one proof; answers all or none. */
export function serverSignAnswerBatch(
  input: Session & {
    readonly items: readonly (SignItem & { readonly state: ServerSignState })[]
    readonly d2: Uint8Array
    readonly P1: Uint8Array
    readonly message: BatchJoinMessage
  },
): readonly SignAnswer[] {
  const { items, d2, P1, message } = input
  checkScalar('d2', d2)
  checkPoint('P1', P1)
  if (items.length === 0 || message.Q1s.length !== items.length) {
    throw new TwoPartyError('two-party.invalid-message', { what: 'Q1', count: message.Q1s.length })
  }
  const Q1s = message.Q1s.map((Q1) => checkPoint('Q1', Q1))
  for (const { e, commitment, state } of items) {
    if (state.w2.spent) throw new TwoPartyError('two-party.nonce-spent')
    // The state belongs to exactly one session and digest; another e or sid does not open it.
    if (!equalBytes(signCommitment(input, e, state), commitment)) {
      throw new TwoPartyError('two-party.commitment-mismatch')
    }
  }
  if (!verifyLogarithms(joinBinding(input, items), [...Q1s, P1], message.proof)) {
    throw new TwoPartyError('two-party.proof-invalid')
  }
  // All nonces are taken before the first answer: a state listed twice refuses the whole batch.
  const nonces = items.map(({ state }) => state.w2.take())
  const d2Inverse = engine.invertScalar(d2)
  try {
    return items.map(({ e, state }, i) => answerOne(e, state, nonces[i]!, d2, d2Inverse, Q1s[i]!))
  } finally {
    wipe(d2Inverse, ...nonces)
  }
}

/** R = R2 + [d2^-1]Q1, r = e + x(R), s1 = d2(r + w2). */
function answerOne(
  e: Uint8Array,
  { R2, salt }: ServerSignState,
  w2: Uint8Array,
  d2: Uint8Array,
  d2Inverse: Uint8Array,
  Q1: Uint8Array,
): SignAnswer {
  const R = engine.add(R2, engine.multiply(d2Inverse, Q1))
  if (!R) throw new TwoPartyError('two-party.degenerate')
  const r = engine.addScalars(engine.reduce(e), engine.reduce(R.subarray(1, 33)))
  const sum = engine.addScalars(r, w2)
  const s1 = engine.multiplyScalars(d2, sum)
  wipe(sum)
  // Clause 6.1 A5 (r = 0). s1 = 0 would hand w2 = -r to the phone.
  if (isZero(r) || isZero(s1)) throw new TwoPartyError('two-party.degenerate')
  return { r, R2, salt, s1 }
}
