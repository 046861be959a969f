import { consoleEndpoints } from '@yunqian/api'
import { centresDecided, centresSeen, type Platform, type Room } from '../platform/index.ts'
import { deliveryJob, gatewaySender } from './deliver.ts'
import { openGateway } from './gateway.ts'
import type { MessageSender } from './message.ts'
import { listMessages, tidyMessages } from './store.ts'
import { eraseTrialMessages, listTrialMessages, trialOutbox } from './trial-outbox.ts'

const keptForMs = 90 * 86_400_000

/**
 * Text messages: through the gateway of the configuration, or, without one, into the trial outbox that shows them in the
 * console. With a gateway nobody is shown a message's text.
 */
export function openMessages(
  platform: Platform,
  fetch: typeof globalThis.fetch,
): { readonly sender: MessageSender; readonly room: Room } {
  const { config, clock } = platform
  const settings = config.messageGateway
  if (!settings) {
    platform.log.warn(
      {},
      'no message gateway: one-time codes wait in the trial outbox, for trials only',
    )
    const sender = trialOutbox(platform)
    return { sender, room: roomOf(platform, sender, []) }
  }
  const gateway = openGateway(settings, { clock, fetch })
  const deps = { ...platform, gateway, attempts: settings.attempts }
  const sender = gatewaySender(deps)
  return { sender, room: roomOf(platform, sender, [deliveryJob(deps)]) }
}

function roomOf(platform: Platform, { isTrial }: MessageSender, jobs: Room['jobs']): Room {
  const { db } = platform
  return {
    name: 'messages',
    jobs: jobs ?? [],
    routes: (app) => {
      app.route(consoleEndpoints.listMessages, ({ staff, query }) =>
        db.tx(staff, async (tx) => ({
          delivery: isTrial ? ('trial' as const) : ('gateway' as const),
          messages: await listMessages(tx, staff.tenantId, centresSeen(staff), query),
        })),
      )
      app.route(consoleEndpoints.listOutbox, ({ staff }) =>
        db.tx(staff, async (tx) => ({
          enabled: isTrial,
          messages: isTrial
            ? await listTrialMessages(platform, tx, staff.tenantId, centresDecided(staff))
            : [],
        })),
      )
    },
    periodic: [
      {
        name: 'text-messages',
        everyMs: 60_000,
        run: () => tidy(platform, isTrial),
      },
    ],
  }
}

async function tidy({ db, clock }: Platform, isTrial: boolean): Promise<void> {
  const now = clock.now()
  const keepSince = new Date(now.getTime() - keptForMs)
  const tenants = await db.tx('no-tenant', (tx) =>
    tx.query<{ tenant_id: string }>('select tenant_id from list_tenants()'),
  )
  for (const { tenant_id: tenantId } of tenants)
    await db.tx({ tenantId }, async (tx) => {
      await tidyMessages(tx, tenantId, { now, keepSince })
      // Codes of the trial before do not outlive it.
      if (!isTrial) await eraseTrialMessages(tx, tenantId)
    })
}
