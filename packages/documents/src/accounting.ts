import { isDigit, isWhiteSpace, startsWith } from './lexer.ts'
import type { PdfFile } from './pdf-file.ts'
import { reach } from './reach.ts'
import { type Revision, type Tail, tailAfter } from './revisions.ts'
import type { XrefSection } from './xref.ts'
import { DocumentError } from './errors.ts'
import { isDict, isName, isStream } from './values.ts'
import { decodeObjectStreamNumbers } from './view.ts'

// Bytes that no table mentions are what shadow attacks switch on later, and what a reader that repairs files may show.

/** Offsets in the revision where something stands that is neither listed object, section, end mark nor plain comment. */
export function unaccountedBytes(pdf: PdfFile, revision: Revision): number[] {
  const ranges = [...objectRanges(pdf, revision), ...sectionRanges(pdf, revision)]
  ranges.sort((a, b) => a.start - b.start)
  const found: number[] = []
  let at = revision.start
  for (const range of [...ranges, { start: revision.markEnd, end: revision.markEnd }]) {
    const stray = firstStray(pdf.bytes, at, range.start)
    if (stray !== undefined) found.push(stray)
    if (range.start < at) found.push(range.start)
    at = Math.max(at, range.end)
  }
  return found
}

interface Extent {
  readonly start: number
  readonly end: number
}

function objectRanges(pdf: PdfFile, revision: Revision): Extent[] {
  const seen = new Set<number>()
  const ranges: Extent[] = []
  // A hybrid file's later section lists objects that stand in the bytes before it.
  for (const owner of pdf.revisions) {
    if (owner !== revision && !owner.hybrid) continue
    const view = pdf.view(owner.index)
    for (const [number, entry] of owner.objects) {
      if (entry.type !== 'offset' || seen.has(entry.offset)) continue
      if (entry.offset < revision.start || entry.offset >= revision.endOffset) continue
      seen.add(entry.offset)
      const object = view.locate(number)
      if (object) ranges.push(object)
    }
  }
  // The streams of sections may be listed as objects as well; sectionRanges counts them.
  const streams = new Set(
    pdf.revisions.flatMap((owner) =>
      owner.sections.flatMap((section) => [section.offset, section.hybrid?.start ?? -1]),
    ),
  )
  return ranges.filter((range) => !streams.has(range.start))
}

function sectionRanges(pdf: PdfFile, revision: Revision): Extent[] {
  const ranges = revision.sections.flatMap((section, i) => {
    const own = { start: section.offset, end: section.end }
    // The first-page section of a linearized file may do without an end mark of its own.
    const tail =
      i < revision.sections.length - 1 ? maybeTail(pdf, section) : tailAfter(pdf.bytes, section)
    return tail ? [own, { start: tail.at, end: tail.markEnd }] : [own]
  })
  for (const owner of pdf.revisions)
    for (const { hybrid } of owner.sections)
      if (hybrid && hybrid.start >= revision.start && hybrid.start < revision.endOffset)
        ranges.push(hybrid)
  return ranges
}

function maybeTail(pdf: PdfFile, section: XrefSection): Tail | undefined {
  try {
    return tailAfter(pdf.bytes, section)
  } catch (error) {
    if (error instanceof DocumentError) return undefined
    throw error
  }
}

function firstStray(bytes: Uint8Array, from: number, to: number): number | undefined {
  for (let at = from; at < to; at++) {
    if (isWhiteSpace(bytes[at])) continue
    if (bytes[at] !== 0x25) return at
    const start = at
    while (at < to && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++
    if (looksLikeAnObject(bytes.subarray(start, at))) return start
  }
  return undefined
}

/** A comment in which a reader that repairs files by searching would find the beginning of an object. */
function looksLikeAnObject(comment: Uint8Array): boolean {
  for (let at = comment.indexOf(0x6f); at >= 0; at = comment.indexOf(0x6f, at + 1)) {
    if (!startsWith(comment, at, 'obj')) continue
    let before = at - 1
    while (before > 0 && isWhiteSpace(comment[before])) before--
    if (isDigit(comment[before])) return true
  }
  return false
}

/**
 * Object numbers or offsets of sleeping content: bytes no table lists, members of object streams that the table
 * places elsewhere, and catalogues or pages nothing refers to. A document with such things is not signed.
 */
export function dormantContent(pdf: PdfFile): string[] {
  const found = pdf.revisions.flatMap((revision) =>
    unaccountedBytes(pdf, revision).map((at) => `byte ${at}`),
  )
  for (const revision of pdf.revisions) found.push(...unlistedMembers(pdf, revision))
  const view = pdf.latest
  const reached = reach(view, view.trailer, new Set())
  for (const number of view.numbers()) {
    if (reached.has(number)) continue
    const value = view.object(number)
    const type = isDict(value) ? value.entries.get('Type') : undefined
    if (isName(type, 'Catalog') || isName(type, 'Pages') || isName(type, 'Page'))
      found.push(`object ${number}`)
  }
  return found
}

/** Members of this revision's object streams that its own table does not point at. */
export function unlistedMembers(pdf: PdfFile, revision: Revision): string[] {
  const view = pdf.view(revision.index)
  const found: string[] = []
  for (const [container, entry] of revision.objects) {
    if (entry.type !== 'offset') continue
    const value = view.object(container)
    if (!isStream(value) || !isName(value.dict.entries.get('Type'), 'ObjStm')) continue
    decodeObjectStreamNumbers(value).forEach((number, index) => {
      const listed = view.entry(number)
      const here =
        listed?.type === 'compressed' && listed.container === container && listed.index === index
      if (!here) found.push(`object ${number} in ${container}`)
    })
  }
  return found
}
