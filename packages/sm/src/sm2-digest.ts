import { concatBytes } from './bytes.ts'
import { engine } from './curve/engine.ts'
import type { CurveEngine } from './curve/curve-engine.ts'
import { SmError } from './errors.ts'
import { Sm3, sm3 } from './sm3.ts'
import type { Sm2PublicKey } from './sm2-key.ts'

/** The signer identity everybody uses by default: ASCII `1234567812345678` (GM/T 0009 clause 10). */
export const DEFAULT_SM2_ID: Uint8Array = new TextEncoder().encode('1234567812345678')

/** ENTL counts bits in two bytes, so an identity has at most 8191 bytes. */
const MAX_ID_LENGTH = 8191

/**
 * Z of GM/T 0003.2-2012 clause 5.5: SM3(ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG ‖ xA ‖ yA), 32 bytes. An empty
 * identity is a different value from the default one and has to be asked for.
 */
export function sm2Z(publicKey: Sm2PublicKey, id: Uint8Array = DEFAULT_SM2_ID): Uint8Array {
  return identityDigest(engine, publicKey, id)
}

/** e = SM3(Z ‖ M) of clause 6.1, steps A1 and A2: 32 bytes, what the signature equation takes. */
export function sm2MessageDigest(
  publicKey: Sm2PublicKey,
  message: Uint8Array,
  id: Uint8Array = DEFAULT_SM2_ID,
): Uint8Array {
  return new Sm3().update(sm2Z(publicKey, id)).update(message).digest()
}

/** Z over any engine's curve; the standard's own examples use a second curve. */
export function identityDigest(on: CurveEngine, publicKey: Uint8Array, id: Uint8Array): Uint8Array {
  if (id.length > MAX_ID_LENGTH) throw new SmError('sm.invalid-length', { id: id.length })
  const { a, b, Gx, Gy } = on.curve
  const bits = id.length * 8
  const entl = Uint8Array.of(bits >>> 8, bits & 255)
  return sm3(concatBytes(entl, id, a, b, Gx, Gy, publicKey.subarray(1)))
}
