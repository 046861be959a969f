import { DocumentError, malformed, tooComplex } from './errors.ts'
import { decodeStructuralStream } from './filters.ts'
import {
  type Cursor,
  cursorAt,
  expectUnsigned,
  isDigit,
  skipSpaceAndComments,
  skipWhiteSpace,
  startsWith,
  takeKeyword,
} from './lexer.ts'
import { limits } from './limits.ts'
import { readDict, readIndirectObject } from './parser.ts'
import type { PdfDict, PdfStream, PdfValue } from './values.ts'
import { isArray, isInteger, isName, isStream } from './values.ts'

export type XrefEntry =
  | { readonly type: 'free' }
  | { readonly type: 'offset'; readonly offset: number; readonly generation: number }
  | { readonly type: 'compressed'; readonly container: number; readonly index: number }

/** One cross-reference section (ISO 32000-2 §7.5.4, §7.5.8): a table with its trailer, or a stream. */
export interface XrefSection {
  readonly kind: 'table' | 'stream'
  readonly offset: number
  /** The byte after the trailer dictionary, or after `endobj` of the stream. */
  readonly end: number
  readonly entries: ReadonlyMap<number, XrefEntry>
  readonly trailer: PdfDict
  /** Where the stream named by /XRefStm of a hybrid file stands. */
  readonly hybrid: { readonly start: number; readonly end: number } | undefined
}

const free: XrefEntry = { type: 'free' }

export function readXrefSection(bytes: Uint8Array, offset: number): XrefSection {
  if (offset <= 0 || offset >= bytes.length) throw malformed('cross-reference offset', offset)
  const c = cursorAt(bytes, offset)
  skipWhiteSpace(c)
  const section = startsWith(bytes, c.at, 'xref') ? readTable(c) : readXrefStream(bytes, c.at)
  if (section.trailer.entries.has('Encrypt'))
    throw new DocumentError('documents.pdf-encrypted', { offset })
  const hybrid = section.kind === 'table' ? section.trailer.entries.get('XRefStm') : undefined
  if (hybrid === undefined) return section
  if (!isInteger(hybrid) || hybrid <= 0) throw malformed('/XRefStm', offset)
  return withHybridStream(section, readXrefStream(bytes, hybrid))
}

function readTable(c: Cursor): XrefSection {
  const offset = c.at
  if (!takeKeyword(c, 'xref')) throw malformed('expected xref', c.at)
  const entries = new Map<number, XrefEntry>()
  for (;;) {
    skipSpaceAndComments(c)
    if (takeKeyword(c, 'trailer')) break
    const first = expectUnsigned(c)
    skipWhiteSpace(c)
    const count = expectUnsigned(c)
    if (entries.size + count > limits.xrefEntries) throw tooComplex('cross-reference table', c.at)
    for (let i = 0; i < count; i++) addEntry(entries, first + i, readTableEntry(c), c.at)
  }
  skipSpaceAndComments(c)
  if (!startsWith(c.bytes, c.at, '<<')) throw malformed('expected a trailer dictionary', c.at)
  const trailer = readDict(c)
  return { kind: 'table', offset, end: c.at, entries, trailer, hybrid: undefined }
}

function readTableEntry(c: Cursor): XrefEntry {
  skipWhiteSpace(c)
  const offset = fixedDigits(c, 10)
  if (c.bytes[c.at++] !== 0x20) throw malformed('cross-reference entry', c.at)
  const generation = fixedDigits(c, 5)
  if (c.bytes[c.at++] !== 0x20) throw malformed('cross-reference entry', c.at)
  if (takeKeyword(c, 'f')) return free
  if (!takeKeyword(c, 'n')) throw malformed('cross-reference entry', c.at)
  return offset === 0 ? free : { type: 'offset', offset, generation }
}

function fixedDigits(c: Cursor, count: number): number {
  let value = 0
  for (let i = 0; i < count; i++, c.at++) {
    const byte = c.bytes[c.at]
    if (!isDigit(byte)) throw malformed('cross-reference entry', c.at)
    value = value * 10 + (byte as number) - 0x30
  }
  return value
}

