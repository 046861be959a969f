import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../bytes.ts'
import { nobleEngine } from './noble-engine.ts'
import { P256_CURVE, SM2_CURVE } from './parameters.ts'
import { wasmEngine } from './wasm-engine.ts'

const bytesOf = (value: bigint): Uint8Array =>
  Uint8Array.from(value.toString(16).padStart(64, '0').match(/../g)!, (b) => Number.parseInt(b, 16))
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`)
const hex = (bytes: Uint8Array | undefined): string => (bytes ? toHex(bytes) : 'infinity')

const runs = { numRuns: 150 }

describe.each([
  ['SM2', SM2_CURVE],
  ['P-256', P256_CURVE],
])('on %s, the engine in WebAssembly computes what the one in BigInt computes', (_, curve) => {
  const wasm = wasmEngine(curve)!
  const noble = nobleEngine(curve)
  const basePoint = concatBytes(Uint8Array.of(4), curve.Gx, curve.Gy)
  const n = numberOf(curve.n)
  const p = numberOf(curve.p)

  // Where carries, windows and signs turn over: ends of the range, powers of two and their
  // neighbours, digits of all ones, sixteens and seventeens.
  const edges = [
    0n,
    1n,
    2n,
    15n,
    16n,
    17n,
    31n,
    32n,
    33n,
    n - 1n,
    n - 2n,
    n - 16n,
    n - 17n,
    n / 2n,
    ...[28n, 29n, 30n, 58n, 64n, 128n, 224n, 232n, 254n, 255n].flatMap((bit) => [
      (1n << bit) - 1n,
      1n << bit,
      (1n << bit) + 1n,
    ]),
    ...['0f', '10', '11', '1f', '55', '84', 'aa', 'f0'].map((byte) =>
      BigInt(`0x${byte.repeat(32)}`),
    ),
  ].map((value) => bytesOf(value % n))

  const scalar = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...edges) },
    {
      weight: 3,
      arbitrary: fc.bigInt({ min: 0n, max: n - 1n }).map(bytesOf),
    },
  )
  const secret = scalar.filter((bytes) => numberOf(bytes) !== 0n)
  // Coordinates at the edges of limbs too, which no multiple can be asked for.
  const odd = [...edges, ...edges.map((bytes) => bytesOf(p - 1n - numberOf(bytes)))]
    .map((x) => noble.decompress(concatBytes(Uint8Array.of(2), x)))
    .filter((found) => found !== undefined)
  const point = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
    { weight: 2, arbitrary: secret.map((k) => noble.multiplyBase(k)) },
  )

  it.each(edges.filter((k) => numberOf(k) !== 0n).map((k) => [toHex(k), k] as const))(
    'multiples of G by %s',
    (_, k) => {
      expect(hex(wasm.multiplyBase(k))).toBe(hex(noble.multiplyBase(k)))
      expect(hex(wasm.multiply(k, basePoint))).toBe(hex(noble.multiplyBase(k)))
    },
  )

  it('multiples', () => {
    fc.assert(
      fc.property(secret, point, (k, P) => {
        expect(hex(wasm.multiplyBase(k))).toBe(hex(noble.multiplyBase(k)))
        expect(hex(wasm.multiply(k, P))).toBe(hex(noble.multiply(k, P)))
      }),
      runs,
    )
  })

  it('combinations, infinity among them', () => {
    fc.assert(
      fc.property(scalar, scalar, point, (s, t, P) => {
        expect(hex(wasm.combine(s, t, P))).toBe(hex(noble.combine(s, t, P)))
        const negative = noble.subtractScalars(bytesOf(0n), s)
        expect(hex(wasm.combine(s, negative, basePoint))).toBe('infinity')
      }),
      runs,
    )
  })

  it('sums, of equal and opposite points too', () => {
    fc.assert(
      fc.property(point, point, (P, Q) => {
        expect(hex(wasm.negate(P))).toBe(hex(noble.negate(P)))
        expect(hex(wasm.add(P, Q))).toBe(hex(noble.add(P, Q)))
        expect(hex(wasm.add(P, P))).toBe(hex(noble.add(P, P)))
        expect(hex(wasm.add(P, noble.negate(P)))).toBe('infinity')
      }),
      runs,
    )
  })

  it('scalars', () => {
    fc.assert(
      fc.property(scalar, scalar, (a, b) => {
        for (const name of ['addScalars', 'subtractScalars', 'multiplyScalars'] as const)
          expect(hex(wasm[name](a, b)), name).toBe(hex(noble[name](a, b)))
      }),
      runs,
    )
    fc.assert(
      fc.property(secret, (a) => {
        expect(hex(wasm.invertScalar(a))).toBe(hex(noble.invertScalar(a)))
      }),
      runs,
    )
  })

  it('32 bytes modulo n', () => {
    const near = [n - 1n, n, n + 1n, (1n << 256n) - 1n, p].map(bytesOf)
    const any = fc.oneof(fc.constantFrom(...near), fc.uint8Array({ minLength: 32, maxLength: 32 }))
    fc.assert(
      fc.property(any, (bytes) => {
        expect(hex(wasm.reduce(bytes))).toBe(hex(noble.reduce(bytes)))
      }),
      runs,
    )
  })

  it('which bytes are points, and which compressed ones name one', () => {
    const x = fc.oneof(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom(...[p - 1n, p, p + 1n, 0n, 1n, (1n << 256n) - 1n].map(bytesOf)),
    )
    fc.assert(
      fc.property(x, x, fc.integer({ min: 0, max: 5 }), (a, b, prefix) => {
        const compressed = concatBytes(Uint8Array.of(prefix), a)
        expect(hex(wasm.decompress(compressed))).toBe(hex(noble.decompress(compressed)))
        const whole = concatBytes(Uint8Array.of(prefix), a, b)
        expect(wasm.isPoint(whole)).toBe(noble.isPoint(whole))
      }),
      runs,
    )
    fc.assert(
      fc.property(point, fc.integer({ min: 0, max: 519 }), (P, bit) => {
        expect(wasm.isPoint(P)).toBe(true)
        const flipped = Uint8Array.from(P)
        flipped[bit >>> 3]! ^= 1 << (bit & 7)
        expect(wasm.isPoint(flipped)).toBe(noble.isPoint(flipped))
      }),
      runs,
    )
    for (const length of [0, 32, 33, 64, 66])
      expect(wasm.isPoint(new Uint8Array(length).fill(4))).toBe(false)
  })
})

describe('the engine in WebAssembly', () => {
  const wasm = wasmEngine(SM2_CURVE)!
  const noble = nobleEngine(SM2_CURVE)

  it('changes and keeps nothing it was given', () => {
    const [k, P] = [bytesOf(numberOf(SM2_CURVE.n) - 5n), noble.multiplyBase(bytesOf(7n))]
    const before = [toHex(k), toHex(P)]
    const first = wasm.multiply(k, P)
    const again = toHex(first)
    first.fill(0)
    expect(toHex(wasm.multiply(k, P))).toBe(again)
    expect([toHex(k), toHex(P)]).toEqual(before)
  })

  it('is at hand where WebAssembly is, and absent where it is not', () => {
    expect(wasm.name).toBe('wasm')
    const kept = globalThis.WebAssembly
    try {
      // As under a page policy without wasm-unsafe-eval.
      globalThis.WebAssembly = {
        Module: function refused() {
          throw new Error('refused by policy')
        },
      } as never
      expect(wasmEngine(SM2_CURVE)).toBeUndefined()
    } finally {
      globalThis.WebAssembly = kept
    }
  })

  it('keeps two curves apart', () => {
    const p256 = wasmEngine(P256_CURVE)!
    const k = bytesOf(3n)
    const before = hex(wasm.multiplyBase(k))
    expect(hex(p256.multiplyBase(k))).toBe(hex(nobleEngine(P256_CURVE).multiplyBase(k)))
    expect(hex(wasm.multiplyBase(k))).toBe(before)
    expect(wasm.isPoint(p256.multiplyBase(k))).toBe(false)
  })

  it('assembles nothing for a curve that its code would compute wrongly on', () => {
    const secp256k1 = 2n ** 256n - 2n ** 32n - 977n
    const brainpool = 0xa9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377n
    for (const prime of [secp256k1, brainpool, 2n ** 255n - 19n, 2n ** 224n - 2n ** 96n + 1n])
      expect(() =>
        wasmEngine({ ...P256_CURVE, p: bytesOf(prime), a: bytesOf(prime - 3n) }),
      ).toThrow(/another shape/)
    expect(() => wasmEngine({ ...P256_CURVE, a: bytesOf(0n) })).toThrow(/a = -3/)
  })
})
