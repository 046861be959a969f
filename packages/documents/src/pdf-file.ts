import { DocumentError, malformed } from './errors.ts'
import { startsWith } from './lexer.ts'
import { readRevisions, type Revision, type TrailingBytes } from './revisions.ts'
import { isDict } from './values.ts'
import { createView, type ObjectCache, type PdfView } from './view.ts'

/** A PDF as read: the bytes themselves, its revisions oldest first, and any revision's view of the objects. */
export interface PdfFile {
  readonly bytes: Uint8Array
  readonly revisions: readonly Revision[]
  readonly trailing: TrailingBytes | undefined
  /** The document as the last revision shows it. */
  readonly latest: PdfView
  /** The document as revision `index` showed it. */
  view(index: number): PdfView
}

/**
 * Reads a PDF strictly (ISO 32000-2 §7.5); objects are parsed when asked for. Throws DocumentError
 * `pdf-not-a-pdf`, `pdf-malformed`, `pdf-encrypted` or `pdf-too-complex`, with the byte offset where known.
 */
export function readPdf(bytes: Uint8Array): PdfFile {
  if (!startsWith(bytes, 0, '%PDF-')) throw new DocumentError('documents.pdf-not-a-pdf')
  const cache: ObjectCache = { objects: new Map(), containers: new Map() }
  const { revisions, trailing } = readRevisions(bytes, (candidate) => {
    const view = createView(bytes, candidate, candidate.length - 1, cache)
    if (!isDict(view.resolve(view.catalog.entries.get('Pages')))) throw malformed('no /Pages')
  })
  const views = new Map<number, PdfView>()
  const view = (index: number): PdfView => {
    const known = views.get(index)
    if (known) return known
    if (revisions[index] === undefined) throw new RangeError(`no revision ${index}`)
    const created = createView(bytes, revisions, index, cache)
    views.set(index, created)
    return created
  }
  return {
    bytes,
    revisions,
    trailing,
    view,
    get latest() {
      return view(revisions.length - 1)
    },
  }
}
