export type EnrollmentErrorCode =
  | 'enrollment.centre-unknown'
  | 'enrollment.id-number-invalid'
  | 'enrollment.unknown'
  | 'enrollment.wrong-state'
  | 'enrollment.code-wrong'
  | 'enrollment.code-expired'
  | 'enrollment.code-exhausted'
  | 'enrollment.resend-too-soon'
  | 'platform.forbidden'

/** A refusal on the way from stranger to certificate holder. */
export class EnrollmentError extends Error {
  override readonly name = 'EnrollmentError'
  readonly code: EnrollmentErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: EnrollmentErrorCode, details: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.details = details
  }
}
