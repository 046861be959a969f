/** Why bytes were refused; the offset counts from the first byte handed to the reader. */
export type DerErrorCode =
  | 'pki.der-truncated'
  | 'pki.der-trailing-data'
  | 'pki.der-indefinite-length'
  | 'pki.der-non-minimal-length'
  | 'pki.der-high-tag-number'
  | 'pki.der-too-deep'
  | 'pki.der-too-large'
  | 'pki.der-unexpected-tag'
  | 'pki.der-missing-field'
  | 'pki.der-extra-field'
  | 'pki.der-invalid-value'
  | 'pki.der-unsupported-version'
  | 'pki.pem-malformed'

/** The only error the parsers of this package throw, whatever bytes they are given. */
export class DerError extends Error {
  readonly code: DerErrorCode
  readonly offset: number

  constructor(code: DerErrorCode, offset: number, message?: string) {
    super(message ? `${code} at byte ${offset}: ${message}` : `${code} at byte ${offset}`)
    this.name = 'DerError'
    this.code = code
    this.offset = offset
  }
}

/** Why an object was not made. */
export type PkiErrorCode =
  | 'pki.algorithm-unsupported'
  | 'pki.key-invalid'
  | 'pki.name-invalid'
  | 'pki.value-out-of-range'
  | 'pki.profile-mismatch'
  | 'pki.not-prepared'
  | 'pki.already-issued'
  | 'pki.issuer-key-mismatch'
  | 'pki.signature-invalid'

/** Refusal of the writing face; `details` never holds key material. */
export class PkiError extends Error {
  readonly code: PkiErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: PkiErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${code}: ${message}`)
    this.name = 'PkiError'
    this.code = code
    this.details = details
  }
}
