import {
  extractOriginal,
  listSignatures,
  readPages,
  readPdf,
  signaturePlaces,
} from '@yunqian/documents'
import type { PdfFile, SignaturePlace } from '@yunqian/documents'
import { readBundle } from '@yunqian/evidence'
import { sniff } from './sniff.ts'

/** A state the document once had: the first `length` bytes of what it is now. */
export interface DocumentVersion {
  readonly kind: 'original' | 'signed'
  readonly length: number
  /** Of a signed state, the field whose signature covers exactly this. */
  readonly fieldName?: string
  /** Object numbers of its pages in order: a page keeps its number from one state to the next. */
  readonly pages: readonly number[]
}

/** A PDF to be looked at, with the states its signatures covered, oldest first. Says nothing about their truth. */
export interface ShownDocument {
  readonly bytes: Uint8Array
  readonly pages: readonly number[]
  readonly versions: readonly DocumentVersion[]
  readonly signaturePlaces: readonly SignaturePlace[]
}

/**
 * The document a file lets a reader see: the PDF itself, the one in an evidence bundle, or the content of a detached
 * signature. Undefined when there is none or it cannot be read; never throws for what is in the files.
 */
export function shownDocument(
  bytes: Uint8Array,
  detachedContent?: Uint8Array,
): ShownDocument | undefined {
  try {
    const document = documentIn(bytes, detachedContent)
    return document && describe(readPdf(document))
  } catch {
    return undefined
  }
}

function documentIn(bytes: Uint8Array, content: Uint8Array | undefined): Uint8Array | undefined {
  const { kind } = sniff(bytes)
  if (kind === 'pdf') return bytes
  if (kind === 'bundle') {
    const { files } = readBundle(bytes)
    const roles = ['signed-document', 'original-document'] as const
    const [found] = roles.flatMap((role) => files.filter((file) => file.role === role))
    return found && sniff(found.bytes).kind === 'pdf' ? found.bytes : undefined
  }
  return content && sniff(content).kind === 'pdf' ? content : undefined
}

function describe(pdf: PdfFile): ShownDocument {
  return {
    bytes: pdf.bytes,
    pages: readPages(pdf.latest).map((page) => page.ref.number),
    versions: [...originalOf(pdf), ...signedStates(pdf)],
    signaturePlaces: signaturePlaces(pdf.latest),
  }
}

function originalOf(pdf: PdfFile): DocumentVersion[] {
  try {
    const { original } = extractOriginal(pdf.bytes)
    const pages = readPages(readPdf(original).latest).map((page) => page.ref.number)
    return [{ kind: 'original', length: original.length, pages }]
  } catch {
    return []
  }
}

// Cut behind the end mark and not where the signature ends: readers want a whole file.
function signedStates(pdf: PdfFile): DocumentVersion[] {
  return listSignatures(pdf).flatMap((signature) => {
    if (signature.kind !== 'signature') return []
    const { fieldName, revisionIndex } = signature
    const length = pdf.revisions[revisionIndex]?.endOffset ?? signature.coveredLength
    const pages = readPages(pdf.view(revisionIndex)).map((page) => page.ref.number)
    return [{ kind: 'signed' as const, length, fieldName, pages }]
  })
}
