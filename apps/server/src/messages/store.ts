import type { consoleEndpoints, QueryOf, ReplyOf } from '@yunqian/api'
import type { Sealer, Tx } from '../platform/index.ts'
import type { Dispatch } from './gateway.ts'
import type { MessageFailure, NewMessage } from './message.ts'

type Listed = ReplyOf<typeof consoleEndpoints.listMessages>['messages'][number]

type Name = { readonly tenantId: string; readonly messageId: string }

const purpose = (messageId: string): string => `messages/content/${messageId}`

export async function insertMessage(
  tx: Tx,
  sealer: Sealer,
  message: NewMessage & Name,
): Promise<void> {
  const { mobile, text, parts } = message
  const content = new TextEncoder().encode(JSON.stringify({ mobile, text, parts }))
  await tx.execute(
    `insert into text_message (tenant_id, message_id, centre_id, mobile_masked, state, content_sealed, created_at,
       expires_at)
     values ($1, $2, $3, $4, 'waiting', $5, $6, $7)`,
    [
      message.tenantId,
      message.messageId,
      message.centreId,
      message.mobileMasked,
      sealer.seal(purpose(message.messageId), content),
      message.at,
      message.expiresAt,
    ],
  )
}

/** Counts one more call of the gateway and gives what to send; undefined when there is nothing to send any more. */
export async function beginAttempt(
  tx: Tx,
  sealer: Sealer,
  name: Name,
): Promise<{ dispatch: Dispatch; attempts: number; expiresAt: Date } | undefined> {
  const row = await tx.queryOne<{
    attempts: number
    expires_at: Date
    content_sealed: Uint8Array
  }>(
    `update text_message set attempts = attempts + 1
     where tenant_id = $1 and message_id = $2 and state = 'waiting'
     returning attempts, expires_at, content_sealed`,
    [name.tenantId, name.messageId],
  )
  if (!row) return undefined
  const content = sealer.open(purpose(name.messageId), row.content_sealed)
  const parsed = JSON.parse(new TextDecoder().decode(content)) as Omit<Dispatch, 'messageId'>
  const dispatch = { messageId: name.messageId, ...parsed }
  return { dispatch, attempts: row.attempts, expiresAt: row.expires_at }
}

/** Sent or given up: what it said is erased. */
export async function finishMessage(
  tx: Tx,
  name: Name,
  result: {
    readonly state: 'sent' | 'failed'
    readonly failure?: MessageFailure
    readonly at: Date
  },
): Promise<void> {
  await tx.execute(
    `update text_message set state = $3, failure = $4, finished_at = $5, content_sealed = null
     where tenant_id = $1 and message_id = $2 and state = 'waiting'`,
    [name.tenantId, name.messageId, result.state, result.failure ?? null, result.at],
  )
}

export async function noteFailure(tx: Tx, name: Name, failure: MessageFailure): Promise<void> {
  await tx.execute(
    `update text_message set failure = $3
     where tenant_id = $1 and message_id = $2 and state = 'waiting'`,
    [name.tenantId, name.messageId, failure],
  )
}

/** Gives up what is of no use any more, whoever was to send it, and forgets what is long finished. */
export async function tidyMessages(
  tx: Tx,
  tenantId: string,
  { now, keepSince }: { readonly now: Date; readonly keepSince: Date },
): Promise<void> {
  await tx.execute(
    `update text_message set state = 'failed', failure = coalesce(failure, 'expired'), finished_at = $2,
       content_sealed = null
     where tenant_id = $1 and state = 'waiting' and expires_at <= $2`,
    [tenantId, now],
  )
  await tx.execute(
    `delete from text_message where tenant_id = $1 and state <> 'waiting' and created_at < $2`,
    [tenantId, keepSince],
  )
}

interface Row {
  message_id: string
  centre_name: string
  mobile_masked: string
  state: Listed['state']
  attempts: number
  failure: MessageFailure | null
  created_at: Date
  finished_at: Date | null
}

/** Messages of the centres named, or of all where null, newest first, and never what they say. */
export async function listMessages(
  tx: Tx,
  tenantId: string,
  centreIds: readonly string[] | null,
  query: QueryOf<typeof consoleEndpoints.listMessages>,
): Promise<Listed[]> {
  const rows = await tx.query<Row>(
    `select m.message_id, c.name as centre_name, m.mobile_masked, m.state, m.attempts, m.failure, m.created_at,
       m.finished_at
     from text_message m join centre c using (tenant_id, centre_id)
     where m.tenant_id = $1 and ($2::uuid[] is null or m.centre_id = any ($2))
       and ($3::text is null or m.state = $3) and ($4::timestamptz is null or m.created_at < $4)
     order by m.created_at desc limit $5`,
    [tenantId, centreIds, query.state ?? null, query.before ?? null, query.limit ?? 100],
  )
  return rows.map((row) => ({
    messageId: row.message_id,
    centreName: row.centre_name,
    mobileMasked: row.mobile_masked,
    state: row.state,
    attempts: row.attempts,
    createdAt: row.created_at.toISOString(),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at.toISOString() }),
    ...(row.failure === null || row.state === 'sent' ? {} : { failure: row.failure }),
  }))
}
