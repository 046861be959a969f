import { concatBytes, hkdfSm3, type RandomSource, scalarOfBytes, wipe } from '@yunqian/sm'
import { utf8 } from './bytes.ts'
import type { DeviceKeys } from './ports.ts'

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
  const secret = concatBytes(deviceSecret, oprfOutput)
  const pad = hkdfSm3({ secret, salt: wrapSalt, info: utf8('yunqian share wrap v1'), length: 32 })
  wipe(secret, deviceSecret)
  return pad
}

/** One-time pad over the 32-byte share: `wrapSalt` is fresh for every wrap, so a pad is used once. */
export function wrapShare(d1: Uint8Array, pad: Uint8Array): Uint8Array {
  return d1.map((byte, index) => byte ^ pad[index]!)
}

/** The scalar that this pad unwraps to: the share for the right PIN, some other scalar in [1, n-1] for a wrong one. */
export function unwrapShare(wrapped: Uint8Array, pad: Uint8Array): Uint8Array {
  const bytes = wrapShare(wrapped, pad)
  // One in 2^32 wrong PINs is out of range; any scalar in it serves, its proof fails at the server like the others.
  const scalar = scalarOfBytes(bytes)
  wipe(bytes)
  return scalar
}
