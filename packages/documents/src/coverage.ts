import { isWhiteSpace } from './lexer.ts'
import type { PdfFile } from './pdf-file.ts'

/** The revision that ends where the covered bytes end, give or take white space behind its end mark. */
export function revisionCoveredBy(pdf: PdfFile, coveredLength: number): number | undefined {
  const revision = pdf.revisions.find(
    (candidate, i) =>
      coveredLength >= candidate.markEnd &&
      coveredLength <= (pdf.revisions[i + 1]?.xrefOffset ?? pdf.bytes.length) &&
      onlyWhiteSpace(pdf.bytes, candidate.markEnd, coveredLength),
  )
  return revision?.index
}

function onlyWhiteSpace(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!isWhiteSpace(bytes[at])) return false
  return true
}
