// The verifiable oblivious pseudorandom function of RFC 9497 (VOPRF, mode 0x01) on the SM2 curve.
//
// The phone learns F(key, PIN) and the server learns nothing of the PIN. Each guess costs one
// evaluation, so who counts evaluations counts guesses: that, and nothing on the phone, protects a
// short PIN. The proof tells a faulty server from a wrong PIN: without it a server could answer
// with another key and watch whether the phone's next step fails.
import { concatBytes, equalBytes, wipe } from '../bytes.ts'
import { engine } from '../curve/engine.ts'
import { hkdfSm3 } from '../hmac-sm3.ts'
import { drawBytes, drawScalar, type RandomSource } from '../random.ts'
import { isLess, isZero } from '../scalar-range.ts'
import { OprfError } from './errors.ts'
import {
  compositeWeight,
  compress,
  hash,
  hashToGroup,
  hashToScalar,
  prefixed,
  proofChallenge,
  sumOfProducts,
  tag,
} from './suite.ts'

/** The server's secret of 32 bytes for one phone key, and its public half of 33 bytes. */
export interface OprfKey {
  readonly secret: Uint8Array
  readonly publicKey: Uint8Array
}

const ELEMENT_LENGTH = 33
const PROOF_LENGTH = 64

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
  for (let counter = 0; counter < 256; counter++) {
    const message = concatBytes(seed, prefixed(info), Uint8Array.of(counter))
    const secret = hashToScalar(message, 'DeriveKeyPair')
    if (!isZero(secret)) return { secret, publicKey: compress(engine.multiplyBase(secret)) }
  }
  throw new OprfError('oprf.invalid-scalar', { derived: 0 })
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
  const element = hashToGroup(pin)
  if (!element) throw new OprfError('oprf.invalid-input', { element: 'infinity' })
  const blind = drawScalar(random, engine.curve.n)
  return { blind, blinded: compress(engine.multiply(blind, element)) }
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
  const B = readElement('publicKey', publicKey)
  const C = readElement('blinded', blinded)
  const D = engine.multiply(secret, C)
  // GenerateProof of section 2.2.1 with the shortcut Z = [k]M of who knows k.
  const M = engine.multiply(compositeWeight(B, C, D), C)
  const Z = engine.multiply(secret, M)
  const r = drawScalar(hedged(secret, blinded, random), engine.curve.n)
  const c = proofChallenge(B, M, Z, engine.multiplyBase(r), engine.multiply(r, M))
  const scaled = engine.multiplyScalars(c, secret)
  const s = engine.subtractScalars(r, scaled)
  wipe(r, scaled)
  return { evaluation: compress(D), proof: concatBytes(c, s) }
}

// The proof's one-time scalar is hedged with key and element: two proofs with one scalar and
// different challenges would give the key away, should the random source repeat itself.
function hedged(secret: Uint8Array, blinded: Uint8Array, random: RandomSource): RandomSource {
  return (length) => {
    const mixed = concatBytes(secret, drawBytes(random, 32))
    const bytes = hkdfSm3({ secret: mixed, info: concatBytes(PROOF_INFO, blinded), length })
    wipe(mixed)
    return bytes
  }
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
  const C = readElement('blinded', blinded)
  const B = readElement('publicKey', publicKey)
  const D = readElement('evaluation', evaluation)
  if (!isProven(B, C, D, proof)) throw new OprfError('oprf.proof-invalid')
  const inverse = engine.invertScalar(blind)
  const unblinded = compress(engine.multiply(inverse, D))
  const output = hash(prefixed(input.input), prefixed(unblinded), tag('Finalize'))
  wipe(inverse, unblinded)
  return output
}

/** VerifyProof of section 2.2.2: that D is C under the key behind B. */
function isProven(B: Uint8Array, C: Uint8Array, D: Uint8Array, proof: Uint8Array): boolean {
  if (proof.length !== PROOF_LENGTH) return false
  const [c, s] = [proof.subarray(0, 32), proof.subarray(32)]
  // Zero for either is as likely as guessing the key; refused, because products with it have no bytes.
  if (![c, s].every((scalar) => !isZero(scalar) && isLess(scalar, engine.curve.n))) return false
  const weight = compositeWeight(B, C, D)
  const [M, Z] = [engine.multiply(weight, C), engine.multiply(weight, D)]
  const t2 = engine.combine(s, c, B)
  const t3 = sumOfProducts(s, M, c, Z)
  return t2 !== undefined && t3 !== undefined && equalBytes(proofChallenge(B, M, Z, t2, t3), c)
}

const PROOF_INFO = new TextEncoder().encode('yunqian oprf proof')

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
function readElement(what: string, bytes: Uint8Array): Uint8Array {
  const point = bytes.length === ELEMENT_LENGTH ? engine.decompress(bytes) : undefined
  if (!point) throw new OprfError('oprf.invalid-element', { what })
  return point
}
