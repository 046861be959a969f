import { newId, type Platform, type Tx } from '../platform/index.ts'
import type { MessageSender } from './message.ts'

const purpose = 'enrollment/trial-message'
const keptForMs = 86_400_000

/** A sender for trial installations: the message waits in the console, for a day. */
export function trialOutbox(
  platform: Pick<Platform, 'clock' | 'random' | 'sealer'>,
): MessageSender {
  return {
    isTrial: true,
    send: async (tx, message) => {
      await tx.execute('delete from trial_message where tenant_id = $1 and sent_at < $2', [
        message.tenantId,
        new Date(message.at.getTime() - keptForMs),
      ])
      await tx.execute(
        `insert into trial_message (tenant_id, message_id, centre_id, mobile_masked, text_sealed,
           sent_at)
         values ($1, $2, $3, $4, $5, $6)`,
        [
          message.tenantId,
          newId(platform),
          message.centreId,
          message.mobileMasked,
          platform.sealer.seal(purpose, new TextEncoder().encode(message.text)),
          message.at,
        ],
      )
    },
  }
}

/** The newest messages of the centres named, or of all. */
export async function listTrialMessages(
  platform: Pick<Platform, 'sealer'>,
  tx: Tx,
  tenantId: string,
  centreIds: readonly string[] | null,
) {
  const rows = await tx.query<{
    message_id: string
    mobile_masked: string
    text_sealed: Uint8Array
    sent_at: Date
  }>(
    `select message_id, mobile_masked, text_sealed, sent_at from trial_message
     where tenant_id = $1 and ($2::uuid[] is null or centre_id = any ($2))
     order by sent_at desc limit 50`,
    [tenantId, centreIds],
  )
  return rows.map((row) => ({
    messageId: row.message_id,
    mobileMasked: row.mobile_masked,
    text: new TextDecoder().decode(platform.sealer.open(purpose, row.text_sealed)),
    sentAt: row.sent_at.toISOString(),
  }))
}

/** Once a gateway sends the messages, nothing of the trial remains. */
export async function eraseTrialMessages(tx: Tx, tenantId: string): Promise<void> {
  await tx.execute('delete from trial_message where tenant_id = $1', [tenantId])
}
