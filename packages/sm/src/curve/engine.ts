import { concatBytes } from '../bytes.ts'
import { nobleEngine } from './noble-engine.ts'
import { SM2_CURVE } from './parameters.ts'
import type { Sm2Engine } from './sm2-engine.ts'
import { wasmEngine } from './wasm-engine.ts'

// Chosen at the first computation: a program that only parses pays for no engine.
let chosen: Sm2Engine | undefined
const use = (): Sm2Engine => (chosen ??= wasmEngine() ?? nobleEngine(SM2_CURVE))

/**
 * The engine of the recommended curve that every function of this package computes with:
 * WebAssembly, or BigInt where the host has none or a page's policy forbids it.
 */
export const engine: Sm2Engine = {
  get name() {
    return use().name
  },
  curve: SM2_CURVE,
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

/** G as the 65 bytes of a point. */
export const BASE_POINT: Uint8Array = concatBytes(Uint8Array.of(0x04), SM2_CURVE.Gx, SM2_CURVE.Gy)
