export type VerificationRoomErrorCode = 'platform.overloaded'

export class VerificationRoomError extends Error {
  override readonly name = 'VerificationRoomError'
  readonly code: VerificationRoomErrorCode

  constructor(code: VerificationRoomErrorCode) {
    super(code)
    this.code = code
  }
}
