// ECDSA over P-256, to verify alone: certificates, timestamps and signatures of the international
// suite come signed so, and a PDF's verification is mostly this. What signs uses another library.
import { equalBytes } from './bytes.ts'
import type { CurveEngine } from './curve/curve-engine.ts'
import { p256Engine } from './curve/engine.ts'
import { SmError } from './errors.ts'
import { isLess, isZero } from './scalar-range.ts'
import { decodeSm2Signature } from './signature-der.ts'

/**
 * Verifies a signature in DER over the digest of a message (FIPS 186-5 clause 6.4.2), under a key
 * of 65 bytes 04‖x‖y. False for everything that is not exactly a signature, keys off the curve
 * included; never throws. Of r, s and r, n-s both verify, as the standard has it.
 */
export function p256Verify(
  publicKey: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  return p256VerifyOn(p256Engine, publicKey, digest, signature)
}

/** The same over any engine of the curve. */
export function p256VerifyOn(
  on: CurveEngine,
  publicKey: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const pair = decode(signature)
  if (!pair || !on.isPoint(publicKey)) return false
  const { r, s } = pair
  // Step 1. A number above n would be a second form of the same signature.
  for (const number of [r, s]) if (isZero(number) || !isLess(number, on.curve.n)) return false
  // Steps 3 to 6.
  const e = on.reduce(leftmost256(digest))
  const inverse = on.invertScalar(s)
  const point = on.combine(
    on.multiplyScalars(e, inverse),
    on.multiplyScalars(r, inverse),
    publicKey,
  )
  // Steps 7 to 9; infinity has no x. An x in [n, p) counts by its remainder.
  return point !== undefined && equalBytes(on.reduce(point.subarray(1, 33)), r)
}

/** ECDSA-Sig-Value (RFC 3279 clause 2.2.3) is written as an SM2 signature is: r and s in a SEQUENCE. */
function decode(signature: Uint8Array): ReturnType<typeof decodeSm2Signature> | undefined {
  try {
    return decodeSm2Signature(signature)
  } catch (error) {
    if (error instanceof SmError) return undefined
    throw error
  }
}

/** Step 2: the leftmost 256 bits of a longer digest; a shorter one is a number as it stands. */
function leftmost256(digest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(32)
  const taken = digest.subarray(0, 32)
  bytes.set(taken, 32 - taken.length)
  return bytes
}
