import { DocumentError } from '../errors.ts'
import {
  intersects,
  type Page,
  pageRotation,
  readPages,
  type Rect,
  readRect,
  userUnit,
  visibleBox,
} from '../pages.ts'
import type { PdfFile } from '../pdf-file.ts'
import { isArray, isDict } from '../values.ts'
import type { PdfView } from '../view.ts'

/** Size of a signature as shown, in points: about 67 by 19 millimetres. */
export const signatureSize = { width: 190, height: 54 } as const
const margin = 36
const gap = 8

/**
 * A place for a visible signature in user space of the page (0-based): from the lower right corner as shown, leftwards,
 * then upwards, skipping places where the page already has an annotation; `nth` skips that many free places more.
 */
export function defaultSignatureRect(pdf: PdfFile, page: number, nth = 0): Rect {
  const found = readPages(pdf.latest)[page]
  if (found === undefined) throw new DocumentError('documents.page-not-found')
  const taken = annotationRects(pdf.latest, found)
  const places = candidatePlaces(pdf.latest, found)
  const free = places.filter((place) => !taken.some((rect) => intersects(place, rect)))
  return (free[nth] ?? free.at(-1) ?? places.at(-1)) as Rect
}

function annotationRects(view: PdfView, page: Page): Rect[] {
  const annots = view.resolve(page.dict.entries.get('Annots'))
  if (!isArray(annots)) return []
  return annots.items.flatMap((item) => {
    const annot = view.resolve(item)
    const rect = isDict(annot) ? readRect(view, annot.entries.get('Rect')) : undefined
    return rect === undefined ? [] : [rect]
  })
}

function candidatePlaces(view: PdfView, page: Page): Rect[] {
  const box = visibleBox(view, page)
  const rotation = pageRotation(view, page)
  const across = rotation === 0 || rotation === 180
  const shownWidth = across ? box[2] - box[0] : box[3] - box[1]
  const shownHeight = across ? box[3] - box[1] : box[2] - box[0]
  const unit = userUnit(view, page)
  const border = Math.min(margin / unit, shownWidth * 0.06, shownHeight * 0.06)
  const width = Math.min(signatureSize.width / unit, shownWidth - 2 * border)
  const height = Math.min(signatureSize.height / unit, shownHeight - 2 * border)
  const places: Rect[] = []
  for (let y = border; y + height <= shownHeight - border + 0.01; y += height + gap)
    for (let x = shownWidth - border - width; x >= border - 0.01; x -= width + gap)
      places.push(toUserSpace([x, y, x + width, y + height], box, rotation))
  return places
}

/** Coordinates as shown (origin lower left of the turned page) to the page's own. */
function toUserSpace(shown: Rect, box: Rect, rotation: 0 | 90 | 180 | 270): Rect {
  const [a, b, c, d] = shown
  if (rotation === 0) return [box[0] + a, box[1] + b, box[0] + c, box[1] + d]
  if (rotation === 90) return [box[2] - d, box[1] + a, box[2] - b, box[1] + c]
  if (rotation === 180) return [box[2] - c, box[3] - d, box[2] - a, box[3] - b]
  return [box[0] + b, box[3] - c, box[0] + d, box[3] - a]
}
