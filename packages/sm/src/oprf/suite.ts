// The functions a suite of RFC 9497 is made of, for mode 0x01 (verifiable) on the SM2 curve.
// Elements are 65-byte points inside and 33-byte compressed ones on the wire and in every hash.
import type { H2CHasher } from '@noble/curves/abstract/hash-to-curve.js'
import type { WeierstrassPointCons } from '@noble/curves/abstract/weierstrass.js'
import { concatBytes, fromHex } from '../bytes.ts'
import { engine } from '../curve/engine.ts'
import { sm3 } from '../sm3.ts'
import { createSm2Hasher } from './hash-to-curve.ts'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

/** RFC 9497 section 4 registers no suite on this curve; the name keeps ours apart from all. */
const CONTEXT = concatBytes(ascii('OPRFV1-'), Uint8Array.of(0x01), ascii('-curveSM2-SM3'))

// Built at first use: the checks of the curve cost a start that never asks for a PIN.
let built: H2CHasher<WeierstrassPointCons<bigint>> | undefined
const hasher = () => (built ??= createSm2Hasher())

/** HashToGroup; undefined for infinity, which no input is known to reach. */
export function hashToGroup(input: Uint8Array): Uint8Array | undefined {
  const point = hasher().hashToCurve(input, { DST: labelled('HashToGroup-') })
  return point.is0() ? undefined : point.toBytes(false)
}

/** HashToScalar, 32 bytes below n, under the tag that a use names. */
export function hashToScalar(
  message: Uint8Array,
  use: 'HashToScalar-' | 'DeriveKeyPair' = 'HashToScalar-',
): Uint8Array {
  const scalar = hasher().hashToScalar(message, { DST: labelled(use) })
  return fromHex(scalar.toString(16).padStart(64, '0'))
}

/** Hash of the suite. */
export const hash = (...parts: readonly Uint8Array[]): Uint8Array => sm3(concatBytes(...parts))

const labelled = (label: string): Uint8Array => concatBytes(ascii(label), CONTEXT)

/** Bytes behind their length in two bytes (I2OSP of section 1.2). */
export const prefixed = (bytes: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(bytes.length >>> 8, bytes.length & 255), bytes)

export const tag = ascii

export function compress(point: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(2 + (point[64]! & 1)), point.subarray(1, 33))
}

/** The weight d of ComputeComposites (section 2.2.1) for one element: M = [d]C and Z = [d]D. */
export function compositeWeight(B: Uint8Array, C: Uint8Array, D: Uint8Array): Uint8Array {
  const seed = hash(prefixed(compress(B)), prefixed(labelled('Seed-')))
  const index = Uint8Array.of(0, 0)
  const elements = [prefixed(compress(C)), prefixed(compress(D))]
  return hashToScalar(concatBytes(prefixed(seed), index, ...elements, ascii('Composite')))
}

/** The challenge of section 2.2.1 over B, M, Z and the two announcements. */
export function proofChallenge(...points: readonly Uint8Array[]): Uint8Array {
  const elements = points.map((point) => prefixed(compress(point)))
  return hashToScalar(concatBytes(...elements, ascii('Challenge')))
}

/** [a]P + [b]Q for public scalars; undefined at infinity. */
export function sumOfProducts(
  a: Uint8Array,
  P: Uint8Array,
  b: Uint8Array,
  Q: Uint8Array,
): Uint8Array | undefined {
  return engine.add(engine.multiply(a, P), engine.multiply(b, Q))
}
