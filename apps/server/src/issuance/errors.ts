export type IssuanceErrorCode = 'issuance.profile-mismatch' | 'issuance.unavailable'

/** Why nothing was issued. */
export class IssuanceError extends Error {
  override readonly name = 'IssuanceError'
  readonly code: IssuanceErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: IssuanceErrorCode, details: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.details = details
  }
}
