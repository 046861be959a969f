import { p256 } from '@noble/curves/nist.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from './bytes.ts'
import { p256Engine } from './curve/engine.ts'
import { nobleEngine } from './curve/noble-engine.ts'
import { P256_CURVE } from './curve/parameters.ts'
import { p256Verify, p256VerifyOn } from './p256-signature.ts'
import { encodeSm2Signature } from './signature-der.ts'

const fallback = nobleEngine(P256_CURVE)
const on = p256Engine
const bytesOf = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0'))
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`)
const n = numberOf(P256_CURVE.n)
const p = numberOf(P256_CURVE.p)
const der = (r: Uint8Array, s: Uint8Array): Uint8Array => encodeSm2Signature({ r, s })
const quotient = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  on.multiplyScalars(a, on.invertScalar(b))

/** What the library's own verification says, which never saw this code. */
function reference(key: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    return p256.verify(signature, digest, key, { prehash: false, lowS: false, format: 'der' })
  } catch {
    return false
  }
}

/** Both engines' verdict, once it is clear that they and the reference agree. */
function verdict(key: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const ours = p256Verify(key, digest, signature)
  expect(p256VerifyOn(fallback, key, digest, signature)).toBe(ours)
  expect(reference(key, digest, signature)).toBe(ours)
  return ours
}

const secret = fc.bigInt({ min: 1n, max: n - 1n }).map(bytesOf)
/** SHA-1, SHA-256, SHA-384 and SHA-512 give such digests. */
const digest = fc
  .constantFrom(20, 32, 48, 64)
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
const signed = fc.tuple(secret, digest).map(([d, hash]) => ({
  key: on.multiplyBase(d),
  hash,
  signature: p256.sign(hash, d, { prehash: false, format: 'der' }),
}))
const runs = { numRuns: 60 }

describe('ECDSA over P-256 is verified as noble does', () => {
  it('for good signatures, with either s, and for no other digest or key', () => {
    fc.assert(
      fc.property(signed, signed, ({ key, hash, signature }, other) => {
        expect(verdict(key, hash, signature)).toBe(true)
        const { r, s } = p256.Signature.fromBytes(signature, 'der')
        expect(verdict(key, hash, der(bytesOf(r), bytesOf(n - s)))).toBe(true)
        expect(verdict(key, other.hash, signature)).toBe(false)
        expect(verdict(other.key, hash, signature)).toBe(false)
      }),
      runs,
    )
  })

  it('for signatures with a bit or a length changed', () => {
    fc.assert(
      fc.property(signed, fc.nat(), fc.nat(3), ({ key, hash, signature }, at, how) => {
        const bit = at % (8 * signature.length)
        const flipped = Uint8Array.from(signature)
        flipped[bit >>> 3]! ^= 1 << (bit & 7)
        const changed = [
          flipped,
          signature.subarray(0, at % signature.length),
          concatBytes(signature, Uint8Array.of(0)),
          concatBytes(Uint8Array.of(0x30, 0x81), signature.subarray(1)),
        ][how]!
        expect(verdict(key, hash, changed)).toBe(false)
      }),
      runs,
    )
  })

  it('for numbers at the ends of the range, and beyond', () => {
    const key = on.multiplyBase(bytesOf(7n))
    const ends = [0n, 1n, 2n, n / 2n, n - 1n, n, n + 1n, p - 1n, p, p + 1n, (1n << 256n) - 1n]
    const digests = [0n, 1n, n - 1n, n, n + 1n, (1n << 256n) - 1n].map(bytesOf)
    for (const r of ends)
      for (const s of ends)
        for (const hash of digests)
          expect(verdict(key, hash, der(bytesOf(r), bytesOf(s))), `${r} ${s}`).toBe(false)
  })
})

describe('where the sum of ECDSA over P-256 is a special case', () => {
  const [s, e] = [bytesOf(0x5eedn), bytesOf(0xd16e57n)]

  it('an x between n and p counts by its remainder, and only so', () => {
    // Some x just above n is that of a point; the key is then chosen to fit.
    const xs = Array.from({ length: 20 }, (_, i) => n + BigInt(i + 1))
    const x = xs.find((value) => on.decompress(concatBytes(Uint8Array.of(2), bytesOf(value))))!
    const R = on.decompress(concatBytes(Uint8Array.of(2), bytesOf(x)))!
    const r = bytesOf(x - n)
    const negative = on.subtractScalars(bytesOf(0n), quotient(e, r))
    const key = on.combine(negative, quotient(s, r), R)!
    expect(verdict(key, e, der(r, s))).toBe(true)
    expect(verdict(key, e, der(bytesOf(x), s))).toBe(false)
  })

  it('infinity is no signature', () => {
    const r = bytesOf(0x1234n)
    const key = on.negate(on.multiplyBase(quotient(e, r)))
    expect(verdict(key, e, der(r, s))).toBe(false)
  })

  it('two equal points are doubled', () => {
    const half = quotient(e, s)
    const r = on.reduce(on.multiplyBase(on.addScalars(half, half)).subarray(1, 33))
    const key = on.multiplyBase(quotient(e, r))
    expect(verdict(key, e, der(r, s))).toBe(true)
  })

  it('a digest of zero leaves the key alone in the sum', () => {
    for (const zero of [bytesOf(0n), bytesOf(n), new Uint8Array(20), new Uint8Array(64)]) {
      const key = on.multiplyBase(bytesOf(0xabcdn))
      // R = [r/s]Q with s = r.
      const r = on.reduce(key.subarray(1, 33))
      expect(verdict(key, zero, der(r, r))).toBe(true)
    }
  })
})

describe('keys that are none', () => {
  it('verify nothing: off the curve, out of the field, infinity, of a foreign length', () => {
    const d = bytesOf(99n)
    const key = on.multiplyBase(d)
    const hash = bytesOf(5n)
    const signature = p256.sign(hash, d, { prehash: false, format: 'der' })
    expect(verdict(key, hash, signature)).toBe(true)
    const offCurve = Uint8Array.from(key)
    offCurve[64]! ^= 1
    const hybrid = concatBytes(Uint8Array.of(6 + (key[64]! & 1)), key.subarray(1))
    const outside = concatBytes(Uint8Array.of(4), bytesOf(p), key.subarray(33))
    for (const none of [offCurve, hybrid, outside, new Uint8Array(65), new Uint8Array(1)])
      expect(verdict(none, hash, signature)).toBe(false)
    // Noble would read a compressed point; a second form of one key is refused here as for SM2.
    const compressed = concatBytes(Uint8Array.of(2 + (key[64]! & 1)), key.subarray(1, 33))
    expect(reference(compressed, hash, signature)).toBe(true)
    expect(p256Verify(compressed, hash, signature)).toBe(false)
  })
})
