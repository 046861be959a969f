import type { Tx } from '../platform/index.ts'

/**
 * The signing room's part of stopping a certificate, in the same transaction and with its key locked: nothing signed under
 * it is completed afterwards. Answers the moment it stops, not before the one asked for nor anything completed under it.
 */
export type StopSignatures = (
  tx: Tx,
  stopped: {
    readonly tenantId: string
    readonly certificateId: string
    readonly keyId: string
    readonly at: Date
  },
) => Promise<Date>
