export type SigningErrorCode =
  | 'certificates.none'
  | 'documents.unknown'
  | 'documents.empty'
  | 'documents.not-a-pdf'
  | 'documents.page-unknown'
  | 'issuance.unavailable'
  | 'login.binding-unknown'
  | 'platform.overloaded'
  | 'platform.request-invalid'
  | 'signing.task-unknown'
  | 'signing.task-closed'
  | 'signing.not-the-signer'
  | 'signing.signer-unknown'
  | 'signing.certificate-not-valid'
  | 'signing.digest-mismatch'
  | 'signing.head-moved'
  | 'signing.document-busy'
  | 'signing.session-unknown'
  | 'signing.session-lost'
  | 'signing.join-differs'
  | 'signing.signature-invalid'
  | 'signing.wrong-state'
  | 'signing.not-finished'

/** A refusal on the way from document to signature. */
export class SigningError extends Error {
  override readonly name = 'SigningError'
  readonly code: SigningErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: SigningErrorCode, details: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.details = details
  }
}
