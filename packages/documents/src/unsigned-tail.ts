import { readDss, vriKey } from './dss.ts'
import { startsWith } from './lexer.ts'
import type { PdfFile } from './pdf-file.ts'
import { reach } from './reach.ts'
import { type Revision, tailAfter } from './revisions.ts'
import type { IntactSignature } from './signatures.ts'
import {
  isArray,
  isDict,
  isName,
  isRef,
  isStream,
  isString,
  type PdfDict,
  type PdfValue,
} from './values.ts'

/** Something in the bytes behind the last signature that an orderly writer would not have written. */
export interface TailFinding {
  readonly reason:
    | 'odd-white-space'
    | 'offset-beside-object'
    | 'wrong-size'
    | 'unknown-key'
    | 'dangling-entry'
    | 'unused-object'
    | 'stray-vri'
    | 'trailer-altered'
  readonly offset?: number
  readonly key?: string
}

const STORE_KEYS = new Set(['Type', 'Certs', 'OCSPs', 'CRLs', 'VRI'])
const VRI_KEYS = new Set(['Type', 'Cert', 'OCSP', 'CRL', 'TU', 'TS'])
const LISTS = { Cert: 'Certs', OCSP: 'OCSPs', CRL: 'CRLs' } as const

/**
 * Looks at what no signature covers, a security store as a rule, for writing that means the same as the usual and
 * yet differs: a byte changed there must not pass unseen. Empty when the last signature covers the whole file.
 */
export function unsignedTailFindings(
  pdf: PdfFile,
  signatures: readonly IntactSignature[],
): readonly TailFinding[] {
  const covered = Math.max(-1, ...signatures.map((signature) => signature.revisionIndex))
  const tail = pdf.revisions.filter((revision) => revision.index > covered)
  if (signatures.length === 0) return []
  return [
    ...paddingFindings(pdf),
    ...tail.flatMap((revision) => writingFindings(pdf, revision)),
    ...tail.flatMap((revision) => trailerFindings(pdf, revision.index)),
    ...tail.flatMap((revision) => unusedFindings(pdf, revision)),
    ...storeFindings(pdf, signatures),
  ]
}

/** `startxref` and /Prev must name the very byte where a section begins, not white space before it. */
function pointerFindings(pdf: PdfFile, revision: Revision): TailFinding[] {
  const lowest = revision.sections.at(-1) as Revision['sections'][number]
  const before = pdf.revisions[revision.index - 1]
  const exact =
    tailAfter(pdf.bytes, lowest).startxref === revision.xrefOffset &&
    lowest.trailer.entries.get('Prev') === before?.xrefOffset
  return exact ? [] : [{ reason: 'offset-beside-object', offset: revision.xrefOffset }]
}

// A line end or two are added by editors and mail; more, or other white space, is data that shows nothing yet.
const mostLineEnds = 4

/** White space behind the last revision, which the reader passes over. */
function paddingFindings(pdf: PdfFile): TailFinding[] {
  const start = pdf.revisions.at(-1)?.endOffset ?? 0
  if (pdf.trailing) return []
  const rest = pdf.bytes.subarray(start)
  const plain = rest.length <= mostLineEnds && rest.every((byte) => byte === 0x0a || byte === 0x0d)
  return plain ? [] : [{ reason: 'odd-white-space', offset: start }]
}

function writingFindings(pdf: PdfFile, revision: Revision): TailFinding[] {
  const { bytes } = pdf
  const findings: TailFinding[] = []
  const view = pdf.view(revision.index)
  const streams: [number, number][] = []
  for (const [number, entry] of revision.objects) {
    if (entry.type !== 'offset') continue
    if (!startsWith(bytes, entry.offset, `${number} ${entry.generation} obj`))
      findings.push({ reason: 'offset-beside-object', offset: entry.offset })
    const value = view.object(number)
    if (!isStream(value) || value.raw.buffer !== bytes.buffer) continue
    const start = value.raw.byteOffset - bytes.byteOffset
    const end = start + value.raw.length
    const declared = view.resolve(value.dict.entries.get('Length'))
    // A line end stands between data and `endstream`; without it a length off by one would pass.
    if (declared !== value.raw.length || (bytes[end] !== 0x0a && bytes[end] !== 0x0d))
      findings.push({ reason: 'wrong-size', offset: entry.offset })
    streams.push([start, end])
  }
  const odd = firstOddWhiteSpace(bytes, revision, streams)
  if (odd !== undefined) findings.push({ reason: 'odd-white-space', offset: odd })
  if (view.trailer.entries.get('Size') !== view.size) findings.push({ reason: 'wrong-size' })
  findings.push(...pointerFindings(pdf, revision))
  return findings
}

