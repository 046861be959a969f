import type { Clock } from './clock.ts'

/** UUID version 7 (RFC 9562 §5.7), lower case: sorts roughly by time, so that new rows land together in an index. */
export function newId(from: {
  readonly clock: Clock
  readonly random: (length: number) => Uint8Array
}): string {
  const bytes = Uint8Array.from(from.random(16))
  let time = from.clock.now().getTime()
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256
    time = Math.floor(time / 256)
  }
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
