import type { ByteRange, OffsetRange } from './byte-range.ts'
import { DocumentError } from './errors.ts'
import { cursorAt, readHexString, skipWhiteSpace, startsWith, takeUnsigned } from './lexer.ts'

/** A signature found by its bare letters. `byteRange` and `contents` are undefined where they make no sense. */
export interface SignatureTrace {
  readonly offset: number
  readonly byteRange: ByteRange | undefined
  readonly contentsRange: OffsetRange | undefined
  readonly paddedContents: Uint8Array | undefined
}

const most = 64

/**
 * Looks for signatures in a file that the reader refuses, so that a damaged signed document can be told from one that
 * never was signed. It proves nothing in anyone's favour: whatever is found here can only lead to "invalid".
 */
export function findSignatureTraces(bytes: Uint8Array): SignatureTrace[] {
  const found: SignatureTrace[] = []
  let at = bytes.indexOf(0x2f)
  for (; at >= 0 && found.length < most; at = bytes.indexOf(0x2f, at + 1))
    if (startsWith(bytes, at, '/ByteRange')) found.push(traceAt(bytes, at))
  return found
}

function traceAt(bytes: Uint8Array, offset: number): SignatureTrace {
  const nothing = { byteRange: undefined, contentsRange: undefined, paddedContents: undefined }
  const c = cursorAt(bytes, offset + '/ByteRange'.length)
  skipWhiteSpace(c)
  if (bytes[c.at++] !== 0x5b) return { offset, ...nothing }
  const numbers = [0, 1, 2, 3].map(() => {
    skipWhiteSpace(c)
    return takeUnsigned(c)
  })
  const [zero, start, end, rest] = numbers as [number, number, number, number]
  const sensible = zero === 0 && start > 0 && end > start && rest > 0 && end + rest <= bytes.length
  if (!sensible || bytes[start] !== 0x3c) return { offset, ...nothing }
  const byteRange = [0, start, end, rest] as const
  return { offset, byteRange, contentsRange: { start, end }, paddedContents: hexAt(bytes, start) }
}

function hexAt(bytes: Uint8Array, start: number): Uint8Array | undefined {
  try {
    return readHexString(cursorAt(bytes, start)).bytes
  } catch (error) {
    if (error instanceof DocumentError) return undefined
    throw error
  }
}
