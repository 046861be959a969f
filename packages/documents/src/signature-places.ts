import { readFields } from './fields.ts'
import { readPages, readRect, type Rect } from './pages.ts'
import { isArray, isRef } from './values.ts'
import type { PdfView } from './view.ts'

/** Where a signature shows itself: the 1-based page and its rectangle in the page's own coordinates. */
export interface SignaturePlace {
  readonly fieldName: string
  readonly page: number
  readonly rect: Rect
}

/** The visible appearances of all filled signature fields; a field of no area shows nothing and has no place. */
export function signaturePlaces(view: PdfView): SignaturePlace[] {
  const pageOf = new Map<number, number>()
  readPages(view).forEach(({ dict }, index) => {
    const annots = view.resolve(dict.entries.get('Annots'))
    if (isArray(annots))
      for (const item of annots.items) if (isRef(item)) pageOf.set(item.number, index + 1)
  })
  return readFields(view)
    .filter((field) => field.type === 'Sig' && view.resolve(field.value) !== null)
    .flatMap((field) =>
      field.widgets.flatMap(({ ref, dict }) => {
        const page = ref && pageOf.get(ref.number)
        const rect = readRect(view, dict.entries.get('Rect'))
        const shown = rect && rect[0] < rect[2] && rect[1] < rect[3]
        return page !== undefined && shown ? [{ fieldName: field.name, page, rect }] : []
      }),
    )
}
