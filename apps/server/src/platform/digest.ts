import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

// SM3 takes about two milliseconds for it; others wait no longer than that.
const slice = 1_048_576

/** A digest of bytes of any size; between slices everyone else has a turn. The bytes must not change meanwhile. */
export async function digestOf(algorithm: 'sm3' | 'sha256', bytes: Uint8Array): Promise<Buffer> {
  const hash = createHash(algorithm)
  for (let at = 0; at < bytes.length; at += slice) {
    if (at > 0) await setImmediate()
    hash.update(bytes.subarray(at, at + slice))
  }
  return hash.digest()
}
