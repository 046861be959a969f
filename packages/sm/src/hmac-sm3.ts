import { concatBytes, wipe } from './bytes.ts'
import { SmError } from './errors.ts'
import { SM3_BLOCK_LENGTH, SM3_LENGTH, Sm3, sm3 } from './sm3.ts'

/** HMAC (GB/T 15852.2, RFC 2104) over SM3: a 32-byte tag under a key of any length. */
export function hmacSm3(key: Uint8Array, data: Uint8Array): Uint8Array {
  const inner = new Uint8Array(SM3_BLOCK_LENGTH)
  inner.set(key.length > SM3_BLOCK_LENGTH ? sm3(key) : key)
  const outer = inner.map((byte) => byte ^ 0x5c)
  for (let i = 0; i < inner.length; i++) inner[i]! ^= 0x36
  const tag = new Sm3().update(outer).update(new Sm3().update(inner).update(data).digest()).digest()
  wipe(inner, outer)
  return tag
}

/**
 * HKDF (RFC 5869) over HMAC-SM3: `length` bytes, at most 255·32, from an input secret. `info`
 * separates the uses of one secret; an absent salt is 32 zero bytes, as RFC 5869 section 2.2 says.
 */
export function hkdfSm3(input: {
  readonly secret: Uint8Array
  readonly salt?: Uint8Array
  readonly info: Uint8Array
  readonly length: number
}): Uint8Array {
  const { secret, salt = new Uint8Array(SM3_LENGTH), info, length } = input
  if (!Number.isInteger(length) || length < 1 || length > 255 * SM3_LENGTH) {
    throw new SmError('sm.invalid-length', { length })
  }
  const extracted = hmacSm3(salt, secret)
  const output = new Uint8Array(length)
  let previous: Uint8Array = new Uint8Array(0)
  for (let offset = 0, counter = 1; offset < length; offset += SM3_LENGTH, counter++) {
    previous = hmacSm3(extracted, concatBytes(previous, info, Uint8Array.of(counter)))
    output.set(previous.subarray(0, length - offset), offset)
  }
  wipe(extracted, previous)
  return output
}
