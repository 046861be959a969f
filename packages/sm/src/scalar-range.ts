/** Whether every byte is zero, without stopping early. */
export function isZero(bytes: Uint8Array): boolean {
  let any = 0
  for (const byte of bytes) any |= byte
  return any === 0
}

/** a < b for big-endian numbers of equal length, without stopping at the first difference. */
export function isLess(a: Uint8Array, b: Uint8Array): boolean {
  let borrow = 0
  for (let i = a.length - 1; i >= 0; i--) borrow = a[i]! - b[i]! - borrow < 0 ? 1 : 0
  return borrow === 1
}
