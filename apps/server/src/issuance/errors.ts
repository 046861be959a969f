const codes = [
  'issuance.profile-mismatch',
  'issuance.unavailable',
  'issuance.key-reused',
  'issuance.list-refused',
  'issuance.peer-forbidden',
  'issuance.too-many',
] as const
export type IssuanceErrorCode = (typeof codes)[number]

/** Whether another process's refusal is one of ours. */
export const isIssuanceCode = (code: unknown): code is IssuanceErrorCode =>
  (codes as readonly unknown[]).includes(code)

/** Why nothing was issued or signed. */
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
