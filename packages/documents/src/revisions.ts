import { DocumentError, malformed, tooComplex } from './errors.ts'
import {
  cursorAt,
  expectKeyword,
  isWhiteSpace,
  skipSpaceAndComments,
  skipWhiteSpace,
  startsWith,
  takeUnsigned,
} from './lexer.ts'
import { limits } from './limits.ts'
import { isInteger } from './values.ts'
import { readXrefSection, type XrefEntry, type XrefSection } from './xref.ts'

/** One saved state of the file: the bytes `start`‥`endOffset` and the objects its cross-reference section changed. */
export interface Revision {
  readonly index: number
  readonly start: number
  /** The byte after `%%EOF` and its end of line. */
  readonly endOffset: number
  /** The byte after the letters `%%EOF`. */
  readonly markEnd: number
  readonly xrefOffset: number
  readonly xrefKind: 'table' | 'stream'
  readonly hybrid: boolean
  readonly objects: ReadonlyMap<number, XrefEntry>
  /** Newest first; two only in a linearized first revision. */
  readonly sections: readonly XrefSection[]
}

/** Bytes behind the last readable revision that are not white space, and why they could not be read. */
export interface TrailingBytes {
  readonly start: number
  readonly end: number
  readonly problem: DocumentError | undefined
}

export interface RevisionChain {
  readonly revisions: readonly Revision[]
  readonly trailing: TrailingBytes | undefined
}

/** `startxref`, its offset, and the end mark. */
export interface Tail {
  readonly startxref: number
  readonly at: number
  readonly markEnd: number
  readonly endOffset: number
}

/**
 * Reads the chain that the last `startxref` begins. When it cannot be read, earlier end marks are tried, so that a
 * signed file with something appended is reported as altered and not merely as unreadable.
 */
export function readRevisions(
  bytes: Uint8Array,
  usable: (revisions: readonly Revision[]) => void,
): RevisionChain {
  let problem: DocumentError | undefined
  let from = bytes.length
  for (let tries = 0; tries < limits.tailCandidates; tries++) {
    const at = lastIndexOf(bytes, 'startxref', from)
    if (at < 0) break
    from = at - 1
    try {
      const tail = readTail(bytes, at)
      const revisions = chainFrom(bytes, tail)
      usable(revisions)
      return { revisions, trailing: trailingAfter(bytes, tail.endOffset, problem) }
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error
      if (error.code === 'documents.pdf-encrypted') throw error
      problem ??= error
    }
  }
  throw problem ?? malformed('no startxref', bytes.length)
}

function trailingAfter(
  bytes: Uint8Array,
  end: number,
  problem: DocumentError | undefined,
): TrailingBytes | undefined {
  for (let at = end; at < bytes.length; at++)
    if (!isWhiteSpace(bytes[at])) return { start: at, end: bytes.length, problem }
  return undefined
}

function lastIndexOf(bytes: Uint8Array, word: string, from: number): number {
  const first = word.charCodeAt(0)
  for (let at = Math.min(from, bytes.length - word.length); at >= 0;) {
    at = bytes.lastIndexOf(first, at)
    if (at < 0 || startsWith(bytes, at, word)) return at
    at--
  }
  return -1
}

function readTail(bytes: Uint8Array, at: number): Tail {
  const c = cursorAt(bytes, at)
  expectKeyword(c, 'startxref')
  skipWhiteSpace(c)
  const startxref = takeUnsigned(c)
  if (startxref < 0) throw malformed('startxref without an offset', at)
  skipWhiteSpace(c)
  if (!startsWith(bytes, c.at, '%%EOF')) throw malformed('expected %%EOF', c.at)
  const markEnd = c.at + 5
  let endOffset = markEnd
  if (bytes[endOffset] === 0x0d) endOffset++
  if (bytes[endOffset] === 0x0a) endOffset++
  return { startxref, at, markEnd, endOffset }
}

/** The tail that follows a section; only white space and comments (some programs sign their work) stand between. */
export function tailAfter(bytes: Uint8Array, section: XrefSection): Tail {
  const c = cursorAt(bytes, section.end)
  skipSpaceAndComments(c)
  return readTail(bytes, c.at)
}

function chainFrom(bytes: Uint8Array, last: Tail): Revision[] {
  const groups = groupLinearized(bytes, readSections(bytes, last.startxref))
  const newestFirst: Omit<Revision, 'index' | 'start'>[] = []
  for (const group of groups) {
    const newest = group[0] as XrefSection
    const lowest = group[group.length - 1] as XrefSection
    const tail = tailAfter(bytes, lowest)
    if (sectionStart(bytes, tail.startxref) !== newest.offset)
      throw malformed('startxref points elsewhere', tail.at)
    newestFirst.push({
      endOffset: tail.endOffset,
      markEnd: tail.markEnd,
      xrefOffset: newest.offset,
      xrefKind: newest.kind,
      hybrid: group.some((section) => section.hybrid !== undefined),
      objects: group.length === 1 ? newest.entries : merged(group),
      sections: group,
    })
  }
  if (newestFirst[0]?.endOffset !== last.endOffset)
    throw malformed('the last startxref does not belong to the last section', last.at)
  let start = 0
  return newestFirst.toReversed().map((revision, index) => {
    if (index > 0 && revision.xrefOffset < start)
      throw malformed('cross-reference chain runs forward', revision.xrefOffset)
    const numbered = { ...revision, index, start }
    start = revision.endOffset
    return numbered
  })
}

// Some savers count the line end before `xref` as its beginning; readers pass over it, as over that of /Prev.
function sectionStart(bytes: Uint8Array, startxref: number): number {
  const c = cursorAt(bytes, startxref)
  skipWhiteSpace(c)
  return c.at
}

function readSections(bytes: Uint8Array, startxref: number): XrefSection[] {
  const sections: XrefSection[] = []
  const seen = new Set<number>()
  let offset: number | undefined = startxref
  let entries = 0
  while (offset !== undefined) {
    if (seen.has(offset)) throw malformed('cross-reference chain is a loop', offset)
    if (seen.size >= limits.sections) throw tooComplex('too many revisions', offset)
    seen.add(offset)
    const section = readXrefSection(bytes, offset)
    entries += section.entries.size
    if (entries > limits.xrefEntries) throw tooComplex('too many objects', offset)
    sections.push(section)
    const previous = section.trailer.entries.get('Prev')
    if (previous !== undefined && !isInteger(previous)) throw malformed('/Prev', offset)
    offset = previous
  }
  return sections
}

/**
 * In a linearized file (ISO 32000-2 Annex F) the first-page section stands before the main section it continues.
 * Together they are one revision; anywhere else a section must come after the one it continues.
 */
function groupLinearized(bytes: Uint8Array, sections: readonly XrefSection[]): XrefSection[][] {
  const first = sections.at(-2)
  const main = sections.at(-1)
  if (first === undefined || main === undefined || first.offset > main.offset)
    return sections.map((section) => [section])
  if (!startsWithLinearizedDict(bytes)) throw malformed('cross-reference chain runs forward')
  return [...sections.slice(0, -2).map((section) => [section]), [first, main]]
}

function startsWithLinearizedDict(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, 1024))
  return /\/Linearized\s+1/.test(head)
}

function merged(group: readonly XrefSection[]): Map<number, XrefEntry> {
  const entries = new Map<number, XrefEntry>()
  for (const section of group)
    for (const [number, entry] of section.entries)
      if (!entries.has(number)) entries.set(number, entry)
  return entries
}
