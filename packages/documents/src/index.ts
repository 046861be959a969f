export { coveredBytes, type ByteRange, type OffsetRange } from './byte-range.ts'
export { DocumentError, type DocumentErrorCode } from './errors.ts'
export { readPdf, type PdfFile } from './pdf-file.ts'
export type { Rect } from './pages.ts'
export type { Revision, TrailingBytes } from './revisions.ts'
export {
  listSignatures,
  type BrokenReason,
  type BrokenSignature,
  type FieldLock,
  type IntactSignature,
  type PdfSignature,
} from './signatures.ts'
export { refuseIfUnsignable } from './unsignable.ts'
