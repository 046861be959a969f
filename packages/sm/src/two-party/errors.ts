export type TwoPartyErrorCode =
  /** A message or argument of wrong length, a scalar out of range, a point off the curve. */
  | 'two-party.invalid-message'
  /** The opened values are not the ones committed to before. */
  | 'two-party.commitment-mismatch'
  /** A proof of knowledge does not hold: a wrong PIN, a foreign key, another session, a forger. */
  | 'two-party.proof-invalid'
  /** This nonce has answered already, or was destroyed. The session is over. */
  | 'two-party.nonce-spent'
  /** A value that the algebra forbids (probability 2^-256 among honest parties). Begin again. */
  | 'two-party.degenerate'
  /** The answer was computed with another nonce than the committed one. The server lied. */
  | 'two-party.answer-invalid'
  /** The finished signature does not verify, and was not released. The server lied. */
  | 'two-party.signature-invalid'

/** A refusal of the two-party protocol; carries no share, nonce or answer. */
export class TwoPartyError extends Error {
  readonly code: TwoPartyErrorCode
  readonly details: Readonly<Record<string, number | string>>

  constructor(code: TwoPartyErrorCode, details: Readonly<Record<string, number | string>> = {}) {
    super(code)
    this.name = 'TwoPartyError'
    this.code = code
    this.details = details
  }
}
