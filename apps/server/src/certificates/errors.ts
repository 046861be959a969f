export type CertificatesErrorCode =
  | 'certificates.unknown'
  | 'certificates.none'
  | 'certificates.wrong-state'
  | 'platform.forbidden'

/** Why a certificate's state was not changed. */
export class CertificatesError extends Error {
  override readonly name = 'CertificatesError'
  readonly code: CertificatesErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: CertificatesErrorCode, details: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.details = details
  }
}
