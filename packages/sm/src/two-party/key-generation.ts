// Making the key: (1+d)^-1 = d1·d2 mod n, so P = [d1^-1·d2^-1]G - G, and nobody ever holds d.
//
//   server -> phone   commitment to P2 = [d2^-1]G and its proof
//   phone -> server   P1 = [d1^-1]G and its proof
//   server -> phone   the opening: P2, proof, salt
//
// The server commits first because the last to speak could otherwise choose its point after seeing
// the other's, and so choose P. Each proves knowledge of its share's inverse, so neither can
// answer with a point made of the other's. Both compute P alone; the first signature (the
// certificate request) shows that the halves fit.
import { equalBytes, wipe } from '../bytes.ts'
import { BASE_POINT, engine } from '../curve/engine.ts'
import { drawBytes, drawScalar, type RandomSource } from '../random.ts'
import type { Sm2PublicKey } from '../sm2-key.ts'
import { checkLength, checkPoint, checkScalar } from './check.ts'
import { TwoPartyError } from './errors.ts'
import { proofLength, proveLogarithms, verifyLogarithms, type ProofBinding } from './proof.ts'
import { transcriptHash } from './transcript.ts'

/** What every step of one session is bound to; `context` names person, device, key and epoch. */
export interface Session {
  readonly sid: Uint8Array
  readonly context: Uint8Array
}

/** The server's secret half while a key is being made; `d2` is kept sealed afterwards. */
export interface ServerKeyState {
  readonly d2: Uint8Array
  readonly P2: Uint8Array
  readonly proof: Uint8Array
  readonly salt: Uint8Array
}

/** P1 = [d1^-1]G, and the phone's proof that it knows d1. */
export interface KeyShareMessage {
  readonly P1: Uint8Array
  readonly proof: Uint8Array
}

/** What the server had committed to. P2 is confidential: beside P it lets a thief test PINs. */
export interface KeyOpening {
  readonly P2: Uint8Array
  readonly proof: Uint8Array
  readonly salt: Uint8Array
}

const SALT_LENGTH = 32

/** Server, first: draws d2 and commits (32 bytes) to its public half. */
export function serverKeyCommit(input: Session & { readonly random: RandomSource }): {
  readonly state: ServerKeyState
  readonly commitment: Uint8Array
} {
  const { random } = input
  const { share, image, proof } = drawShare(serverProof(input), random)
  const salt = drawBytes(random, SALT_LENGTH)
  const state = { d2: share, P2: image, proof, salt }
  return { state, commitment: keyCommitment(input, state) }
}

/** Phone, second, once it holds the commitment: draws d1 and shows its public half. */
export function phoneKeyShare(input: Session & { readonly random: RandomSource }): {
  readonly state: { readonly d1: Uint8Array }
  readonly message: KeyShareMessage
} {
  const { share, image, proof } = drawShare(phoneProof(input), input.random)
  return { state: { d1: share }, message: { P1: image, proof } }
}

/**
 * Server, third: checks the phone's proof, computes P = [d2^-1]P1 - G and opens its commitment.
 * Keep d2 (sealed), P1 and the public key. Throws TwoPartyError.
 */
export function serverKeyOpen(
  input: Session & { readonly state: ServerKeyState; readonly message: KeyShareMessage },
): {
  readonly P1: Uint8Array
  readonly publicKey: Sm2PublicKey
  readonly opening: KeyOpening
} {
  const { state, message } = input
  const P1 = checkPoint('P1', message.P1)
  if (!verifyLogarithms(phoneProof(input), [P1], message.proof)) {
    throw new TwoPartyError('two-party.proof-invalid')
  }
  const publicKey = joinShares(state.d2, P1)
  const { P2, proof, salt } = state
  return { P1, publicKey, opening: { P2, proof, salt } }
}

/**
 * Phone, last: checks the opening against the commitment it got before it spoke, checks the
 * server's proof, computes P = [d1^-1]P2 - G. Neither P1 nor P2 may be stored on the phone.
 */
export function phoneKeyFinish(
  input: Session & {
    readonly state: { readonly d1: Uint8Array }
    readonly commitment: Uint8Array
    readonly opening: KeyOpening
  },
): { readonly d1: Uint8Array; readonly publicKey: Sm2PublicKey } {
  const { opening, commitment } = input
  checkLength('salt', opening.salt, SALT_LENGTH)
  if (!equalBytes(keyCommitment(input, opening), commitment)) {
    throw new TwoPartyError('two-party.commitment-mismatch')
  }
  const P2 = checkPoint('P2', opening.P2)
  if (!verifyLogarithms(serverProof(input), [P2], opening.proof)) {
    throw new TwoPartyError('two-party.proof-invalid')
  }
  return { d1: input.state.d1, publicKey: joinShares(input.state.d1, P2) }
}

const serverProof = (session: Session): ProofBinding => ({
  tag: 'key-proof-server',
  fields: [session.sid, session.context],
})
const phoneProof = (session: Session): ProofBinding => ({
  tag: 'key-proof-phone',
  fields: [session.sid, session.context],
})

/** A share uniform in [1, n-1], the image [share^-1]G, and the proof of share^-1. */
function drawShare(binding: ProofBinding, random: RandomSource) {
  const share = drawScalar(random, engine.curve.n)
  const secret = engine.invertScalar(share)
  const image = engine.multiplyBase(secret)
  const proof = proveLogarithms(binding, [{ secret, image }], random)
  wipe(secret)
  return { share, image, proof }
}

function keyCommitment(session: Session, opening: KeyOpening): Uint8Array {
  const { P2, proof, salt } = opening
  checkLength('proof', proof, proofLength(1))
  return transcriptHash('key-commitment', session.sid, session.context, P2, proof, salt)
}

/** P = [share^-1]other - G; infinity would be the private key d = 0. */
function joinShares(share: Uint8Array, other: Uint8Array): Sm2PublicKey {
  const inverse = engine.invertScalar(checkScalar('share', share))
  const sum = engine.multiply(inverse, other)
  wipe(inverse)
  const publicKey = engine.add(sum, engine.negate(BASE_POINT))
  if (!publicKey) throw new TwoPartyError('two-party.degenerate')
  return publicKey as Sm2PublicKey
}
