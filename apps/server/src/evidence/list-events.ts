import type { consoleEndpoints, QueryOf, ReplyOf } from '@yunqian/api'
import { toHex } from '@yunqian/sm'
import type { Tx } from '../platform/index.ts'
import { eventsBefore, latestCheckpoint } from './store.ts'

type Query = QueryOf<typeof consoleEndpoints.listEvents>
type Reply = Omit<ReplyOf<typeof consoleEndpoints.listEvents>, 'names'>

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

/**
 * The newest events of a district and the log's latest checkpoint; of those alone whose subject holds one of
 * `subjects`, where given.
 */
export async function listEvents(
  tx: Tx,
  query: Pick<Query, 'before' | 'type' | 'limit'>,
  subjects?: readonly Readonly<Record<string, string>>[],
): Promise<Reply> {
  const events = await eventsBefore(tx, {
    before: query.before ? new Date(query.before) : undefined,
    type: query.type,
    subjects,
    most: query.limit ?? 50,
  })
  const latest = await latestCheckpoint(tx)
  return {
    events: events.map(({ eventId, index, record, leaf }) => ({
      eventId,
      ...(index === undefined ? {} : { index }),
      type: record.type,
      ...(typeof record.data?.['change'] === 'string' ? { change: record.data['change'] } : {}),
      at: record.at,
      subject: { ...record.subject },
      leafSm3: toHex(leaf.sm3),
    })),
    ...(latest
      ? {
          checkpoint: {
            size: latest.checkpoint.size,
            at: latest.checkpoint.time.toISOString(),
            sm3Root: base64(latest.checkpoint.sm3Root),
            sha256Root: base64(latest.checkpoint.sha256Root),
          },
        }
      : {}),
  }
}
