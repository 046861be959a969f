import { hmacSm3, toHex } from '@yunqian/sm'

/**
 * Commitment to a personal value that a log may hold: HMAC-SM3(salt, value) in lower-case hex. With a fresh
 * 32-byte salt per value nobody can guess the value from the log, and destroying the salt erases the tie
 * without touching the log (个人信息保护法 art. 47).
 */
export function commitment(salt: Uint8Array, value: string): string {
  return toHex(hmacSm3(salt, new TextEncoder().encode(value)))
}
