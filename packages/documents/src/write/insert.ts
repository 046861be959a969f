import { DocumentError } from '../errors.ts'
import type { OffsetRange } from '../byte-range.ts'

/**
 * Puts the DER of a CMS signature into a prepared file; the result has the same length. Throws
 * `documents.not-prepared` unless the range is an empty hexadecimal string, `documents.reserve-too-small` if it does not fit.
 */
export function insertSignature(
  prepared: Uint8Array,
  contentsRange: OffsetRange,
  cmsDer: Uint8Array,
): Uint8Array {
  const { start, end } = contentsRange
  const empty = prepared[start] === 0x3c && prepared[end - 1] === 0x3e && end - start > 2
  if (!empty || prepared.subarray(start + 1, end - 1).some((byte) => byte !== 0x30))
    throw new DocumentError('documents.not-prepared', { offset: start })
  if (cmsDer.length * 2 > end - start - 2)
    throw new DocumentError('documents.reserve-too-small', { reason: `${cmsDer.length} bytes` })
  const signed = prepared.slice()
  const digits = '0123456789abcdef'
  cmsDer.forEach((byte, i) => {
    signed[start + 1 + 2 * i] = digits.charCodeAt(byte >> 4)
    signed[start + 2 + 2 * i] = digits.charCodeAt(byte & 15)
  })
  return signed
}
