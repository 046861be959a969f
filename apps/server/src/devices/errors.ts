export type DeviceErrorCode =
  | 'phone.request-unsigned'
  | 'phone.signature-invalid'
  | 'phone.clock-skew'
  | 'phone.request-replayed'
  | 'phone.device-unknown'
  | 'phone.device-retired'

/** Why a phone's request was not let in. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError'
  readonly code: DeviceErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: DeviceErrorCode, details: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.details = details
  }
}
