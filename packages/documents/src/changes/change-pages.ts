import { DocumentError } from '../errors.ts'
import { readPages, readRect } from '../pages.ts'
import type { PdfFile } from '../pdf-file.ts'
import { reach } from '../reach.ts'
import { array, dictWith, isArray, isDict, type PdfDict } from '../values.ts'
import type { PdfView } from '../view.ts'
import type { Change } from './change.ts'

// Upwards and sideways: without these a page would reach every other page.
const elsewhere = new Set(['Parent', 'P', 'Dest', 'A', 'AA', 'B', 'StructParents'])

// Objects looked at for one file: a hostile file of many pages, revisions and shared objects ends here without pages.
const mostObjects = 2_000_000

/**
 * For each change the 1-based pages that show its object, as the revision before or after has it: for the reader's
 * eyes, no part of the judgement. Empty for what belongs to no page, and for what cannot be read.
 */
export function pagesOfChanges(pdf: PdfFile, changes: readonly Change[]): number[][] {
  const budget = { left: mostObjects }
  const found = new Map<string, number[]>()
  for (const index of new Set(changes.map((changed) => changed.revisionIndex))) {
    const wanted = new Set(
      changes.flatMap((changed) =>
        changed.revisionIndex === index ? (changed.objectNumber ?? []) : [],
      ),
    )
    for (const seenIn of [index, index - 1]) {
      if (wanted.size === 0 || seenIn < 0 || seenIn >= pdf.revisions.length) continue
      for (const [number, pages] of pagesShowing(pdf, seenIn, wanted, budget)) {
        found.set(`${index} ${number}`, pages)
        wanted.delete(number)
      }
    }
  }
  return changes.map(
    ({ revisionIndex, objectNumber }) => found.get(`${revisionIndex} ${objectNumber}`) ?? [],
  )
}

function pagesShowing(
  pdf: PdfFile,
  index: number,
  wanted: ReadonlySet<number>,
  budget: { left: number },
): Map<number, number[]> {
  const found = new Map<number, number[]>()
  try {
    const view = pdf.view(index)
    const pages = readPages(view)
    const itself = new Map(pages.map((page, i) => [page.ref.number, i + 1]))
    for (const number of wanted) {
      const page = itself.get(number)
      if (page !== undefined) found.set(number, [page])
    }
    for (const [i, page] of pages.entries()) {
      if (budget.left <= 0) break
      const seen = reach(view, withoutInvisible(view, page.dict), new Set(), elsewhere)
      reach(view, page.inherited.get('Resources'), seen, elsewhere)
      budget.left -= seen.size + 1
      for (const number of wanted)
        if (seen.has(number) && !itself.has(number))
          found.set(number, [...(found.get(number) ?? []), i + 1])
    }
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
  }
  return found
}

/** A signature of no area stands on a page by form only. */
function withoutInvisible(view: PdfView, page: PdfDict): PdfDict {
  const annots = view.resolve(page.entries.get('Annots'))
  if (!isArray(annots)) return page
  const shown = annots.items.filter((item) => {
    const annot = view.resolve(item)
    const rect = isDict(annot) ? readRect(view, annot.entries.get('Rect')) : undefined
    return rect === undefined || (rect[0] < rect[2] && rect[1] < rect[3])
  })
  return dictWith(page, { Annots: array(shown) })
}
