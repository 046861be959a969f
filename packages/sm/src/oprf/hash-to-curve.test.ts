import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../bytes.ts'
import { SM2_CURVE } from '../curve/parameters.ts'
import { SSWU_Z, createSm2Hasher } from './hash-to-curve.ts'

const number = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`)
const [p, A, B] = [number(SM2_CURVE.p), number(SM2_CURVE.a), number(SM2_CURVE.b)]
const mod = (x: bigint) => ((x % p) + p) % p
const power = (base: bigint, exponent: bigint) => {
  let result = 1n
  for (let square = mod(base), rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square)
    square = mod(square * square)
  }
  return result
}
const inverse = (x: bigint) => power(x, p - 2n)
const isSquare = (x: bigint) => power(x, (p - 1n) / 2n) !== p - 1n
const g = (x: bigint) => mod(x * x * x + A * x + B)

/** Polynomials below degree 3, lowest power first, modulo the monic cubic x^3 + A·x + c. */
type Residue = readonly [bigint, bigint, bigint]

function multiplyModulo(a: Residue, b: Residue, c: bigint): Residue {
  const product = [0n, 0n, 0n, 0n, 0n]
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) product[i + j] = mod(product[i + j]! + a[i]! * b[j]!)
  }
  for (const degree of [4, 3]) {
    const lead = product[degree]!
    product[degree - 2] = mod(product[degree - 2]! - lead * A)
    product[degree - 3] = mod(product[degree - 3]! - lead * c)
  }
  return [product[0]!, product[1]!, product[2]!]
}

/** Whether x^3 + A·x + c has no root: x^p - x, which has every element as a root, shares none. */
function isIrreducibleCubic(c: bigint): boolean {
  let result: Residue = [1n, 0n, 0n]
  let square: Residue = [0n, 1n, 0n]
  for (let rest = p; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiplyModulo(result, square, c)
    square = multiplyModulo(square, square, c)
  }
  const difference = [result[0], mod(result[1] - 1n), result[2]]
  return greatestCommonDegree([c, A, 0n, 1n], difference) === 0
}

function greatestCommonDegree(first: readonly bigint[], second: readonly bigint[]): number {
  let a = trim(first)
  let b = trim(second)
  while (b.length > 0) {
    let rest = a
    while (rest.length >= b.length) {
      const factor = mod(rest.at(-1)! * inverse(b.at(-1)!))
      const shift = rest.length - b.length
      rest = trim(rest.map((x, i) => (i < shift ? x : mod(x - factor * b[i - shift]!))))
    }
    a = b
    b = rest
  }
  return a.length - 1
}

const trim = (polynomial: readonly bigint[]) =>
  polynomial.slice(0, polynomial.findLastIndex((x) => x !== 0n) + 1)

/** The four conditions on Z in RFC 9380 section 6.6.2, in the order of appendix H.2. */
function conditions(Z: bigint) {
  return {
    nonSquare: !isSquare(mod(Z)),
    notMinusOne: mod(Z) !== p - 1n,
    irreducible: isIrreducibleCubic(mod(B - Z)),
    squareImage: isSquare(g(mod(B * inverse(mod(Z * A))))),
  }
}

describe('the constant Z of the simplified SWU map', () => {
  it('meets every condition', () => {
    expect(conditions(SSWU_Z)).toEqual({
      nonSquare: true,
      notMinusOne: true,
      irreducible: true,
      squareImage: true,
    })
  })

  it('is the first that does, in the order of find_z_sswu', () => {
    const holds = (Z: bigint) => Object.values(conditions(Z)).every(Boolean)
    const order = Array.from({ length: 9 }, (_, i) => [BigInt(i + 1), -BigInt(i + 1)]).flat()
    expect(order.find(holds)).toBe(SSWU_Z)
  })

  it('is tested by something that can tell: a reducible cubic is found', () => {
    // x^3 + A·x - g for a g with the root x = 2.
    expect(isIrreducibleCubic(mod(-(8n + 2n * A)))).toBe(false)
  })
})

describe('hash_to_curve', () => {
  // RFC 9380 written out a second time, by the clauses and with OpenSSL's SM3.
  const hash = (...parts: Uint8Array[]) =>
    new Uint8Array(
      createHash('sm3')
        .update(concatBytes(...parts))
        .digest(),
    )

  /** Section 5.3.1, expand_message_xmd to 96 bytes. */
  function expand(message: Uint8Array, tag: Uint8Array): Uint8Array {
    const suffix = concatBytes(tag, Uint8Array.of(tag.length))
    const first = hash(new Uint8Array(64), message, Uint8Array.of(0, 96, 0), suffix)
    let block = hash(first, Uint8Array.of(1), suffix)
    const blocks = [block]
    for (const index of [2, 3]) {
      block = hash(
        block.map((byte, i) => byte ^ first[i]!),
        Uint8Array.of(index),
        suffix,
      )
      blocks.push(block)
    }
    return concatBytes(...blocks)
  }

  /** Section 6.6.2, the map as its definition says it, without the tricks of appendix F. */
  function map(u: bigint): { x: bigint; y: bigint } {
    const denominator = mod(SSWU_Z * SSWU_Z * u ** 4n + SSWU_Z * u * u)
    const x1 =
      denominator === 0n
        ? mod(B * inverse(mod(SSWU_Z * A)))
        : mod(mod(-B) * inverse(A) * (1n + inverse(denominator)))
    const x = isSquare(g(x1)) ? x1 : mod(SSWU_Z * u * u * x1)
    const root = power(g(x), (p + 1n) / 4n)
    return { x, y: root % 2n === u % 2n ? root : p - root }
  }

  it.each(['', 'abc', '493027', 'q'.repeat(200)])('agrees with the clauses on %j', (text) => {
    const message = new TextEncoder().encode(text)
    const tag = new TextEncoder().encode('a tag of this test')
    const bytes = expand(message, tag)
    const [u0, u1] = [mod(number(bytes.subarray(0, 48))), mod(number(bytes.subarray(48)))]
    const { Point, hashToCurve } = createSm2Hasher()
    const expected = Point.fromAffine(map(u0)).add(Point.fromAffine(map(u1)))
    expect(hashToCurve(message, { DST: tag }).toHex()).toBe(expected.toHex())
  })

  it('maps the exceptional inputs to points of the curve', () => {
    const { Point, mapToCurve } = createSm2Hasher()
    for (const u of [0n, 1n, p - 1n]) {
      // The types ask for the coordinates of an extension field; over a prime field u comes bare.
      const point = mapToCurve(u as never) as unknown as InstanceType<typeof Point>
      expect(point.toAffine()).toEqual(map(u))
      point.assertValidity()
    }
  })
})
