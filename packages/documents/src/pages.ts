import { malformed, tooComplex } from './errors.ts'
import { limits } from './limits.ts'
import type { PdfDict, PdfRef, PdfValue } from './values.ts'
import { isArray, isDict, isName, isRef } from './values.ts'
import type { PdfView } from './view.ts'

export type Rect = readonly [x1: number, y1: number, x2: number, y2: number]

/** A page with what it inherits (ISO 32000-2 §7.7.3.4). `nodes` are the page tree nodes above it, root first. */
export interface Page {
  readonly ref: PdfRef
  readonly dict: PdfDict
  readonly nodes: readonly PdfRef[]
  readonly inherited: ReadonlyMap<string, PdfValue>
}

const inheritable = ['Resources', 'MediaBox', 'CropBox', 'Rotate'] as const

/** The pages in their order. Throws `pdf-malformed` for loops and kids that are no pages. */
export function readPages(view: PdfView): Page[] {
  const pages: Page[] = []
  const walk = (
    kid: PdfValue,
    nodes: readonly PdfRef[],
    inherited: ReadonlyMap<string, PdfValue>,
  ): void => {
    if (!isRef(kid)) throw malformed('page tree entry is not a reference')
    if (nodes.length > limits.depth) throw tooComplex('page tree')
    if (nodes.some((node) => node.number === kid.number)) throw malformed('page tree is a loop')
    const dict = view.resolve(kid)
    if (!isDict(dict)) throw malformed(`page tree object ${kid.number} is not a dictionary`)
    const here = new Map(inherited)
    for (const key of inheritable) {
      const value = dict.entries.get(key)
      if (value !== undefined) here.set(key, value)
    }
    const kids = view.resolve(dict.entries.get('Kids'))
    if (isArray(kids) && !isName(dict.entries.get('Type'), 'Page')) {
      for (const item of kids.items) walk(item, [...nodes, kid], here)
      return
    }
    if (pages.length >= limits.pages) throw tooComplex('too many pages')
    pages.push({ ref: kid, dict, nodes, inherited: here })
  }
  walk(view.catalog.entries.get('Pages') ?? null, [], new Map())
  return pages
}

/** Reads a rectangle in any corner order into left, bottom, right, top; undefined when it is none. */
export function readRect(view: PdfView, value: PdfValue | undefined): Rect | undefined {
  const list = view.resolve(value)
  if (!isArray(list) || list.items.length !== 4) return undefined
  const n = list.items.map((item) => view.resolve(item))
  if (n.some((item) => typeof item !== 'number')) return undefined
  const [a, b, c, d] = n as [number, number, number, number]
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]
}

/** The visible area in user space: the crop box inside the media box. */
export function visibleBox(view: PdfView, page: Page): Rect {
  const media = readRect(view, page.inherited.get('MediaBox')) ?? [0, 0, 612, 792]
  const crop = readRect(view, page.inherited.get('CropBox')) ?? media
  const box: Rect = [
    Math.max(media[0], crop[0]),
    Math.max(media[1], crop[1]),
    Math.min(media[2], crop[2]),
    Math.min(media[3], crop[3]),
  ]
  return box[0] < box[2] && box[1] < box[3] ? box : media
}

/** Points in one unit of user space (ISO 32000-2 Table 31, /UserUnit). */
export function userUnit(view: PdfView, page: Page): number {
  const value = view.resolve(page.dict.entries.get('UserUnit'))
  return typeof value === 'number' && value > 0 ? value : 1
}

/** Clockwise rotation of the page when shown: 0, 90, 180 or 270. */
export function pageRotation(view: PdfView, page: Page): 0 | 90 | 180 | 270 {
  const value = view.resolve(page.inherited.get('Rotate'))
  const turns = typeof value === 'number' && value % 90 === 0 ? (((value / 90) % 4) + 4) % 4 : 0
  return (turns * 90) as 0 | 90 | 180 | 270
}

export function intersects(a: Rect, b: Rect): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}
