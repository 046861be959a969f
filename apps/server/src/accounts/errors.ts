export type AccountsErrorCode =
  | 'accounts.invitation-unknown'
  | 'accounts.reset-unknown'
  | 'accounts.login-taken'
  | 'accounts.password-weak'
  | 'accounts.sign-in-failed'
  | 'accounts.sign-in-throttled'
  | 'accounts.passkey-invalid'
  | 'accounts.centre-code-taken'
  | 'accounts.centre-unknown'
  | 'accounts.centre-closed'
  | 'accounts.id-number-invalid'
  | 'accounts.person-exists'
  | 'accounts.staff-unknown'
  | 'accounts.last-administrator'
  | 'accounts.role-needs-district'
  | 'accounts.person-unknown'
  | 'accounts.person-needs-district'
  | 'accounts.membership-unknown'
  | 'accounts.name-differs'
  | 'accounts.mobile-differs'
  | 'accounts.application-unknown'
  | 'platform.unauthenticated'
  | 'platform.forbidden'

/** Why accounts refused; details never carry what a person typed. */
export class AccountsError extends Error {
  override readonly name = 'AccountsError'
  readonly code: AccountsErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: AccountsErrorCode, details: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.details = details
  }
}
