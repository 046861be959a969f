// Changing the shares of one key: (1+d)^-1 = d1·d2 stays, the shares do not. With a factor f,
// d1·f^-1 and d2·f are shares of the same key, and P1 becomes [f]P1.
//
// Refresh: both sides move to the new shares and forget the old ones; an old copy of either is
// then useless with the other's new one. It does not cure a leak of both shares of one epoch.
// Session for an agent: the phone keeps d1, the agent holds d1·f^-1, the server d2·f and P1' as a
// second pair. Whoever later holds f and the agent's share has d1, so f is wiped at once on both
// sides; agent and server together could sign, which is for the operator to say plainly.
import { wipe } from '../bytes.ts'
import { engine } from '../curve/engine.ts'
import { drawScalar, type RandomSource } from '../random.ts'
import { checkPoint, checkScalar } from './check.ts'

/** A factor uniform in [1, n-1]; in the design's letters τ for a session, ρ^-1 for a refresh. */
export function drawShareFactor(random: RandomSource): Uint8Array {
  return drawScalar(random, engine.curve.n)
}

/** d1·f^-1: the phone's refreshed share, or the share it gives to an agent. */
export function changePhoneShare(d1: Uint8Array, factor: Uint8Array): Uint8Array {
  checkScalar('d1', d1)
  const inverse = engine.invertScalar(checkScalar('factor', factor))
  const changed = engine.multiplyScalars(d1, inverse)
  wipe(inverse)
  return changed
}

/** d2·f and P1' = [f]P1, against which the new phone share proves itself. */
export function changeServerShare(
  share: { readonly d2: Uint8Array; readonly P1: Uint8Array },
  factor: Uint8Array,
): { readonly d2: Uint8Array; readonly P1: Uint8Array } {
  checkScalar('factor', factor)
  return {
    d2: engine.multiplyScalars(checkScalar('d2', share.d2), factor),
    P1: engine.multiply(factor, checkPoint('P1', share.P1)),
  }
}
