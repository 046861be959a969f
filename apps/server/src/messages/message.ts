import type { Tx } from '../platform/index.ts'

/** A text message as another room asks for it. */
export interface NewMessage {
  readonly tenantId: string
  readonly centreId: string
  readonly mobile: string
  readonly mobileMasked: string
  readonly text: string
  /** Parts of the text, for gateways that hold the text themselves as a template. */
  readonly parts: Readonly<Record<'code' | 'minutes', string>>
  readonly at: Date
  /** When it is of no use any more. */
  readonly expiresAt: Date
}

/** Sends text messages: a trial outbox or a gateway. */
export interface MessageSender {
  /** True where messages are shown in the console instead of being sent. */
  readonly isTrial: boolean
  /** In the transaction that depends on it: the message of a transaction that failed does not go out. */
  send(tx: Tx, message: NewMessage): Promise<void>
}

export type MessageFailure =
  | 'unreachable'
  | 'timed-out'
  | 'rate-limited'
  | 'refused'
  | 'gateway-error'
  | 'not-accepted'
  | 'expired'

/** What one call of the gateway came to. */
export type Outcome =
  | { readonly kind: 'sent' }
  /** Asking again would change nothing. */
  | { readonly kind: 'refused'; readonly failure: MessageFailure }
  | { readonly kind: 'not-now'; readonly failure: MessageFailure; readonly afterMs?: number }

/** What becomes of a message: sent, given up, or tried again. */
export type Next =
  | { readonly state: 'sent' }
  | { readonly state: 'failed'; readonly failure: MessageFailure }
  | { readonly state: 'waiting'; readonly failure: MessageFailure; readonly afterMs?: number }

/** Decides by the outcome of a call, by how often it was tried, and by the time the message is still of use. */
export function nextOf(
  outcome: Outcome,
  message: { readonly attempts: number; readonly expiresAt: Date },
  limits: { readonly attempts: number; readonly now: Date },
): Next {
  if (outcome.kind === 'sent') return { state: 'sent' }
  const { failure } = outcome
  if (outcome.kind === 'refused') return { state: 'failed', failure }
  const again = limits.now.getTime() + (outcome.afterMs ?? 0)
  if (message.attempts >= limits.attempts || again >= message.expiresAt.getTime())
    return { state: 'failed', failure }
  return { state: 'waiting', failure, ...(outcome.afterMs ? { afterMs: outcome.afterMs } : {}) }
}
