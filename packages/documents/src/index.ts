export { coveredBytes, type ByteRange, type OffsetRange } from './byte-range.ts'
export type { Change, ChangeKind } from './changes/change.ts'
export { pagesOfChanges } from './changes/change-pages.ts'
export { changesAfter } from './changes/changes-after.ts'
export { readDss, vriKey, type SecurityStore } from './dss.ts'
export { DocumentError, type DocumentErrorCode } from './errors.ts'
export {
  inspectPrepared,
  type PreparedFinding,
  type PreparedInspection,
} from './inspect-prepared.ts'
export {
  compareWithOriginal,
  extractOriginal,
  isEarlierRevision,
  type Difference,
  type ExtractedOriginal,
  type OriginalComparison,
} from './original.ts'
export { readPdf, type PdfFile } from './pdf-file.ts'
export { readPages, type Rect } from './pages.ts'
export type { Revision, TrailingBytes } from './revisions.ts'
export { signaturePlaces, type SignaturePlace } from './signature-places.ts'
export {
  listSignatures,
  type BrokenReason,
  type BrokenSignature,
  type IntactSignature,
  type PdfSignature,
} from './signatures.ts'
export { findSignatureTraces, type SignatureTrace } from './signature-traces.ts'
export { unsignedTailFindings, type TailFinding } from './unsigned-tail.ts'
export { refuseIfUnsignable } from './unsignable.ts'
export type { FieldLock } from './signature-dictionary.ts'
