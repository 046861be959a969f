import { malformed, tooComplex } from './errors.ts'
import { limits } from './limits.ts'
import { readPages } from './pages.ts'
import type { PdfDict, PdfRef, PdfValue } from './values.ts'
import { isArray, isDict, isName, isRef, isString, readText } from './values.ts'
import type { PdfView } from './view.ts'

/** A terminal form field (ISO 32000-2 §12.7.4) with its widgets; the field may be its own only widget. */
export interface Field {
  readonly name: string
  /** Undefined for a field that stands directly in an array. */
  readonly ref: PdfRef | undefined
  readonly dict: PdfDict
  readonly type: string | undefined
  /** /V as written (not resolved); undefined when neither the field nor a parent has one. */
  readonly value: PdfValue | undefined
  readonly widgets: readonly { readonly ref: PdfRef | undefined; readonly dict: PdfDict }[]
  /** Reached only from a page's annotations, not from the form. */
  readonly orphan: boolean
}

interface Inherited {
  readonly name: string
  readonly type: string | undefined
  readonly value: PdfValue | undefined
}

/** All fields of the form, then signature widgets on pages that the form does not mention. */
export function readFields(view: PdfView): Field[] {
  const fields: Field[] = []
  const seen = new Set<number>()
  const form = view.resolve(view.catalog.entries.get('AcroForm'))
  const roots = isDict(form) ? view.resolve(form.entries.get('Fields')) : null
  const nothing: Inherited = { name: '', type: undefined, value: undefined }
  if (isArray(roots))
    for (const root of roots.items) walkField(view, root, nothing, 0, seen, fields)
  addOrphans(view, seen, fields, nothing)
  return fields
}

function walkField(
  view: PdfView,
  node: PdfValue,
  above: Inherited,
  depth: number,
  seen: Set<number>,
  out: Field[],
  orphan = false,
): void {
  if (depth > limits.depth || out.length > limits.fields) throw tooComplex('form fields')
  const ref = isRef(node) ? node : undefined
  if (ref) {
    if (seen.has(ref.number)) throw malformed(`form field ${ref.number} appears twice`)
    seen.add(ref.number)
  }
  const dict = view.resolve(node)
  if (!isDict(dict)) return
  const here = inherit(view, dict, above)
  const kids = view.resolve(dict.entries.get('Kids'))
  const children = isArray(kids) ? kids.items : []
  const subfields = children.filter((kid) => {
    const child = view.resolve(kid)
    return isDict(child) && child.entries.has('T')
  })
  if (subfields.length > 0) {
    for (const kid of children) walkField(view, kid, here, depth + 1, seen, out, orphan)
    return
  }
  const widgets = widgetsOf(view, ref, dict, children, seen)
  out.push({ ...here, ref, dict, widgets, orphan })
}

function inherit(view: PdfView, dict: PdfDict, above: Inherited): Inherited {
  const part = view.resolve(dict.entries.get('T'))
  const type = view.resolve(dict.entries.get('FT'))
  const own = isString(part) ? readText(part) : ''
  return {
    name: own === '' ? above.name : above.name === '' ? own : `${above.name}.${own}`,
    type: isName(type) ? type.value : above.type,
    value: dict.entries.get('V') ?? above.value,
  }
}

function widgetsOf(
  view: PdfView,
  ref: PdfRef | undefined,
  dict: PdfDict,
  children: readonly PdfValue[],
  seen: Set<number>,
): Field['widgets'] {
  const widgets: { ref: PdfRef | undefined; dict: PdfDict }[] = []
  if (isName(view.resolve(dict.entries.get('Subtype')), 'Widget')) widgets.push({ ref, dict })
  for (const kid of children) {
    const child = view.resolve(kid)
    if (isRef(kid)) seen.add(kid.number)
    if (isDict(child)) widgets.push({ ref: isRef(kid) ? kid : undefined, dict: child })
  }
  return widgets
}

/** A signature taken out of the form but still on its page must not become invisible to the check. */
function addOrphans(view: PdfView, seen: Set<number>, out: Field[], nothing: Inherited): void {
  for (const page of readPages(view)) {
    const annots = view.resolve(page.dict.entries.get('Annots'))
    if (!isArray(annots)) continue
    for (const annot of annots.items) {
      if (isRef(annot) && seen.has(annot.number)) continue
      const dict = view.resolve(annot)
      if (!isDict(dict) || !isName(view.resolve(dict.entries.get('FT')), 'Sig')) continue
      walkField(view, annot, nothing, 0, seen, out, true)
    }
  }
}
