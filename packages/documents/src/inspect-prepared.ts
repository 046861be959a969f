import { dormantContent } from './accounting.ts'
import { changesAfter, changesOfRevision } from './changes/changes-after.ts'
import { DocumentError } from './errors.ts'
import type { ByteRange, OffsetRange } from './byte-range.ts'
import { incrementStart } from './original.ts'
import { readPages } from './pages.ts'
import { type PdfFile, readPdf } from './pdf-file.ts'
import { type IntactSignature, listSignatures } from './signatures.ts'

export interface PreparedInspection {
  readonly byteRange: ByteRange
  readonly contentsRange: OffsetRange
  readonly signatureFieldName: string
  /** The first so many bytes are the document as it was before this signature. */
  readonly baseLength: number
  readonly pageCount: number
  /** What the signer claims: /Name, /Reason, /M. */
  readonly name: string | undefined
  readonly reason: string | undefined
  readonly declaredTime: Date | undefined
  /** Codes; empty when the increment adds one signature with its appearance and nothing else. */
  readonly findings: readonly PreparedFinding[]
}

export type PreparedFinding =
  | 'contents-not-empty'
  | 'not-the-last-revision'
  | 'base-missing'
  | 'dormant-content'
  | 'other-changes'
  | 'earlier-signature-broken'
  | 'earlier-signature-altered'

/**
 * What a signer's own device checks in the very bytes it is about to sign, without trusting whoever prepared them.
 * Throws what `readPdf` throws, and `documents.not-prepared` when no signature covers the whole file.
 */
export function inspectPrepared(bytes: Uint8Array): PreparedInspection {
  const pdf = readPdf(bytes)
  const all = listSignatures(pdf)
  const own = all.find((s): s is IntactSignature => s.kind !== 'broken' && s.coversWholeFile)
  if (own === undefined) throw new DocumentError('documents.not-prepared')
  const findings = new Set<PreparedFinding>()
  if (own.paddedContents.some((byte) => byte !== 0)) findings.add('contents-not-empty')
  if (own.coveredLength !== bytes.length) findings.add('not-the-last-revision')
  if (own.revisionIndex === 0) findings.add('base-missing')
  else if (!onlyAddsSignature(pdf, own)) findings.add('other-changes')
  if (dormantContent(pdf).length > 0) findings.add('dormant-content')
  for (const other of all) {
    if (other.kind === 'broken') findings.add('earlier-signature-broken')
    else if (other !== own && changesAfter(pdf, other).some((change) => !change.allowed))
      findings.add('earlier-signature-altered')
  }
  return {
    byteRange: own.byteRange,
    contentsRange: own.contentsRange,
    signatureFieldName: own.fieldName,
    baseLength: incrementStart(pdf, own.revisionIndex),
    pageCount: readPages(pdf.latest).length,
    name: own.name,
    reason: own.reason,
    declaredTime: own.declaredTime,
    findings: [...findings],
  }
}

function onlyAddsSignature(pdf: PdfFile, own: IntactSignature): boolean {
  const changes = changesOfRevision(pdf, own.revisionIndex, listSignatures(pdf))
  const [only] = changes
  return changes.length === 1 && only?.kind === 'signature-added' && only.allowed
}
