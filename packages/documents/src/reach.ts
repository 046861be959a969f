import { readPages } from './pages.ts'
import type { PdfValue } from './values.ts'
import { isRef } from './values.ts'
import type { PdfView } from './view.ts'

/** Adds to `seen` every object number reachable from the value; keys in `skip` are not followed. */
export function reach(
  view: PdfView,
  from: PdfValue | undefined,
  seen: Set<number>,
  skip: ReadonlySet<string> = new Set(),
): Set<number> {
  const open: PdfValue[] = [from ?? null]
  while (open.length > 0) {
    let value = open.pop() as PdfValue
    if (isRef(value)) {
      if (seen.has(value.number)) continue
      seen.add(value.number)
      value = view.resolve(value)
    }
    if (typeof value !== 'object' || value === null) continue
    if (value.kind === 'array') for (const item of value.items) open.push(item)
    const dict = value.kind === 'stream' ? value.dict : value
    if (dict.kind === 'dict')
      for (const [key, item] of dict.entries) if (!skip.has(key)) open.push(item)
  }
  return seen
}

/** What draws the pages: contents and resources, with all they use; annotations are not part of it. */
export function pageContentObjects(view: PdfView): Set<number> {
  const seen = new Set<number>()
  const upwards = new Set(['Parent', 'P', 'StructParent'])
  for (const page of readPages(view)) {
    reach(view, page.dict.entries.get('Contents'), seen, upwards)
    reach(view, page.inherited.get('Resources'), seen, upwards)
  }
  return seen
}

export function pageTreeObjects(view: PdfView): Set<number> {
  const seen = new Set<number>()
  for (const page of readPages(view)) {
    seen.add(page.ref.number)
    for (const node of page.nodes) seen.add(node.number)
  }
  return seen
}

/** Annotations with their appearances, and the lists that hold them. */
export function annotationObjects(view: PdfView): Set<number> {
  const seen = new Set<number>()
  const upwards = new Set(['Parent', 'P', 'V', 'Dest', 'A', 'AA'])
  for (const page of readPages(view)) reach(view, page.dict.entries.get('Annots'), seen, upwards)
  return seen
}

/** Everything the catalogue leads to, but for properties, extensions, validation material and the form's default resources. */
export function shownObjects(view: PdfView): Set<number> {
  return reach(view, view.catalog, new Set(), new Set(['Metadata', 'DSS', 'DR', 'Extensions']))
}
