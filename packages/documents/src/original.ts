import { DocumentError } from './errors.ts'
import { changedKeys, sameBytes } from './equality.ts'
import { type Page, readPages } from './pages.ts'
import { type PdfFile, readPdf } from './pdf-file.ts'
import { listSignatures } from './signatures.ts'
import type { PdfDict, PdfValue } from './values.ts'
import { isArray, isDict, isName, isRef } from './values.ts'
import type { PdfView } from './view.ts'

export interface ExtractedOriginal {
  /** The file as it was before the first signature's revision. */
  readonly original: Uint8Array
  /** Fields of the signatures that follow it. */
  readonly fieldNames: readonly string[]
}

/**
 * Cuts out what stood before the first signature: everything up to its increment, less the one line feed that
 * separates them. Throws `documents.signature-not-found` when there is no increment with a signature.
 */
export function extractOriginal(bytes: Uint8Array): ExtractedOriginal {
  const pdf = readPdf(bytes)
  const intact = listSignatures(pdf).flatMap((s) => (s.kind === 'broken' ? [] : [s]))
  const first = Math.min(...intact.map((signature) => signature.revisionIndex))
  if (intact.length === 0 || first === 0) throw new DocumentError('documents.signature-not-found')
  const original = bytes.subarray(0, incrementStart(pdf, first))
  return { original, fieldNames: intact.map((signature) => signature.fieldName) }
}

/** Whether these bytes are the file as one of its earlier revisions left it. Throws what `readPdf` throws. */
export function isEarlierRevision(file: Uint8Array, bytes: Uint8Array): boolean {
  const pdf = readPdf(file)
  const ends = pdf.revisions.slice(1).map((revision) => incrementStart(pdf, revision.index))
  return ends.includes(bytes.length) && sameBytes(bytes, file.subarray(0, bytes.length))
}

/** Where the bytes before a revision end: one line feed before its first object belongs to the increment. */
export function incrementStart(pdf: PdfFile, index: number): number {
  const revision = pdf.revisions[index]
  const before = pdf.revisions[index - 1]
  if (revision === undefined || before === undefined) return 0
  let first = revision.xrefOffset
  for (const entry of revision.objects.values())
    if (entry.type === 'offset' && entry.offset >= before.markEnd && entry.offset < first)
      first = entry.offset
  const separated = first - 1 >= before.markEnd && pdf.bytes[first - 1] === 0x0a
  return separated ? first - 1 : first
}

export interface Difference {
  /** 1-based page, or undefined for the document as a whole. */
  readonly page: number | undefined
  /** The dictionary key where the two part, e.g. `Contents`. */
  readonly key: string
  readonly description: { readonly zh: string; readonly en: string }
}

export interface OriginalComparison {
  /** What is shown now equals the original, but for signatures. */
  readonly equal: boolean
  /** The given original is byte for byte the beginning of the signed file. */
  readonly isPrefix: boolean
  readonly differences: readonly Difference[]
}

/**
 * Compares what the signed file shows now (pages, resources, annotations other than signatures, document settings) with
 * its original: the one given, else the one inside. Throws what `readPdf` and `extractOriginal` throw.
 */
export function compareWithOriginal(signed: Uint8Array, original?: Uint8Array): OriginalComparison {
  const base = original ?? extractOriginal(signed).original
  const isPrefix = base.length <= signed.length && sameBytes(base, signed.subarray(0, base.length))
  const differences = differencesBetween(readPdf(base).latest, readPdf(signed).latest)
  return { equal: differences.length === 0, isPrefix, differences }
}

interface Pair {
  readonly a: PdfView
  readonly b: PdfView
  readonly pages: readonly [ReadonlyMap<number, number>, ReadonlyMap<number, number>]
  /** Pairs of object numbers known to be equal with all they lead to. */
  readonly equal: Set<string>
}

// The catalogue's keys that a signature brings or that say nothing about what is shown.
const notShown = new Set(['AcroForm', 'DSS', 'Extensions', 'Metadata', 'Perms', 'Version', 'Pages'])
const upwards = new Set(['Parent', 'P', 'Annots', 'Tabs'])

function differencesBetween(a: PdfView, b: PdfView): Difference[] {
  const [before, after] = [readPages(a), readPages(b)]
  const order = (pages: readonly Page[]): Map<number, number> =>
    new Map(pages.map((page, i) => [page.ref.number, i]))
  const pair: Pair = { a, b, pages: [order(before), order(after)], equal: new Set() }
  const found: Difference[] = []
  if (before.length !== after.length) found.push(pageCount(before.length, after.length))
  before.forEach((page, i) => {
    const other = after[i]
    if (other) for (const key of pageDifferences(pair, page, other)) found.push(onPage(i + 1, key))
  })
  for (const key of keysOf(a.catalog, b.catalog))
    if (
      !notShown.has(key) &&
      !sameShown(pair, a.catalog.entries.get(key), b.catalog.entries.get(key))
    )
      found.push({
        page: undefined,
        key,
        description: { zh: `文档设置 ${key} 不同`, en: `Document setting ${key} differs` },
      })
  return found
}

