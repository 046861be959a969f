// The verifiable oblivious pseudorandom function of RFC 9497 (VOPRF, mode 0x01) on the SM2 curve.
//
// The phone learns F(key, PIN) and the server learns nothing of the PIN. Each guess costs one
// evaluation, so who counts evaluations counts guesses: that, and nothing on the phone, protects a
// short PIN. The proof tells a faulty server from a wrong PIN: without it a server could answer
// with another key and watch whether the phone's next step fails.
import { createOPRF } from '@noble/curves/abstract/oprf.js'
import { concatBytes, wipe } from '../bytes.ts'
import { engine } from '../curve/engine.ts'
import { hkdfSm3 } from '../hmac-sm3.ts'
import { drawBytes, type RandomSource } from '../random.ts'
import { isLess, isZero } from '../scalar-range.ts'
import { sm3 } from '../sm3.ts'
import { OprfError } from './errors.ts'
import { createSm2Hasher } from './hash-to-curve.ts'

/** The server's secret of 32 bytes for one phone key, and its public half of 33 bytes. */
export interface OprfKey {
  readonly secret: Uint8Array
  readonly publicKey: Uint8Array
}

const ELEMENT_LENGTH = 33
const PROOF_LENGTH = 64

// Built at first use: the tables and checks of the curve cost a start that never asks for a PIN.
let built: ReturnType<typeof buildSuite> | undefined
const suite = () => (built ??= buildSuite())

function buildSuite() {
  const hasher = createSm2Hasher()
  const { voprf } = createOPRF({
    // RFC 9497 section 4 registers no suite on this curve; the name keeps ours apart from all.
    name: 'curveSM2-SM3',
    Point: hasher.Point,
    hash: (message) => Uint8Array.from(sm3(message)),
    hashToGroup: hasher.hashToCurve,
    hashToScalar: hasher.hashToScalar,
  })
  return { voprf, Point: hasher.Point }
}

/** A fresh key. */
export function generateOprfKey(random: RandomSource): OprfKey {
  return oprfKeyFromSeed(drawBytes(random, 32), new Uint8Array(0))
}

/**
 * DeriveKeyPair of RFC 9497 section 3.2.1: the same key again from a 32-byte seed and the name of
 * what it is for (at most 65535 bytes).
 */
export function oprfKeyFromSeed(seed: Uint8Array, info: Uint8Array): OprfKey {
  if (seed.length !== 32) throw new OprfError('oprf.invalid-scalar', { seed: seed.length })
  checkInput(info)
  const { secretKey, publicKey } = suite().voprf.deriveKeyPair(seed, info)
  return { secret: secretKey, publicKey }
}

/**
 * Phone, first: hides the PIN. `blinded` (33 bytes, a compressed point) goes to the server;
 * `blind` (32 bytes) stays, and is as secret as the PIN once the answer is known.
 */
export function oprfBlind(
  pin: Uint8Array,
  random: RandomSource,
): { readonly blind: Uint8Array; readonly blinded: Uint8Array } {
  checkInput(pin)
  return suite().voprf.blind(pin, source(random))
}

/**
 * Server: evaluates a blinded element (33 bytes) and proves (64 bytes) that it used the key behind
 * `publicKey`. Charge the try durably before calling; the answer is a guess spent.
 */
export function oprfEvaluate(
  secret: Uint8Array,
  publicKey: Uint8Array,
  blinded: Uint8Array,
  random: RandomSource,
): { readonly evaluation: Uint8Array; readonly proof: Uint8Array } {
  checkScalar('secret', secret)
  checkElement('publicKey', publicKey)
  checkElement('blinded', blinded)
  // The proof's one-time scalar is hedged with key and element: two proofs with one scalar and
  // different challenges would give the key away, should the random source repeat itself.
  const hedged = source((length) => {
    const mixed = concatBytes(secret, drawBytes(random, 32))
    const bytes = hkdfSm3({ secret: mixed, info: concatBytes(PROOF_INFO, blinded), length })
    wipe(mixed)
    return bytes
  })
  const { evaluated, proof } = suite().voprf.blindEvaluate(secret, publicKey, blinded, hedged)
  return { evaluation: evaluated, proof }
}

/**
 * Phone, last: checks the server's proof and returns F(key, PIN), 32 bytes. Throws OprfError
 * `oprf.proof-invalid` when the server used another key than `publicKey`, which the phone keeps
 * from its enrolment: then the PIN was not tested and no try was the holder's.
 */
export function oprfFinalize(input: {
  readonly input: Uint8Array
  readonly blind: Uint8Array
  readonly blinded: Uint8Array
  readonly evaluation: Uint8Array
  readonly proof: Uint8Array
  readonly publicKey: Uint8Array
}): Uint8Array {
  const { blind, blinded, evaluation, proof, publicKey } = input
  checkInput(input.input)
  checkScalar('blind', blind)
  checkElement('blinded', blinded)
  checkElement('publicKey', publicKey)
  checkElement('evaluation', evaluation)
  if (proof.length !== PROOF_LENGTH) throw new OprfError('oprf.proof-invalid')
  try {
    return suite().voprf.finalize(input.input, blind, evaluation, blinded, publicKey, proof)
  } catch {
    // Everything else was checked above, so what is left is a proof that does not hold.
    throw new OprfError('oprf.proof-invalid')
  }
}

const PROOF_INFO = new TextEncoder().encode('yunqian oprf proof')

/** noble asks its generator with an optional length, which it always gives here. */
const source = (random: RandomSource) => (length?: number) =>
  Uint8Array.from(drawBytes(random, length ?? 32))

function checkInput(bytes: Uint8Array): void {
  // RFC 9497 section 1.2: PrivateInput counts its length in two bytes.
  if (bytes.length > 0xffff) throw new OprfError('oprf.invalid-input', { length: bytes.length })
}

function checkScalar(what: string, bytes: Uint8Array): void {
  if (bytes.length !== 32 || isZero(bytes) || !isLess(bytes, engine.curve.n)) {
    throw new OprfError('oprf.invalid-scalar', { what })
  }
}

/**
 * Elements are compressed points, as RFC 9497 section 4.3 writes them; the 65-byte form would be a
 * second name of one element. Infinity has no form of this length.
 */
function checkElement(what: string, bytes: Uint8Array): void {
  if (bytes.length !== ELEMENT_LENGTH) throw new OprfError('oprf.invalid-element', { what })
  try {
    suite().Point.fromBytes(bytes)
  } catch {
    throw new OprfError('oprf.invalid-element', { what })
  }
}
