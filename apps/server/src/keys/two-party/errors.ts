export type TwoPartyKeyErrorCode =
  | 'keys.session-lost'
  | 'keys.proof-invalid'
  | 'keys.pin-wrong'
  | 'keys.pin-exhausted'
  | 'keys.suspended'
  | 'keys.too-many-sessions'

/** A refusal about somebody's two-party key; carries no share, point or PIN. */
export class TwoPartyKeyError extends Error {
  override readonly name = 'TwoPartyKeyError'
  readonly code: TwoPartyKeyErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: TwoPartyKeyErrorCode, details: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.details = details
  }
}
