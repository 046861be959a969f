import { wipe } from './bytes.ts'
import { engine } from './curve/engine.ts'
import { hmacSm3 } from './hmac-sm3.ts'
import { drawBytes, drawScalar, type RandomSource } from './random.ts'

/**
 * A scalar in [1, n-1] for one use, mixed of fresh randomness, a secret and what it is used for.
 * With a sound source it is uniform, as the standard asks of a nonce. With a source that repeats
 * itself (a restored virtual machine, a broken generator) two different uses still get unrelated
 * values, where bare randomness would repeat the nonce and publish the key.
 */
export function hedgedScalar(
  secret: Uint8Array,
  use: Uint8Array,
  random: RandomSource,
): Uint8Array {
  const mixed: RandomSource = () => {
    const key = hmacSm3(secret, drawBytes(random, 32))
    const scalar = hmacSm3(key, use)
    wipe(key)
    return scalar
  }
  return drawScalar(mixed, engine.curve.n)
}
