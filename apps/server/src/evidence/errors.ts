export type EvidenceRoomErrorCode =
  | 'evidence.nothing-signed'
  /** The stored tree does not extend the last signed checkpoint; nothing more is signed until an audit. */
  | 'evidence.log-damaged'

export class EvidenceRoomError extends Error {
  override readonly name = 'EvidenceRoomError'
  readonly code: EvidenceRoomErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: EvidenceRoomErrorCode, details: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.details = details
  }
}
