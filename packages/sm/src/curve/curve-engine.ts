import type { CurveParameters } from './parameters.ts'

/** 65 bytes 04‖x‖y of a point that is on the curve and not infinity. */
export type CurvePoint = Uint8Array
/** 32 bytes, big endian, below the group order n. */
export type Scalar = Uint8Array

/**
 * The arithmetic everything else stands on. Bytes in, bytes out, so that an engine in WebAssembly
 * need never show a secret to BigInt. What an implementer must promise:
 *
 * - Points given as `CurvePoint` were checked by `isPoint`; an engine may rely on it.
 * - `undefined` means the point at infinity, which has no encoding here on purpose.
 * - `multiplyBase`, `multiply` and the scalar functions take secrets: no branch or index that
 *   follows them as far as the host language allows. `combine` takes public values alone.
 * - Results are fresh arrays; inputs are never changed or kept.
 */
export interface CurveEngine {
  readonly name: string
  readonly curve: CurveParameters
  /** Whether 65 bytes are 04‖x‖y with x, y < p on the curve; never throws. */
  isPoint(bytes: Uint8Array): boolean
  /** The point of 33 bytes 02‖x or 03‖x, or undefined when there is none; never throws. */
  decompress(bytes: Uint8Array): CurvePoint | undefined
  /** [k]G for a secret k in [1, n-1]. */
  multiplyBase(k: Scalar): CurvePoint
  /** [k]P for a secret k in [1, n-1]; never infinity, the order being prime. */
  multiply(k: Scalar, point: CurvePoint): CurvePoint
  /** [s]G + [t]P for public s, t in [0, n-1]; time may follow them. */
  combine(s: Scalar, t: Scalar, point: CurvePoint): CurvePoint | undefined
  add(a: CurvePoint, b: CurvePoint): CurvePoint | undefined
  negate(point: CurvePoint): CurvePoint
  /** Any 32 bytes modulo n. */
  reduce(bytes: Uint8Array): Scalar
  addScalars(a: Scalar, b: Scalar): Scalar
  subtractScalars(a: Scalar, b: Scalar): Scalar
  multiplyScalars(a: Scalar, b: Scalar): Scalar
  /** Inverse of a non-zero secret scalar modulo n. */
  invertScalar(a: Scalar): Scalar
}