function addEntry(
  entries: Map<number, XrefEntry>,
  number: number,
  entry: XrefEntry,
  at: number,
): void {
  if (entries.has(number)) throw malformed(`object ${number} listed twice`, at)
  entries.set(number, entry)
}

function readXrefStream(bytes: Uint8Array, offset: number): XrefSection {
  const object = readIndirectObject(bytes, offset, () => {
    throw malformed('indirect length of a cross-reference stream', offset)
  })
  const stream = object.value
  if (!isStream(stream) || !isName(stream.dict.entries.get('Type'), 'XRef'))
    throw malformed('expected a cross-reference stream', offset)
  return {
    kind: 'stream',
    offset,
    end: object.end,
    entries: readStreamEntries(stream, offset),
    trailer: stream.dict,
    hybrid: undefined,
  }
}

function readStreamEntries(stream: PdfStream, offset: number): Map<number, XrefEntry> {
  const dict = stream.dict.entries
  const widths = integers(dict.get('W'), offset)
  if (widths.length !== 3 || widths.some((w) => w > 8)) throw malformed('/W', offset)
  const size = dict.get('Size')
  if (!isInteger(size)) throw malformed('/Size', offset)
  const index = dict.has('Index') ? integers(dict.get('Index'), offset) : [0, size]
  const data = decodeStructuralStream(stream)
  const [w0, w1, w2] = widths as [number, number, number]
  const rowLength = w0 + w1 + w2
  const entries = new Map<number, XrefEntry>()
  let at = 0
  for (let i = 0; i + 1 < index.length; i += 2) {
    const first = index[i] as number
    const count = index[i + 1] as number
    if (at + count * rowLength > data.length || rowLength === 0)
      throw malformed('cross-reference stream is too short', offset)
    if (entries.size + count > limits.xrefEntries) throw tooComplex('cross-reference stream')
    for (let n = 0; n < count; n++, at += rowLength) {
      const type = w0 === 0 ? 1 : bigEndian(data, at, w0)
      const second = bigEndian(data, at + w0, w1)
      const third = bigEndian(data, at + w0 + w1, w2)
      addEntry(entries, first + n, streamEntry(type, second, third), offset)
    }
  }
  return entries
}

function streamEntry(type: number, second: number, third: number): XrefEntry {
  if (type === 1) return { type: 'offset', offset: second, generation: third }
  // Other types are references to the null object (§7.5.8.3), like free ones.
  return type === 2 ? { type: 'compressed', container: second, index: third } : free
}

function bigEndian(data: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = 0; i < width; i++) value = value * 256 + (data[at + i] as number)
  // Eight octets may be written, but no file is that long.
  if (!Number.isSafeInteger(value)) throw malformed('cross-reference stream entry')
  return value
}

function integers(value: PdfValue | undefined, offset: number): number[] {
  if (!isArray(value)) throw malformed('expected an array of integers', offset)
  return value.items.map((item) => {
    if (!isInteger(item) || item < 0) throw malformed('expected an integer', offset)
    return item
  })
}

/**
 * Hybrid files (§7.5.8.4, written by word processors) mean two things to two readers. They are read only when the
 * stream adds objects that the table leaves free, so that both meanings agree on every object they share.
 */
function withHybridStream(table: XrefSection, stream: XrefSection): XrefSection {
  const entries = new Map(table.entries)
  for (const [number, entry] of stream.entries) {
    const listed = entries.get(number)
    if (listed !== undefined && listed.type !== 'free' && !sameEntry(listed, entry))
      throw malformed(`object ${number} differs between the two tables of a hybrid file`)
    entries.set(number, entry)
  }
  return { ...table, entries, hybrid: { start: stream.offset, end: stream.end } }
}

export function sameEntry(a: XrefEntry | undefined, b: XrefEntry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  if (a.type === 'offset')
    return b.type === 'offset' && a.offset === b.offset && a.generation === b.generation
  if (a.type === 'compressed')
    return b.type === 'compressed' && a.container === b.container && a.index === b.index
  return b.type === 'free'
}
