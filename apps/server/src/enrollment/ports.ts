import type { Platform, Tx } from '../platform/index.ts'

/**
 * Sends text messages to phones. An implementer keeps the text sealed until it is sent and erases it then; only a trial
 * shows it to anybody.
 */
interface TextMessageSender {
  /** In the transaction that depends on it: a message of a transaction that failed must not go out. */
  send(
    tx: Tx,
    message: {
      readonly tenantId: string
      readonly centreId: string
      readonly mobile: string
      readonly mobileMasked: string
      readonly text: string
      readonly parts: Readonly<Record<'code' | 'minutes', string>>
      readonly at: Date
      /** When it is of no use any more. */
      readonly expiresAt: Date
    },
  ): Promise<void>
}

/** The rooms behind: they decide only whether the request fits the profile. The same key again gives the same certificate. */
type IssueCertificate = (request: {
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
