/** /ByteRange of a signature (ISO 32000-2 §12.8.1): offset, length, offset, length. */
export type ByteRange = readonly [number, number, number, number]

/** Byte offsets in the file, `end` excluded. */
export interface OffsetRange {
  readonly start: number
  readonly end: number
}

/** The signed bytes: the two ranges joined. Throws RangeError when they leave the file. */
export function coveredBytes(bytes: Uint8Array, byteRange: ByteRange): Uint8Array {
  const [a, lengthA, b, lengthB] = byteRange
  if (a < 0 || b < a + lengthA || lengthB < 0 || b + lengthB > bytes.length)
    throw new RangeError('byte range outside the file')
  const out = new Uint8Array(lengthA + lengthB)
  out.set(bytes.subarray(a, a + lengthA))
  out.set(bytes.subarray(b, b + lengthB), lengthA)
  return out
}
