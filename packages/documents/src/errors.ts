export type DocumentErrorCode =
  | 'documents.pdf-not-a-pdf'
  | 'documents.pdf-malformed'
  | 'documents.pdf-encrypted'
  | 'documents.pdf-too-complex'
  | 'documents.pdf-broken-signature'
  | 'documents.pdf-altered-after-signing'
  | 'documents.pdf-dormant-objects'
  | 'documents.pdf-dynamic-form'
  | 'documents.pdf-locked'
  | 'documents.glyph-missing'
  | 'documents.reserve-too-small'
  | 'documents.not-prepared'
  | 'documents.page-not-found'
  | 'documents.field-not-usable'
  | 'documents.signature-not-found'

export interface DocumentErrorDetails {
  readonly offset?: number
  readonly reason?: string
  readonly cause?: unknown
}

/** A document that is refused: `code` says which rule, `offset` (bytes) and `reason` where. */
export class DocumentError extends Error {
  readonly code: DocumentErrorCode
  readonly details: DocumentErrorDetails
  readonly offset: number | undefined

  constructor(code: DocumentErrorCode, details: DocumentErrorDetails = {}) {
    const where = details.offset === undefined ? '' : ` at byte ${details.offset}`
    super(`${code}${details.reason === undefined ? '' : `: ${details.reason}`}${where}`, {
      cause: details.cause,
    })
    this.name = 'DocumentError'
    this.code = code
    this.details = details
    this.offset = details.offset
  }
}

export function malformed(reason: string, offset?: number): DocumentError {
  return new DocumentError('documents.pdf-malformed', {
    reason,
    ...(offset === undefined ? {} : { offset }),
  })
}

export function tooComplex(reason: string, offset?: number): DocumentError {
  return new DocumentError('documents.pdf-too-complex', {
    reason,
    ...(offset === undefined ? {} : { offset }),
  })
}
