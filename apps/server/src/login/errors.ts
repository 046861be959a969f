export type LoginErrorCode =
  | 'login.request-unknown'
  | 'login.qr-unknown'
  | 'login.qr-expired'
  | 'login.already-scanned'
  | 'login.not-a-member'
  | 'login.not-approved'
  | 'login.record-invalid'
  | 'login.record-used'
  | 'login.record-expired'
  | 'login.binding-unknown'
  | 'login.binding-taken'

/** A refusal on the way from QR code to verified login. */
export class LoginError extends Error {
  override readonly name = 'LoginError'
  readonly code: LoginErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: LoginErrorCode, details: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.details = details
  }
}
