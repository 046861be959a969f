import { engine } from '../curve/engine.ts'
import { isLess, isZero } from '../scalar-range.ts'
import { TwoPartyError } from './errors.ts'

/** Refuses what is not 65 canonical bytes of a point on the curve; `what` names the field. */
export function checkPoint(what: string, bytes: Uint8Array): Uint8Array {
  if (!engine.isPoint(bytes)) throw new TwoPartyError('two-party.invalid-message', { what })
  return bytes
}

/** Refuses what is not 32 bytes in [1, n-1]. */
export function checkScalar(what: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length !== 32 || isZero(bytes) || !isLess(bytes, engine.curve.n)) {
    throw new TwoPartyError('two-party.invalid-message', { what })
  }
  return bytes
}

/** Refuses bytes of another length than a field has. */
export function checkLength(what: string, bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) {
    throw new TwoPartyError('two-party.invalid-message', { what, length: bytes.length })
  }
  return bytes
}
