/** Every refusal the platform itself can utter; the HTTP texts live in the API package's problem table. */
export type PlatformErrorCode =
  | 'platform.postgres-unavailable'
  | 'platform.postgres-in-use'
  | 'platform.postgres-not-ours'
  | 'platform.postgres-version'
  | 'platform.postgres-not-durable'
  | 'platform.migration-altered'
  | 'platform.migration-unknown'
  | 'platform.migration-pending'
  | 'platform.migration-name'
  | 'platform.transaction-aborted'
  | 'platform.unsafe-integer'
  | 'platform.sealed-unreadable'
  | 'platform.key-missing'
  | 'platform.key-exposed'
  | 'platform.keys-differ'
  | 'platform.blob-missing'
  | 'platform.blob-damaged'
  | 'platform.storage-unavailable'
  | 'platform.config-invalid'
  | 'platform.port-in-use'
  | 'platform.not-initialised'
  | 'platform.already-initialised'
  | 'platform.administrator-unknown'

export class PlatformError extends Error {
  override readonly name = 'PlatformError'
  readonly code: PlatformErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: PlatformErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }
}
