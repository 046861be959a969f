import { dormantContent } from './accounting.ts'
import { changesAfter } from './changes/changes-after.ts'
import { DocumentError, malformed } from './errors.ts'
import type { PdfFile } from './pdf-file.ts'
import { listSignatures } from './signatures.ts'
import { isDict } from './values.ts'

/**
 * Refuses a document that must not get a (further) signature. Throws DocumentError `pdf-malformed` (data behind the
 * end), `pdf-dynamic-form` (XFA), `pdf-broken-signature`, `pdf-locked` (DocMDP 1), `pdf-altered-after-signing` or
 * `pdf-dormant-objects`.
 */
export function refuseIfUnsignable(pdf: PdfFile): void {
  if (pdf.trailing) throw pdf.trailing.problem ?? malformed('data after %%EOF', pdf.trailing.start)
  const { latest } = pdf
  const form = latest.resolve(latest.catalog.entries.get('AcroForm'))
  if (isDict(form) && latest.resolve(form.entries.get('XFA')) !== null)
    throw new DocumentError('documents.pdf-dynamic-form')
  for (const signature of listSignatures(pdf)) {
    if (signature.kind === 'broken')
      throw new DocumentError('documents.pdf-broken-signature', { reason: signature.reason })
    if (signature.docMdp === 1) throw new DocumentError('documents.pdf-locked')
    const forbidden = changesAfter(pdf, signature).find((change) => !change.allowed)
    if (forbidden)
      throw new DocumentError('documents.pdf-altered-after-signing', { reason: forbidden.kind })
  }
  const dormant = dormantContent(pdf)
  if (dormant.length > 0)
    throw new DocumentError('documents.pdf-dormant-objects', {
      reason: dormant.slice(0, 3).join(', '),
    })
}