function pageCount(before: number, after: number): Difference {
  return {
    page: undefined,
    key: 'Pages',
    description: { zh: `页数由 ${before} 变为 ${after}`, en: `${before} pages became ${after}` },
  }
}

function onPage(page: number, key: string): Difference {
  return {
    page,
    key,
    description: { zh: `第${page}页的 ${key} 不同`, en: `${key} of page ${page} differs` },
  }
}

function keysOf(a: PdfDict, b: PdfDict): string[] {
  return [...new Set([...a.entries.keys(), ...b.entries.keys()])]
}

function pageDifferences(pair: Pair, a: Page, b: Page): string[] {
  const keys = new Set([...keysOf(a.dict, b.dict), ...a.inherited.keys(), ...b.inherited.keys()])
  const value = (page: Page, key: string): PdfValue | undefined =>
    page.inherited.get(key) ?? page.dict.entries.get(key)
  const found = [...keys].filter(
    (key) => !upwards.has(key) && !sameShown(pair, value(a, key), value(b, key)),
  )
  const [left, right] = [shownAnnotations(pair.a, a), shownAnnotations(pair.b, b)]
  const same =
    left.length === right.length && left.every((item, i) => sameShown(pair, item, right[i]))
  return same ? found : [...found, 'Annots']
}

/** Annotations other than signature widgets. */
function shownAnnotations(view: PdfView, page: Page): PdfValue[] {
  const annots = view.resolve(page.dict.entries.get('Annots'))
  if (!isArray(annots)) return []
  return annots.items.filter((item) => {
    const annot = view.resolve(item)
    if (!isDict(annot)) return true
    const parent = view.resolve(annot.entries.get('Parent'))
    const type = annot.entries.get('FT') ?? (isDict(parent) ? parent.entries.get('FT') : undefined)
    return !isName(view.resolve(type), 'Sig')
  })
}

/** Equal in meaning: references are followed, and two pages are equal by their place. */
function sameShown(pair: Pair, a: PdfValue | undefined, b: PdfValue | undefined): boolean {
  const open: [PdfValue, PdfValue][] = [[a ?? null, b ?? null]]
  const visited = new Set<string>()
  while (open.length > 0) {
    const [left, right] = open.pop() as [PdfValue, PdfValue]
    if (isRef(left) && isRef(right)) {
      const key = `${left.number} ${right.number}`
      if (pair.equal.has(key) || visited.has(key)) continue
      visited.add(key)
      const [i, j] = [pair.pages[0].get(left.number), pair.pages[1].get(right.number)]
      if (i !== undefined && i === j) continue
      if (i !== undefined || j !== undefined) return false
    }
    const children = compareShallow(pair.a.resolve(left), pair.b.resolve(right))
    if (children === undefined) return false
    open.push(...children)
  }
  // Only now is everything on the way known to be equal.
  for (const key of visited) pair.equal.add(key)
  return true
}

/** The pairs still to be compared, or undefined when the two differ here. */
function compareShallow(a: PdfValue, b: PdfValue): [PdfValue, PdfValue][] | undefined {
  if (a === b) return []
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return undefined
  if (a.kind === 'name') return b.kind === 'name' && a.value === b.value ? [] : undefined
  if (a.kind === 'string')
    return b.kind === 'string' && sameBytes(a.bytes, b.bytes) ? [] : undefined
  if (a.kind === 'array') {
    if (b.kind !== 'array' || a.items.length !== b.items.length) return undefined
    return a.items.map((item, i) => [item, b.items[i] as PdfValue])
  }
  if (a.kind === 'stream') {
    if (b.kind !== 'stream' || !sameBytes(a.raw, b.raw)) return undefined
    return dictPairs(a.dict, b.dict)
  }
  return a.kind === 'dict' && b.kind === 'dict' ? dictPairs(a, b) : undefined
}

function dictPairs(a: PdfDict, b: PdfDict): [PdfValue, PdfValue][] {
  return changedOrLinked(a, b).map((key) => [
    a.entries.get(key) ?? null,
    b.entries.get(key) ?? null,
  ])
}

/** Keys worth a look: those that differ as written, and those that lead elsewhere. */
function changedOrLinked(a: PdfDict, b: PdfDict): string[] {
  const keys = new Set(changedKeys(a, b))
  for (const [key, value] of a.entries)
    if (typeof value === 'object' && value !== null && value.kind !== 'name') keys.add(key)
  return [...keys].filter((key) => key !== 'Parent' && key !== 'P')
}
