import type { RandomSource } from '@yunqian/sm'

/** UUID version 7 (RFC 9562 §5.7): sorts by the event's time, so that the log is roughly in that order too. */
export function newEventId(at: Date, random: RandomSource): string {
  const bytes = random(16)
  let time = at.getTime()
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256
    time = Math.floor(time / 256)
  }
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
