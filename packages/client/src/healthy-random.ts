import { equalBytes, type RandomSource, wipe } from '@yunqian/sm'

const block = 16

/**
 * A random source under a continuous test (GM/T 0028 asks for one): two draws in a row that begin with the same 16
 * bytes mean a source that is stuck, and would give two signatures one nonce. `failed` is called, then it throws.
 */
export function healthyRandom(random: RandomSource, failed: () => void): RandomSource {
  const last = new Uint8Array(block)
  let drawn = false
  return (length) => {
    const bytes = random(length)
    if (length < block) return bytes
    const first = bytes.subarray(0, block)
    if (drawn && equalBytes(first, last)) {
      wipe(bytes)
      failed()
      throw new Error('the random source repeats itself')
    }
    last.set(first)
    drawn = true
    return bytes
  }
}
