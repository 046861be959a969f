import type { Checkpoint, EventRecord, NodeAddress, TreeHash } from '@yunqian/evidence'
import { decodeCheckpoint, decodeEvent } from '@yunqian/evidence'
import type { Tx } from '../platform/index.ts'

type Pair = Readonly<Record<TreeHash, Uint8Array>>

export interface StoredEvent {
  readonly eventId: string
  readonly bytes: Uint8Array
  readonly record: EventRecord
  readonly leaf: Pair
  /** Its place in the tree; undefined until sequenced. */
  readonly index: number | undefined
}

export interface StoredNode extends NodeAddress {
  readonly hashes: Pair
}

export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint
  readonly body: Uint8Array
  readonly cms: Uint8Array
}

export async function insertEvent(
  tx: Tx,
  event: {
    readonly record: EventRecord
    readonly bytes: Uint8Array
    readonly leaf: Pair
    readonly salts: readonly { readonly member: string; readonly saltSealed: Uint8Array }[]
  },
): Promise<void> {
  const { record, bytes, leaf, salts } = event
  await tx.execute(
    `with written as (
       insert into evidence_event
         (tenant_id, event_id, type, at, subject, record, leaf_hash_sm3, leaf_hash_sha256)
       values (current_tenant(), $1, $2, $3, $4, $5, $6, $7))
     insert into evidence_pending (tenant_id, event_id) values (current_tenant(), $1)`,
    [
      record.id,
      record.type,
      record.at,
      JSON.stringify(record.subject),
      bytes,
      leaf.sm3,
      leaf.sha256,
    ],
  )
  for (const { member, saltSealed } of salts)
    await tx.execute(
      `insert into evidence_salt (tenant_id, event_id, member, salt_sealed)
       values (current_tenant(), $1, $2, $3)`,
      [record.id, member, saltSealed],
    )
}

interface EventRow {
  event_id: string
  record: Uint8Array
  leaf_hash_sm3: Uint8Array
  leaf_hash_sha256: Uint8Array
  leaf_index: number | null
}

const eventColumns = `e.event_id, e.record, e.leaf_hash_sm3, e.leaf_hash_sha256, l.leaf_index`

function toEvent(row: EventRow): StoredEvent {
  const bytes = new Uint8Array(row.record)
  return {
    eventId: row.event_id,
    bytes,
    record: decodeEvent(bytes),
    leaf: { sm3: new Uint8Array(row.leaf_hash_sm3), sha256: new Uint8Array(row.leaf_hash_sha256) },
    index: row.leaf_index ?? undefined,
  }
}

/** Events whose subject names this id under this member, in log order, those not yet sequenced last. */
export async function eventsAbout(
  tx: Tx,
  member: string,
  id: string,
): Promise<readonly StoredEvent[]> {
  const rows = await tx.query<EventRow>(
    `select ${eventColumns}
     from evidence_event e left join evidence_leaf l using (tenant_id, event_id)
     where e.tenant_id = current_tenant() and e.subject @> jsonb_build_object($1::text, $2::text)
     order by l.leaf_index nulls last, e.event_id`,
    [member, id],
  )
  return rows.map(toEvent)
}

/** Events waiting for a place, oldest first. */
export async function pendingEvents(tx: Tx, most: number): Promise<readonly StoredEvent[]> {
  const rows = await tx.query<EventRow>(
    `select ${eventColumns}
     from evidence_pending p join evidence_event e using (tenant_id, event_id)
       left join evidence_leaf l using (tenant_id, event_id)
     where p.tenant_id = current_tenant()
     order by p.event_id limit $1`,
    [most],
  )
  return rows.map(toEvent)
}

