export { appendDss, type ValidationMaterial } from './dss.ts'
export type { SignatureAppearance } from './appearance.ts'
export { insertSignature } from './insert.ts'
export {
  fontOutliner,
  outlineText,
  type OutlinedText,
  type OutlineFont,
  type PathCommand,
  type TextOutliner,
} from './outline.ts'
export { prepareSignature, type PreparedSignature, type SignatureRequest } from './prepare.ts'
export { defaultSignatureRect, signatureSize } from './rect.ts'
export type { Handwriting, StrokePoint } from './strokes.ts'