/** What nothing leads to can be changed without a trace; a saver's leftover cross-reference stream is no such thing. */
function unusedFindings(pdf: PdfFile, revision: Revision): TailFinding[] {
  const view = pdf.view(revision.index)
  const used = reach(view, view.trailer, new Set())
  return [...revision.objects].flatMap(([number, entry]): TailFinding[] => {
    if (entry.type === 'free' || number === 0 || used.has(number)) return []
    const value = view.object(number)
    const type = isStream(value) ? value.dict.entries.get('Type') : undefined
    if (isName(type, 'XRef') || isName(type, 'ObjStm')) return []
    return [{ reason: 'unused-object', key: String(number) }]
  })
}

/** /Info must still name properties; a new /ID is wholly new (ISO 32000-2 §14.4), not the old one with a byte changed. */
function trailerFindings(pdf: PdfFile, index: number): TailFinding[] {
  const view = pdf.view(index)
  const before = pdf.view(index - 1)
  const findings: TailFinding[] = []
  const info = view.trailer.entries.get('Info')
  const known = before.trailer.entries.get('Info')
  const moved = isRef(info) && isRef(known) && info.number !== known.number
  if (
    (info === undefined) !== (known === undefined) ||
    moved ||
    !isDict(view.resolve(info ?? null))
  )
    if (info !== undefined || known !== undefined)
      findings.push({ reason: 'trailer-altered', key: 'Info' })
  const ids = [before, view].map((one) => identifiers(one.resolve(one.trailer.entries.get('ID'))))
  if (ids[0]?.length !== ids[1]?.length) findings.push({ reason: 'trailer-altered', key: 'ID' })
  for (const [i, now] of (ids[1] ?? []).entries()) {
    const old = ids[0]?.[i]
    const different = now.filter((byte, at) => byte !== old?.[at]).length
    if (different > 0 && (i === 0 || different <= 2))
      findings.push({ reason: 'trailer-altered', key: 'ID' })
  }
  return findings
}

function identifiers(value: PdfValue): Uint8Array[] {
  return isArray(value) ? value.items.map((i) => (isString(i) ? i.bytes : new Uint8Array())) : []
}

/** NUL, tab and form feed are white space to a reader and nothing a writer of increments uses. */
function firstOddWhiteSpace(
  bytes: Uint8Array,
  revision: Revision,
  streams: readonly [number, number][],
): number | undefined {
  const ordered = [...streams].sort((a, b) => a[0] - b[0])
  let next = 0
  for (let at = revision.start; at < revision.endOffset; at++) {
    const stream = ordered[next]
    if (stream && at >= stream[0]) {
      at = Math.max(at, stream[1])
      next++
    }
    const byte = bytes[at]
    if (byte === 0x00 || byte === 0x09 || byte === 0x0c) return at
  }
  return undefined
}

function storeFindings(pdf: PdfFile, signatures: readonly IntactSignature[]): TailFinding[] {
  const view = pdf.latest
  const store = view.resolve(view.catalog.entries.get('DSS'))
  if (!isDict(store)) return []
  const findings: TailFinding[] = unknownKeys(store, STORE_KEYS)
  const listed = new Map<string, ReadonlySet<number>>()
  for (const key of Object.values(LISTS))
    listed.set(key, streamNumbers(pdf, store.entries.get(key), key, findings))
  const known = new Set(
    signatures.flatMap((signature) => [
      vriKey(signature.paddedContents),
      vriKey(signature.contents),
    ]),
  )
  for (const key of readDss(pdf).vriKeys)
    if (!known.has(key)) findings.push({ reason: 'stray-vri', key })
  const vri = view.resolve(store.entries.get('VRI'))
  for (const value of isDict(vri) ? vri.entries.values() : []) {
    const entry = view.resolve(value)
    if (!isDict(entry)) {
      findings.push({ reason: 'dangling-entry', key: 'VRI' })
      continue
    }
    findings.push(...unknownKeys(entry, VRI_KEYS))
    for (const [key, list] of Object.entries(LISTS)) {
      const named = streamNumbers(pdf, entry.entries.get(key), key, findings)
      if ([...named].some((number) => !listed.get(list)?.has(number)))
        findings.push({ reason: 'stray-vri', key })
    }
  }
  return findings
}

function unknownKeys(dict: PdfDict, known: ReadonlySet<string>): TailFinding[] {
  return [...dict.entries.keys()]
    .filter((key) => !known.has(key))
    .map((key) => ({ reason: 'unknown-key', key }))
}

/** Object numbers of a list's streams; an entry that is no reference to a stream is a finding. */
function streamNumbers(
  pdf: PdfFile,
  value: PdfValue | undefined,
  key: string,
  findings: TailFinding[],
): ReadonlySet<number> {
  const numbers = new Set<number>()
  if (value === undefined) return numbers
  const list = pdf.latest.resolve(value)
  for (const item of isArray(list) ? list.items : [null]) {
    if (isRef(item) && isStream(pdf.latest.resolve(item)) && !numbers.has(item.number))
      numbers.add(item.number)
    else findings.push({ reason: 'dangling-entry', key })
  }
  return numbers
}
