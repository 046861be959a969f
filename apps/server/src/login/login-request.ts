import type { LoginState } from '@yunqian/api'

/** How long a QR code may be scanned. */
export const qrValidMs = 120_000
/** How long after the scan a login may be approved and its record verified. */
export const approvalValidMs = 300_000

/** One login at one workstation, from QR code to verified record. */
export interface LoginRequest {
  readonly tenantId: string
  readonly loginRequestId: string
  readonly applicationId: string
  readonly centreId: string
  readonly workstation: string
  readonly state: LoginState
  readonly qrToken: Uint8Array
  /** Two digits that screen and phone both show. */
  readonly matchCode: string
  readonly challenge: Uint8Array
  readonly requestedAt: Date
  /** Of the QR code until it is scanned, of the approval afterwards. */
  readonly expiresAt: Date
  readonly personId?: string
  readonly taskId?: string
  readonly scannedAt?: Date
  readonly approvedAt?: Date
  readonly certificateId?: string
  readonly recordCms?: Uint8Array
  readonly verifiedAt?: Date
  /** The intent of the request that used the record up. */
  readonly verifiedBy?: string
  readonly reason?: string
}

/** What a person signs to log in: who, where, for which program, at which moment, answering which challenge. */
export interface LoginRecord {
  readonly v: 1
  readonly type: 'login'
  readonly loginRequestId: string
  readonly application: { readonly id: string; readonly name: string }
  readonly centre: { readonly id: string; readonly name: string }
  readonly workstation: string
  readonly person: { readonly id: string; readonly name: string }
  readonly certificateSerialHex: string
  readonly matchCode: string
  readonly requestedAt: string
  readonly scannedAt: string
  /** 32 random bytes, base64url. */
  readonly challenge: string
  readonly expiresAt: string
}

/** The state as everyone should see it: overdue is expired before anybody writes it down. */
export function stateAt(request: Pick<LoginRequest, 'state' | 'expiresAt'>, now: Date): LoginState {
  const open = request.state === 'waiting' || request.state === 'scanned'
  return open && request.expiresAt <= now ? 'expired' : request.state
}
