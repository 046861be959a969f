import { malformed, tooComplex } from './errors.ts'
import {
  type Cursor,
  cursorAt,
  expectKeyword,
  expectUnsigned,
  isDelimiter,
  isDigit,
  readHexString,
  readLiteralString,
  readName,
  readNumber,
  skipSpaceAndComments,
  skipWhiteSpace,
  takeKeyword,
  takeUnsigned,
} from './lexer.ts'
import { limits } from './limits.ts'
import type { PdfArray, PdfDict, PdfRef, PdfStream, PdfValue } from './values.ts'
import { isInteger, isRef } from './values.ts'

/** An indirect object where it stands: `start` is the first digit, `end` the byte after `endobj`. */
export interface IndirectObject {
  readonly number: number
  readonly generation: number
  readonly value: PdfValue
  readonly start: number
  readonly end: number
  /** Its stream length came from another object, so the parse holds only for the view that gave the length. */
  readonly lengthIsIndirect: boolean
}

export function readValue(c: Cursor, depth = 0): PdfValue {
  if (depth > limits.depth) throw tooComplex('nested too deeply', c.at)
  skipSpaceAndComments(c)
  const byte = c.bytes[c.at]
  if (byte === undefined) throw malformed('unexpected end', c.at)
  if (byte === 0x2f) return readName(c)
  if (byte === 0x28) return readLiteralString(c)
  if (byte === 0x5b) return readArray(c, depth)
  if (byte === 0x3c) return c.bytes[c.at + 1] === 0x3c ? readDict(c, depth) : readHexString(c)
  if (isDigit(byte)) return readReference(c) ?? readNumber(c)
  if (byte === 0x2b || byte === 0x2d || byte === 0x2e) return readNumber(c)
  if (takeKeyword(c, 'null')) return null
  if (takeKeyword(c, 'true')) return true
  if (takeKeyword(c, 'false')) return false
  throw malformed('unexpected token', c.at)
}

function readReference(c: Cursor): PdfRef | undefined {
  const start = c.at
  const number = takeUnsigned(c)
  if (number >= 0 && isDelimiter(c.bytes[c.at])) {
    skipSpaceAndComments(c)
    const generation = takeUnsigned(c)
    if (generation >= 0 && isDelimiter(c.bytes[c.at])) {
      skipSpaceAndComments(c)
      if (takeKeyword(c, 'R')) return { kind: 'ref', number, generation }
    }
  }
  c.at = start
  return undefined
}

function readArray(c: Cursor, depth: number): PdfArray {
  const start = c.at++
  const items: PdfValue[] = []
  for (;;) {
    skipSpaceAndComments(c)
    if (c.bytes[c.at] === 0x5d) break
    if (c.at >= c.bytes.length) throw malformed('array without end', start)
    items.push(readValue(c, depth + 1))
  }
  c.at++
  return { kind: 'array', items }
}

export function readDict(c: Cursor, depth = 0): PdfDict {
  const start = c.at
  c.at += 2
  const entries = new Map<string, PdfValue>()
  for (;;) {
    skipSpaceAndComments(c)
    const byte = c.bytes[c.at]
    if (byte === 0x3e && c.bytes[c.at + 1] === 0x3e) break
    if (byte !== 0x2f) throw malformed('expected a name or >> in a dictionary', c.at)
    const at = c.at
    const key = readName(c).value
    // Programs disagree about which of two equal keys counts, so a file that has them has no single meaning.
    if (entries.has(key)) throw malformed(`duplicate key /${key}`, at)
    entries.set(key, readValue(c, depth + 1))
  }
  if (c.at >= c.bytes.length) throw malformed('dictionary without end', start)
  c.at += 2
  return { kind: 'dict', entries }
}

/** Reads `number generation obj … endobj` at an offset; a stream's indirect /Length is asked from `lengthOf`. */
export function readIndirectObject(
  bytes: Uint8Array,
  offset: number,
  lengthOf: (length: PdfRef) => number,
): IndirectObject {
  const c = cursorAt(bytes, offset)
  skipWhiteSpace(c)
  const start = c.at
  const number = expectUnsigned(c)
  skipWhiteSpace(c)
  const generation = expectUnsigned(c)
  skipWhiteSpace(c)
  expectKeyword(c, 'obj')
  let value = readValue(c)
  let lengthIsIndirect = false
  skipSpaceAndComments(c)
  if (typeof value === 'object' && value?.kind === 'dict' && takeKeyword(c, 'stream')) {
    lengthIsIndirect = isRef(value.entries.get('Length'))
    value = readStream(c, value, lengthOf)
    skipSpaceAndComments(c)
  }
  expectKeyword(c, 'endobj')
  return { number, generation, value, start, end: c.at, lengthIsIndirect }
}

function readStream(c: Cursor, dict: PdfDict, lengthOf: (ref: PdfRef) => number): PdfStream {
  if (c.bytes[c.at] === 0x0d && c.bytes[c.at + 1] === 0x0a) c.at += 2
  else if (c.bytes[c.at] === 0x0a) c.at++
  else throw malformed('stream must be followed by an end of line', c.at)
  if (dict.entries.has('F')) throw malformed('stream data in another file', c.at)
  const declared = dict.entries.get('Length')
  const length = isRef(declared) ? lengthOf(declared) : declared
  if (!isInteger(length) || length < 0 || c.at + length > c.bytes.length)
    throw malformed('stream length', c.at)
  const raw = c.bytes.subarray(c.at, c.at + length)
  c.at += length
  skipWhiteSpace(c)
  expectKeyword(c, 'endstream')
  return { kind: 'stream', dict, raw }
}
