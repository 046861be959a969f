import { equalBytes, wipe } from './bytes.ts'
import { engine } from './curve/engine.ts'
import type { Scalar, CurveEngine } from './curve/curve-engine.ts'
import { hedgedScalar } from './hedged-scalar.ts'
import type { RandomSource } from './random.ts'
import { isLess, isZero } from './scalar-range.ts'
import { sm2MessageDigest } from './sm2-digest.ts'
import { sm2PublicKeyOf, type Sm2PrivateKey, type Sm2PublicKey } from './sm2-key.ts'

/** r and s, 32 bytes each, big endian. Raw r‖s and DER are different encodings of it: tag them. */
export interface Sm2Signature {
  readonly r: Uint8Array
  readonly s: Uint8Array
}

/**
 * Signs a message (GM/T 0003.2-2012 clause 6.1) under the signer identity `id`. Pass `publicKey`
 * when it is at hand: Z needs it and computing it costs as much as the signature.
 */
export function sm2Sign(
  privateKey: Sm2PrivateKey,
  message: Uint8Array,
  options: {
    readonly random: RandomSource
    readonly id?: Uint8Array
    readonly publicKey?: Sm2PublicKey
  },
): Sm2Signature {
  const publicKey = options.publicKey ?? sm2PublicKeyOf(privateKey)
  return sm2SignDigest(privateKey, sm2MessageDigest(publicKey, message, options.id), options)
}

/**
 * Signs e = SM3(Z ‖ M) computed elsewhere. Hazardous: who can choose e freely can have signatures
 * made that verify for no message, so e must come from bytes the caller hashed itself.
 */
export function sm2SignDigest(
  privateKey: Sm2PrivateKey,
  e: Uint8Array,
  { random }: { readonly random: RandomSource },
): Sm2Signature {
  for (;;) {
    const k = hedgedScalar(privateKey, e, random)
    const signature = signWithNonce(engine, privateKey, e, k)
    wipe(k)
    if (signature) return signature
  }
}

/**
 * Steps A4 to A6 with a given nonce, over any engine's curve; `undefined` when the standard asks
 * for another nonce. Two signatures with one k and different e give the private key away.
 */
export function signWithNonce(
  on: CurveEngine,
  privateKey: Scalar,
  e: Uint8Array,
  k: Scalar,
): Sm2Signature | undefined {
  const x = on.multiplyBase(k).subarray(1, 33)
  const r = on.addScalars(on.reduce(e), on.reduce(x))
  const sum = on.addScalars(r, k)
  // A5: r = 0, or r + k = n, which would make s = -r and the verifier's t zero.
  if (isZero(r) || isZero(sum)) return undefined
  // A6 in the equivalent form s = (1+d)^-1·(k+r) - r: one multiplication, and d itself only in 1+d.
  const onePlusD = on.addScalars(privateKey, ONE)
  const inverse = on.invertScalar(onePlusD)
  const product = on.multiplyScalars(inverse, sum)
  const s = on.subtractScalars(product, r)
  wipe(sum, onePlusD, inverse, product)
  return isZero(s) ? undefined : { r, s }
}

/**
 * Verifies over the message (clause 7.1). False for everything that is not exactly a signature,
 * also for members of wrong length; never throws on a hostile signature.
 */
export function sm2Verify(
  publicKey: Sm2PublicKey,
  message: Uint8Array,
  signature: Sm2Signature,
  options: { readonly id?: Uint8Array } = {},
): boolean {
  return sm2VerifyDigest(publicKey, sm2MessageDigest(publicKey, message, options.id), signature)
}

/**
 * Verifies against e = SM3(Z ‖ M) computed elsewhere. Hazardous where e comes from the signer: a
 * signature over a chosen e can be forged without the private key, so e must be the verifier's own.
 */
export function sm2VerifyDigest(
  publicKey: Sm2PublicKey,
  e: Uint8Array,
  signature: Sm2Signature,
): boolean {
  return verifyOn(engine, publicKey, e, signature)
}

/** Clause 7.1 steps B1, B2 and B5 to B7, over any engine's curve. */
export function verifyOn(
  on: CurveEngine,
  publicKey: Uint8Array,
  e: Uint8Array,
  { r, s }: Sm2Signature,
): boolean {
  if (e.length !== 32 || !isSignatureScalar(on, r) || !isSignatureScalar(on, s)) return false
  const t = on.addScalars(r, s)
  // B5: with t = 0 the public key would drop out of the equation, and anybody could sign.
  if (isZero(t)) return false
  const point = on.combine(s, t, publicKey)
  if (!point) return false
  return equalBytes(on.addScalars(on.reduce(e), on.reduce(point.subarray(1, 33))), r)
}

const ONE = new Uint8Array(32)
ONE[31] = 1

/** B1 and B2: in [1, n-1]. Values above, which agree modulo n, are a second form of a signature. */
function isSignatureScalar(on: CurveEngine, bytes: Uint8Array): boolean {
  return bytes.length === 32 && !isZero(bytes) && isLess(bytes, on.curve.n)
}
