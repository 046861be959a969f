/** Why a certification path is refused; the rules are those of RFC 5280 §6.1. */
export type PathProblemCode =
  | 'path.no-issuer'
  | 'path.algorithm-unsupported'
  | 'path.algorithm-weak'
  | 'path.signature-invalid'
  | 'path.not-yet-valid'
  | 'path.expired'
  | 'path.not-a-ca'
  | 'path.length-exceeded'
  | 'path.key-usage'
  | 'path.unknown-critical-extension'
  | 'path.name-constraints'
  | 'path.policy'

export interface PathProblem {
  readonly code: PathProblemCode
  /** Position in the path, 0 is the leaf. */
  readonly index: number
  readonly serialNumberHex: string
}
