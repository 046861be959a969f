/** A phone as its signed requests name it. */
export interface Device {
  readonly tenantId: string
  readonly deviceId: string
  /** Absent until an enrolment has found whose phone it is. */
  readonly personId?: string
  /** P-256 SubjectPublicKeyInfo, DER. */
  readonly requestKey: Uint8Array
  readonly state: 'active' | 'retired'
}
