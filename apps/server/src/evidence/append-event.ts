import { commitment, encodeEvent, leafHashes } from '@yunqian/evidence'
import type { DigestPair, EventRecord, EventType, JsonValue } from '@yunqian/evidence'
import { newId, systemRandom } from '../platform/index.ts'
import type { Sealer, Tx } from '../platform/index.ts'
import { insertEvent } from './store.ts'

/** What a room reports. Ids and hashes go into `subject`; what is personal only into `personal`. */
export interface NewEvent {
  readonly type: EventType
  readonly at: Date
  readonly subject: Readonly<Record<string, string>>
  readonly document?: DigestPair
  readonly signature?: { readonly sm3: string }
  readonly data?: Readonly<Record<string, JsonValue>>
  /** Values the log commits to with a fresh salt each and never holds; the salts stay, sealed, beside the log. */
  readonly personal?: {
    readonly sealer: Pick<Sealer, 'seal'>
    readonly values: Readonly<Record<string, string>>
  }
}

const SALT_BYTES = 32

/**
 * Writes an event inside the caller's transaction: it is durable exactly when the caller's own rows are. Its place
 * in the tree comes later, from `sequenceEvents`. The tenant is the transaction's.
 */
export async function appendEvent(tx: Tx, event: NewEvent): Promise<{ eventId: string }> {
  const eventId = newId({ clock: { now: () => event.at }, random: systemRandom })
  const { tenantId } = tx
  if (tenantId === undefined) throw new Error('an event needs a transaction of a tenant')
  const committed = commitTo(event.personal)
  const record: EventRecord = {
    v: 1,
    id: eventId,
    type: event.type,
    at: event.at.toISOString(),
    tenant: tenantId,
    subject: event.subject,
    ...(event.document ? { document: event.document } : {}),
    ...(event.signature ? { signature: event.signature } : {}),
    ...(event.data ? { data: event.data } : {}),
    ...(committed.length > 0
      ? { commitments: Object.fromEntries(committed.map((c) => [c.member, c.commitment])) }
      : {}),
  }
  const bytes = encodeEvent(record)
  await insertEvent(tx, { record, bytes, leaf: leafHashes(bytes), salts: committed })
  return { eventId }
}

function commitTo(
  personal: NewEvent['personal'],
): { member: string; commitment: string; saltSealed: Uint8Array }[] {
  if (!personal) return []
  return Object.entries(personal.values).map(([member, value]) => {
    const salt = systemRandom(SALT_BYTES)
    const saltSealed = personal.sealer.seal('evidence.salt', salt)
    return { member, commitment: commitment(salt, value), saltSealed }
  })
}
