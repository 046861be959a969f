export type OprfErrorCode =
  /** A group element of wrong length or form, off the curve. */
  | 'oprf.invalid-element'
  /** A secret or blind of wrong length or out of range, a seed not of 32 bytes. */
  | 'oprf.invalid-scalar'
  /** An input of more than 65535 bytes. */
  | 'oprf.invalid-input'
  /** The server did not evaluate with the key it is known by. Not the user's PIN: the server. */
  | 'oprf.proof-invalid'

/** A refusal of the oblivious function; carries neither input nor blind nor output. */
export class OprfError extends Error {
  readonly code: OprfErrorCode
  readonly details: Readonly<Record<string, number | string>>

  constructor(code: OprfErrorCode, details: Readonly<Record<string, number | string>> = {}) {
    super(code)
    this.name = 'OprfError'
    this.code = code
    this.details = details
  }
}
