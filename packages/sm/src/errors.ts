export type SmErrorCode =
  | 'sm.invalid-hex'
  | 'sm.invalid-length'
  | 'sm.invalid-point'
  | 'sm.invalid-private-key'
  | 'sm.invalid-signature-encoding'
  | 'sm.authentication-failed'
  | 'sm.random-source-failed'

/** A refusal of this package; `details` never carries key material, nonces or plaintext. */
export class SmError extends Error {
  readonly code: SmErrorCode
  readonly details: Readonly<Record<string, number | string>>

  constructor(code: SmErrorCode, details: Readonly<Record<string, number | string>> = {}) {
    super(code)
    this.name = 'SmError'
    this.code = code
    this.details = details
  }
}
