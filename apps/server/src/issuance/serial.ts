/** 18 random bytes, positive and without leading zeros (RFC 5280 §4.1.2.2). */
export function newSerial(random: (length: number) => Uint8Array): Uint8Array {
  const serial = random(18)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  return serial
}
