import type { Platform, Tx } from '../platform/index.ts'

/** Sends text messages to phones. An implementer must not keep the text anywhere it can be read back. */
export interface TextMessageSender {
  /** True where messages are shown in the console instead of being sent. */
  readonly isTrial: boolean
  /** In the transaction that depends on it: a message of a transaction that failed must not go out. */
  send(
    tx: Tx,
    message: {
      readonly tenantId: string
      readonly centreId: string
      readonly mobile: string
      readonly mobileMasked: string
      readonly text: string
      readonly at: Date
    },
  ): Promise<void>
}

/** The rooms behind: they decide only whether the request fits the profile. The same key again gives the same certificate. */
export type IssueCertificate = (request: {
  readonly tenantId: string
  readonly personId: string
  readonly enrollmentId: string
  readonly keyId: string
  readonly csr: Uint8Array
  /** DER of the Name this room decided on. */
  readonly subject: Uint8Array
}) => Promise<{ readonly certificateId: string }>

export interface EnrollmentDeps extends Platform {
  readonly messages: TextMessageSender
  readonly issueCertificate: IssueCertificate
}
