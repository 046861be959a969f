import { concatBytes } from '../bytes.ts'
import type { CurveEngine } from './curve-engine.ts'
import { nobleEngine } from './noble-engine.ts'
import { P256_CURVE, SM2_CURVE, type CurveParameters } from './parameters.ts'
import { wasmEngine } from './wasm-engine.ts'

/** WebAssembly, or BigInt where the host has none or a page's policy forbids it. */
function engineOf(curve: CurveParameters): CurveEngine {
  // Chosen at the first computation: a program that only parses pays for no engine.
  let chosen: CurveEngine | undefined
  const use = (): CurveEngine => (chosen ??= wasmEngine(curve) ?? nobleEngine(curve))
  return {
    get name() {
      return use().name
    },
    curve,
    isPoint: (bytes) => use().isPoint(bytes),
    decompress: (bytes) => use().decompress(bytes),
    multiplyBase: (k) => use().multiplyBase(k),
    multiply: (k, point) => use().multiply(k, point),
    combine: (s, t, point) => use().combine(s, t, point),
    add: (a, b) => use().add(a, b),
    negate: (point) => use().negate(point),
    reduce: (bytes) => use().reduce(bytes),
    addScalars: (a, b) => use().addScalars(a, b),
    subtractScalars: (a, b) => use().subtractScalars(a, b),
    multiplyScalars: (a, b) => use().multiplyScalars(a, b),
    invertScalar: (a) => use().invertScalar(a),
  }
}

/** SM2's recommended curve, which every function of this package but ECDSA computes on. */
export const engine: CurveEngine = engineOf(SM2_CURVE)

/** P-256, for ECDSA. */
export const p256Engine: CurveEngine = engineOf(P256_CURVE)

/** SM2's G as the 65 bytes of a point. */
export const BASE_POINT: Uint8Array = concatBytes(Uint8Array.of(0x04), SM2_CURVE.Gx, SM2_CURVE.Gy)
