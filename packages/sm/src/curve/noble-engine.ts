// BigInt arithmetic by noble-curves. It runs on every host, also where neither WebAssembly nor a
// JIT is allowed, and it is the reference other engines are compared with.
//
// NOT constant time: BigInt operations take time by the size of their operands, and BigInts can
// be neither pinned nor wiped. What helps: fixed windows with a scan of the whole window, scalar
// blinding inside `multiply` (by the platform's random generator where there is one; it masks
// timing and never changes a result), and inversion with a public exponent.
import { invertCt } from '@noble/curves/abstract/modular.js'
import { weierstrass } from '@noble/curves/abstract/weierstrass.js'
import { toHex } from '../bytes.ts'
import type { CurveParameters } from './parameters.ts'
import type { CurvePoint, Scalar, CurveEngine } from './curve-engine.ts'

/** Window of the table of multiples of G: 8 bits trade a slow first use for a third more speed. */
const BASE_WINDOW = 8

/** The curve as noble sees it; the hash-to-curve of the OPRF builds upon the same object. */
export function noblePoint(curve: CurveParameters) {
  return weierstrass({
    p: toNumber(curve.p),
    n: toNumber(curve.n),
    h: 1n,
    a: toNumber(curve.a),
    b: toNumber(curve.b),
    Gx: toNumber(curve.Gx),
    Gy: toNumber(curve.Gy),
  })
}

/** An engine over BigInt for the given curve. */
export function nobleEngine(curve: CurveParameters): CurveEngine {
  const Point = noblePoint(curve)
  const { Fn } = Point
  const n = Fn.ORDER
  const base = Point.BASE.precompute(BASE_WINDOW)
  const decode = (bytes: CurvePoint) => Point.fromBytes(bytes)
  const encode = (point: InstanceType<typeof Point>): CurvePoint | undefined =>
    point.is0() ? undefined : point.toBytes(false)
  const scalar = (bytes: Scalar) => Fn.fromBytes(bytes)
  return {
    name: 'noble',
    curve,
    isPoint(bytes) {
      // The length and prefix are checked here because noble also accepts compressed points.
      if (bytes.length !== 65 || bytes[0] !== 0x04) return false
      try {
        decode(bytes)
        return true
      } catch {
        return false
      }
    },
    decompress(bytes) {
      if (bytes.length !== 33) return undefined
      try {
        return decode(bytes).toBytes(false)
      } catch {
        return undefined
      }
    },
    multiplyBase: (k) => base.multiply(scalar(k)).toBytes(false),
    multiply: (k, point) => decode(point).multiply(scalar(k)).toBytes(false),
    combine: (s, t, point) =>
      encode(base.multiplyUnsafe(scalar(s)).add(decode(point).multiplyUnsafe(scalar(t)))),
    add: (a, b) => encode(decode(a).add(decode(b))),
    negate: (point) => decode(point).negate().toBytes(false),
    reduce: (bytes) => Fn.toBytes(toNumber(bytes) % n),
    addScalars: (a, b) => Fn.toBytes(Fn.add(scalar(a), scalar(b))),
    subtractScalars: (a, b) => Fn.toBytes(Fn.sub(scalar(a), scalar(b))),
    multiplyScalars: (a, b) => Fn.toBytes(Fn.mul(scalar(a), scalar(b))),
    invertScalar: (a) => Fn.toBytes(invertCt(scalar(a), n)),
  }
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`)
}
