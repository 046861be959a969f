import { concatBytes } from '../bytes.ts'
import { nobleEngine } from './noble-engine.ts'
import { SM2_CURVE } from './parameters.ts'
import type { Sm2Engine } from './sm2-engine.ts'

/** The engine of the recommended curve that every function of this package computes with. */
export const engine: Sm2Engine = nobleEngine(SM2_CURVE)

/** G as the 65 bytes of a point. */
export const BASE_POINT: Uint8Array = concatBytes(
  Uint8Array.of(0x04),
  engine.curve.Gx,
  engine.curve.Gy,
)
