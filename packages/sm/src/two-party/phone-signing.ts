import { equalBytes, wipe } from '../bytes.ts'
import { BASE_POINT, engine } from '../curve/engine.ts'
import { hedgedScalar } from '../hedged-scalar.ts'
import type { RandomSource } from '../random.ts'
import { isZero } from '../scalar-range.ts'
import type { Sm2PublicKey } from '../sm2-key.ts'
import { sm2VerifyDigest, type Sm2Signature } from '../sm2-signature.ts'
import { checkScalar } from './check.ts'
import { TwoPartyError } from './errors.ts'
import type { Session } from './key-generation.ts'
import { OneUseNonce } from './one-use-nonce.ts'
import { proveLogarithms } from './proof.ts'
import {
  joinBinding,
  signCommitment,
  type BatchJoinMessage,
  type JoinMessage,
  type SignAnswer,
  type SignItem,
} from './sign-session.ts'
import { transcriptHash } from './transcript.ts'

/** The phone's side of one joined digest; `phoneSignFinish` spends it, whatever comes of it. */
export interface PhoneSignState {
  readonly w1: OneUseNonce
}

/**
 * Joins one digest, after consent and PIN: draws w1 and proves w1 and d1^-1. `e` must be the
 * phone's own, computed from the bytes it showed. A wrong PIN unwraps another d1, which nothing
 * here can tell: the server finds that the proof does not fit P1.
 */
export function phoneSignJoin(
  input: Session & SignItem & { readonly d1: Uint8Array; readonly random: RandomSource },
): { readonly state: PhoneSignState; readonly message: JoinMessage } {
  const { sid, context, e, commitment, d1, random } = input
  const items = [{ e, commitment }]
  const { states, message } = phoneSignJoinBatch({ sid, context, items, d1, random })
  return { state: states[0]!, message: { Q1: message.Q1s[0]!, proof: message.proof } }
}

/** As `phoneSignJoin` for every digest of a batch, with one proof over all of them. */
export function phoneSignJoinBatch(
  input: Session & {
    readonly items: readonly SignItem[]
    readonly d1: Uint8Array
    readonly random: RandomSource
  },
): { readonly states: readonly PhoneSignState[]; readonly message: BatchJoinMessage } {
  const { items, d1, random } = input
  checkScalar('d1', d1)
  const binding = joinBinding(input, items)
  const use = transcriptHash('sign-nonce-phone', ...binding.fields)
  const witnesses = items.map(() => {
    const secret = hedgedScalar(d1, use, random)
    return { secret, image: engine.multiplyBase(secret) }
  })
  const d1Inverse = engine.invertScalar(d1)
  const share = { secret: d1Inverse, image: engine.multiplyBase(d1Inverse) }
  const proof = proveLogarithms(binding, [...witnesses, share], random)
  // P1 beside the wrapped share would let a thief test PINs at home, so it goes with its secret.
  wipe(share.secret, share.image)
  return {
    states: witnesses.map(({ secret }) => ({ w1: new OneUseNonce(secret) })),
    message: { Q1s: witnesses.map(({ image }) => image), proof },
  }
}

/**
 * Finishes one digest. Takes w1 first: an answer that fails ends the session, because a second
 * answer for the same w1 would give d1 away. Then checks the commitment, that r was made with the
 * committed nonce, and the whole signature under the phone's own e; nothing is released before.
 * Throws TwoPartyError and never returns a signature that does not verify.
 */
export function phoneSignFinish(
  input: Session &
    SignItem & {
      readonly state: PhoneSignState
      readonly d1: Uint8Array
      readonly publicKey: Sm2PublicKey
      readonly answer: SignAnswer
    },
): Sm2Signature {
  const { e, commitment, state, d1, publicKey, answer } = input
  const w1 = state.w1.take()
  try {
    checkScalar('d1', d1)
    checkScalar('r', answer.r)
    checkScalar('s1', answer.s1)
    if (!equalBytes(signCommitment(input, e, answer), commitment)) {
      throw new TwoPartyError('two-party.commitment-mismatch')
    }
    // Without this check the commitment binds nothing: the server could have answered with a
    // nonce chosen after it saw Q1.
    if (!equalBytes(expectedR(e, answer.R2, w1, d1, publicKey), answer.r)) {
      throw new TwoPartyError('two-party.answer-invalid')
    }
    const signature = combine(d1, answer, w1)
    // A server that lies about s1 makes s reveal d1; only a verifying s is harmless.
    if (isZero(signature.s) || !sm2VerifyDigest(publicKey, e, signature)) {
      wipe(signature.s)
      throw new TwoPartyError('two-party.signature-invalid')
    }
    return signature
  } finally {
    wipe(w1)
  }
}

/** r as it must be: e + x(R2 + [w1]P2), where P2 = [d1](P + G) is never formed by itself. */
function expectedR(
  e: Uint8Array,
  R2: Uint8Array,
  w1: Uint8Array,
  d1: Uint8Array,
  publicKey: Sm2PublicKey,
): Uint8Array {
  // P + G = [d1^-1·d2^-1]G is never infinity for a public key made by two shares.
  const shifted = engine.add(publicKey, BASE_POINT)
  if (!shifted) throw new TwoPartyError('two-party.degenerate')
  const factor = engine.multiplyScalars(w1, d1)
  const R = engine.add(R2, engine.multiply(factor, shifted))
  wipe(factor)
  if (!R) throw new TwoPartyError('two-party.degenerate')
  return engine.addScalars(engine.reduce(e), engine.reduce(R.subarray(1, 33)))
}

/** s = d1(s1 + w1) - r. */
function combine(d1: Uint8Array, { r, s1 }: SignAnswer, w1: Uint8Array): Sm2Signature {
  const sum = engine.addScalars(s1, w1)
  const product = engine.multiplyScalars(d1, sum)
  const s = engine.subtractScalars(product, r)
  wipe(sum, product)
  return { r: Uint8Array.from(r), s }
}
