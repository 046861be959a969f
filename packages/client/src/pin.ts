import { hkdfSm3, type RandomSource } from '@yunqian/sm'
import { utf8 } from './bytes.ts'
import type { DeviceKeys } from './ports.ts'

/** Order of the SM2 group (GM/T 0003.5-2012). */
const n = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n

/** What the services of the module work with. */
export interface ModuleInside {
  readonly random: RandomSource
  readonly deviceKeys: DeviceKeys
  /** Throws unless the module is in state `ready`. */
  readonly requireReady: () => void
}

/**
 * wrapKey = KDF(deviceKey, OPRF(PIN)): takes this device and the server's counted help, both, to come by
 * (design of the two-party key, "The PIN").
 */
export async function wrapPad(
  deviceKeys: DeviceKeys,
  oprfOutput: Uint8Array,
  wrapSalt: Uint8Array,
): Promise<Uint8Array> {
  const deviceSecret = await deviceKeys.deriveWrapSecret(wrapSalt)
  const secret = new Uint8Array([...deviceSecret, ...oprfOutput])
  const pad = hkdfSm3({ secret, salt: wrapSalt, info: utf8('yunqian share wrap v1'), length: 32 })
  secret.fill(0)
  deviceSecret.fill(0)
  return pad
}

/** One-time pad over the 32-byte share: `wrapSalt` is fresh for every wrap, so a pad is used once. */
export function wrapShare(d1: Uint8Array, pad: Uint8Array): Uint8Array {
  return d1.map((byte, index) => byte ^ pad[index]!)
}

/** The scalar that this pad unwraps to: the share for the right PIN, some other scalar in [1, n-1] for a wrong one. */
export function unwrapShare(wrapped: Uint8Array, pad: Uint8Array): Uint8Array {
  const bytes = wrapShare(wrapped, pad)
  const value = BigInt(
    `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`,
  )
  if (value > 0n && value < n) return bytes
  // Two in 2^32 wrong PINs land here; any scalar in range serves, its proof fails at the server like the others.
  const reduced = (value % (n - 1n)) + 1n
  const hex = reduced.toString(16).padStart(64, '0')
  return Uint8Array.from({ length: 32 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  )
}
