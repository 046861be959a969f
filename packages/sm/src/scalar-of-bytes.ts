import { engine } from './curve/engine.ts'
import { isLess, isZero } from './scalar-range.ts'

/**
 * The scalar in [1, n-1] that any 32 secret bytes stand for, as a fresh array: the bytes themselves where they are
 * one, and 1 + (bytes mod n-1) where they are zero or not below n. Not for drawing keys: it is not quite uniform.
 */
export function scalarOfBytes(bytes: Uint8Array): Uint8Array {
  const zero = isZero(bytes)
  if (!zero && isLess(bytes, engine.curve.n)) return Uint8Array.from(bytes)
  // From n on, mod n-1 is one more than mod n: all that is left lies far below n.
  const beyond = new Uint8Array(32)
  beyond[31] = zero ? 1 : 2
  return engine.addScalars(engine.reduce(bytes), beyond)
}
