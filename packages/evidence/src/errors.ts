/** Everything that can be wrong with evidence as it is read or written. */
export type EvidenceErrorCode =
  | 'evidence.json-not-utf8'
  | 'evidence.json-malformed'
  | 'evidence.json-too-deep'
  | 'evidence.json-not-representable'
  | 'evidence.json-not-canonical'
  | 'evidence.event-malformed'
  | 'evidence.tree-range'
  | 'evidence.checkpoint-malformed'
  | 'evidence.zip-malformed'
  | 'evidence.zip-not-canonical'
  | 'evidence.zip-too-many-entries'
  | 'evidence.zip-bad-name'
  | 'evidence.zip-duplicate-name'
  | 'evidence.manifest-missing'
  | 'evidence.manifest-malformed'
  | 'evidence.log-malformed'

/** Thrown by every reader and writer of this package; `details` says where, never what the secret was. */
export class EvidenceError extends Error {
  readonly code: EvidenceErrorCode
  readonly details: Readonly<Record<string, string | number>>

  constructor(code: EvidenceErrorCode, details: Readonly<Record<string, string | number>> = {}) {
    super(code)
    this.name = 'EvidenceError'
    this.code = code
    this.details = details
  }
}
