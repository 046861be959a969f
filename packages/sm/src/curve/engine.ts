import { nobleEngine } from './noble-engine.ts'
import { SM2_CURVE } from './parameters.ts'
import type { Sm2Engine } from './sm2-engine.ts'

/** The engine of the recommended curve that every function of this package computes with. */
export const engine: Sm2Engine = nobleEngine(SM2_CURVE)
