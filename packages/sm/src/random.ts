import { SmError } from './errors.ts'
import { isZero, isLess } from './scalar-range.ts'

/**
 * A cryptographically secure source of `length` random bytes, given in by the caller: WebCrypto in
 * a browser, the system's generator on a server, the approved generator of a certified module.
 */
export type RandomSource = (length: number) => Uint8Array

/** Refuses a source that returns another length than asked: it would shorten secrets silently. */
export function drawBytes(random: RandomSource, length: number): Uint8Array {
  const bytes = random(length)
  if (!(bytes instanceof Uint8Array) || bytes.length !== length) {
    throw new SmError('sm.random-source-failed', { asked: length })
  }
  return bytes
}

// A sound source misses [1, limit) with probability 2^-32 per draw on this curve; a source stuck
// at zeros or ones would loop for ever.
const MAX_DRAWS = 16

/** A uniform scalar in [1, limit-1] by rejection (GM/T 0003.2-2012 clause 6.1, A3: no bias). */
export function drawScalar(random: RandomSource, limit: Uint8Array): Uint8Array {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const candidate = new Uint8Array(drawBytes(random, 32))
    if (!isZero(candidate) && isLess(candidate, limit)) return candidate
  }
  throw new SmError('sm.random-source-failed', { draws: MAX_DRAWS })
}