/** Only one sequencer per log at a time; released by the end of the transaction, however it ends. */
export async function lockLog(tx: Tx): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock(hashtextextended('yunqian evidence log ' || current_tenant(), 0))`,
  )
}

export async function logSize(tx: Tx): Promise<number> {
  const row = await tx.queryOne<{ size: number }>(
    `select coalesce(max(leaf_index) + 1, 0) as size from evidence_leaf
     where tenant_id = current_tenant()`,
  )
  return row?.size ?? 0
}

/** Gives events their places and stores the subtrees they complete. */
export async function insertLeaves(
  tx: Tx,
  leaves: readonly { readonly index: number; readonly eventId: string }[],
  nodes: readonly StoredNode[],
): Promise<void> {
  await tx.execute(
    `insert into evidence_leaf (tenant_id, leaf_index, event_id)
     select current_tenant(), * from unnest($1::bigint[], $2::uuid[])`,
    [leaves.map((leaf) => leaf.index), leaves.map((leaf) => leaf.eventId)],
  )
  await tx.execute(
    `insert into evidence_node (tenant_id, level, node_index, sm3, sha256)
     select current_tenant(), * from unnest($1::smallint[], $2::bigint[], $3::bytea[], $4::bytea[])`,
    [
      nodes.map((node) => node.level),
      nodes.map((node) => node.index),
      nodes.map((node) => node.hashes.sm3),
      nodes.map((node) => node.hashes.sha256),
    ],
  )
  await tx.execute(
    `delete from evidence_pending where tenant_id = current_tenant() and event_id = any ($1::uuid[])`,
    [leaves.map((leaf) => leaf.eventId)],
  )
}

export async function readNodes(
  tx: Tx,
  addresses: readonly NodeAddress[],
): Promise<readonly StoredNode[]> {
  const rows = await tx.query<{
    level: number
    node_index: number
    sm3: Uint8Array
    sha256: Uint8Array
  }>(
    `select n.level, n.node_index, n.sm3, n.sha256 from evidence_node n
     join unnest($1::smallint[], $2::bigint[]) as wanted (level, node_index) using (level, node_index)
     where n.tenant_id = current_tenant()`,
    [addresses.map((address) => address.level), addresses.map((address) => address.index)],
  )
  return rows.map((row) => ({
    level: row.level,
    index: row.node_index,
    hashes: { sm3: new Uint8Array(row.sm3), sha256: new Uint8Array(row.sha256) },
  }))
}

interface CheckpointRow {
  body: Uint8Array
  cms: Uint8Array
}

const toCheckpoint = (row: CheckpointRow): StoredCheckpoint => {
  const body = new Uint8Array(row.body)
  return { checkpoint: decodeCheckpoint(body), body, cms: new Uint8Array(row.cms) }
}

export async function latestCheckpoint(tx: Tx): Promise<StoredCheckpoint | undefined> {
  const row = await tx.queryOne<CheckpointRow>(
    `select body, cms from evidence_checkpoint where tenant_id = current_tenant()
     order by size desc limit 1`,
  )
  return row && toCheckpoint(row)
}

/** The checkpoints over at least `first` events, and at most `last` where it is given, by size. */
export async function checkpointsFrom(
  tx: Tx,
  first: number,
  last: number | undefined,
): Promise<readonly StoredCheckpoint[]> {
  const rows = await tx.query<CheckpointRow>(
    `select body, cms from evidence_checkpoint
     where tenant_id = current_tenant() and size >= $1 and ($2::bigint is null or size <= $2) order by size`,
    [first, last ?? null],
  )
  return rows.map(toCheckpoint)
}

/** Idempotent: the checkpoint of a size is made once. */
export async function insertCheckpoint(tx: Tx, stored: StoredCheckpoint): Promise<void> {
  await tx.execute(
    `insert into evidence_checkpoint (tenant_id, size, body, cms, created_at)
     values (current_tenant(), $1, $2, $3, $4) on conflict do nothing`,
    [stored.checkpoint.size, stored.body, stored.cms, stored.checkpoint.time],
  )
}

/** A page of the log for auditing, by place. */
export async function eventsFrom(
  tx: Tx,
  index: number,
  most: number,
): Promise<readonly StoredEvent[]> {
  const rows = await tx.query<EventRow>(
    `select ${eventColumns} from evidence_leaf l join evidence_event e using (tenant_id, event_id)
     where l.tenant_id = current_tenant() and l.leaf_index >= $1
     order by l.leaf_index limit $2`,
    [index, most],
  )
  return rows.map(toEvent)
}

/** The newest events before a time, newest first. */
export async function eventsBefore(
  tx: Tx,
  wanted: {
    readonly before: Date | undefined
    readonly type: string | undefined
    readonly subjects: readonly Readonly<Record<string, string>>[] | undefined
    readonly most: number
  },
): Promise<readonly StoredEvent[]> {
  const rows = await tx.query<EventRow>(
    `select ${eventColumns}
     from evidence_event e left join evidence_leaf l using (tenant_id, event_id)
     where e.tenant_id = current_tenant()
       and ($1::timestamptz is null or e.at < $1) and ($2::text is null or e.type = $2)
       and ($4::jsonb is null or e.event_id in (
         select about.event_id from jsonb_array_elements($4) as wanted (subject)
           join evidence_event about on about.subject @> wanted.subject
         where about.tenant_id = current_tenant()))
     order by e.at desc, e.event_id desc limit $3`,
    [
      wanted.before ?? null,
      wanted.type ?? null,
      wanted.most,
      wanted.subjects ? JSON.stringify(wanted.subjects) : null,
    ],
  )
  return rows.map(toEvent)
}

/** Events that are neither in the tree nor waiting for it: there must be none. */
export async function lostEvents(tx: Tx): Promise<readonly string[]> {
  const rows = await tx.query<{ event_id: string }>(
    `select e.event_id from evidence_event e
     where e.tenant_id = current_tenant()
       and not exists (select from evidence_leaf l
         where l.tenant_id = e.tenant_id and l.event_id = e.event_id)
       and not exists (select from evidence_pending p
         where p.tenant_id = e.tenant_id and p.event_id = e.event_id)`,
  )
  return rows.map((row) => row.event_id)
}

/** Rights to change or remove that the service's role has on insert-only tables: there must be none. */
export async function excessRights(tx: Tx): Promise<readonly string[]> {
  const rows = await tx.query<{ excess: string }>(
    `select t.name || ' ' || r.privilege as excess
     from unnest(array['evidence_event', 'evidence_leaf', 'evidence_node', 'evidence_checkpoint',
         'certificate_change'])
         as t (name),
       unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) as r (privilege)
     where has_table_privilege('yunqian_app', t.name, r.privilege)`,
  )
  return rows.map((row) => row.excess)
}
