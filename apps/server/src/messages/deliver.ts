import { enqueueJob, newId, type Job, type JobHandler, type Platform } from '../platform/index.ts'
import type { Gateway } from './gateway.ts'
import { nextOf, type MessageSender } from './message.ts'
import { beginAttempt, finishMessage, insertMessage, noteFailure } from './store.ts'

const kind = 'text-message'

export type DeliveryDeps = Pick<Platform, 'db' | 'clock' | 'random' | 'sealer'> & {
  readonly gateway: Gateway
  /** Calls of the gateway before a message is given up. */
  readonly attempts: number
}

/** Leaves a message in the outbox with the job of sending it: it goes out exactly if the caller's commit stands. */
export function gatewaySender(deps: DeliveryDeps): MessageSender {
  return {
    isTrial: false,
    send: async (tx, message) => {
      const messageId = newId(deps)
      const { tenantId, at } = message
      await insertMessage(tx, deps.sealer, { ...message, messageId })
      await enqueueJob(tx, { tenantId, kind, subject: messageId }, at)
    },
  }
}

/** Sends what waits. */
export function deliveryJob(deps: DeliveryDeps): JobHandler {
  return { kind, run: (job) => deliver(deps, job) }
}

async function deliver(deps: DeliveryDeps, job: Job): Promise<void> {
  const { tenantId, subject: messageId } = job
  const name = { tenantId, messageId }
  // 1. The attempt is counted before the call: dying in it again and again must end as well.
  const begun = await deps.db.tx(name, (tx) => beginAttempt(tx, deps.sealer, name))
  if (!begun) return
  // 2. Call, unless the message is of no use any more. Death after this: the next run calls again with the same id.
  const expired = begun.expiresAt <= deps.clock.now() || begun.attempts > deps.attempts
  const outcome = expired
    ? ({ kind: 'refused', failure: 'expired' } as const)
    : await deps.gateway.send(begun.dispatch)
  // 3. Sent or given up, its words are erased; otherwise the job comes again, later each time.
  const at = deps.clock.now()
  const next = nextOf(outcome, begun, { attempts: deps.attempts, now: at })
  await deps.db.tx(name, (tx) =>
    next.state === 'waiting'
      ? noteFailure(tx, name, next.failure)
      : finishMessage(tx, name, { ...next, at }),
  )
  if (next.state === 'waiting') throw new NotSent(next.afterMs)
}

/** Puts the job back. */
class NotSent extends Error {
  override readonly name = 'NotSent'
  readonly code = 'messages.not-sent'
  readonly retryAfterMs: number | undefined

  constructor(retryAfterMs: number | undefined) {
    super('a text message was not sent')
    this.retryAfterMs = retryAfterMs
  }
}
