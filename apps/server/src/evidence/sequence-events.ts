import {
  appendLeaf,
  consistencyNodes,
  consistencyProof,
  encodeCheckpoint,
  frontierAddresses,
  rootOfFrontier,
  TREE_HASHES,
  verifyConsistency,
} from '@yunqian/evidence'
import type { Checkpoint, Frontier, NodeAddress, NodeReader, TreeHash } from '@yunqian/evidence'
import { signCheckpoint } from '@yunqian/evidence/write'
import type { SealingKey } from '@yunqian/evidence/write'
import type { Clock, Database, Tx } from '../platform/index.ts'
import { EvidenceRoomError } from './errors.ts'
import {
  insertCheckpoint,
  insertLeaves,
  latestCheckpoint,
  lockLog,
  logSize,
  pendingEvents,
  readNodes,
} from './store.ts'
import type { StoredCheckpoint, StoredNode } from './store.ts'

export interface SequenceDeps {
  readonly db: Database
  readonly clock: Clock
  /** The log key: signs checkpoints and nothing else. */
  readonly logKey: SealingKey
}

const BATCH = 1000

/**
 * Gives waiting events their places and signs a checkpoint over the log. One sequencer per log at a time, by a lock
 * of the database; repeating it is harmless, and so is dying at any point.
 */
export async function sequenceEvents(
  deps: SequenceDeps,
  tenantId: string,
): Promise<StoredCheckpoint | undefined> {
  // 1. Places are committed before anything is signed over them: a signed root never changes afterwards.
  for (;;) {
    const placed = await deps.db.tx({ tenantId }, placeBatch)
    if (placed < BATCH) break
  }
  // 2. Dying here leaves a log longer than its checkpoint; the next run signs it.
  return deps.db.tx({ tenantId }, (tx) => signLatest(tx, deps, tenantId))
}

async function placeBatch(tx: Tx): Promise<number> {
  await lockLog(tx)
  const events = await pendingEvents(tx, BATCH)
  if (events.length === 0) return 0
  const size = await logSize(tx)
  const frontiers = await readFrontiers(tx, size)
  const nodes: StoredNode[] = []
  const leaves = events.map((event, i) => {
    const sm3 = appendLeaf('sm3', frontiers.sm3, event.leaf.sm3)
    const sha256 = appendLeaf('sha256', frontiers.sha256, event.leaf.sha256)
    frontiers.sm3 = sm3.frontier
    frontiers.sha256 = sha256.frontier
    // Both trees have the same shape, so they complete the same subtrees.
    for (const [at, node] of sm3.completed.entries())
      nodes.push({
        level: node.level,
        index: node.index,
        hashes: { sm3: node.hash, sha256: (sha256.completed[at] as { hash: Uint8Array }).hash },
      })
    return { index: size + i, eventId: event.eventId }
  })
  await insertLeaves(tx, leaves, nodes)
  return events.length
}

async function signLatest(
  tx: Tx,
  deps: SequenceDeps,
  tenantId: string,
): Promise<StoredCheckpoint | undefined> {
  await lockLog(tx)
  const size = await logSize(tx)
  const previous = await latestCheckpoint(tx)
  if (size === 0 || previous?.checkpoint.size === size) return previous
  const frontiers = await readFrontiers(tx, size)
  const checkpoint: Checkpoint = {
    origin: logOrigin(tenantId),
    size,
    sm3Root: rootOfFrontier('sm3', frontiers.sm3),
    sha256Root: rootOfFrontier('sha256', frontiers.sha256),
    time: deps.clock.now(),
  }
  // The log key vouches for growth only: what was signed before must be the beginning of this.
  if (previous) await requireConsistent(tx, previous.checkpoint, checkpoint)
  const cms = await signCheckpoint(checkpoint, deps.logKey)
  const stored = { checkpoint, body: encodeCheckpoint(checkpoint), cms }
  await insertCheckpoint(tx, stored)
  return stored
}

/** The name a log signs under; its own per district. */
export const logOrigin = (tenantId: string): string => `yunqian/log/${tenantId}`

async function readFrontiers(tx: Tx, size: number): Promise<Record<TreeHash, Frontier>> {
  const addresses = frontierAddresses(size)
  const read = await nodeReader(tx, addresses)
  return {
    sm3: { size, roots: addresses.map(read.sm3) },
    sha256: { size, roots: addresses.map(read.sha256) },
  }
}

/** Fetches nodes once and reads them under either hash. Throws `evidence.log-damaged` for a missing one. */
export async function nodeReader(
  tx: Tx,
  addresses: readonly NodeAddress[],
): Promise<Record<TreeHash, NodeReader>> {
  const nodes = new Map(
    (await readNodes(tx, addresses)).map((node) => [`${node.level}/${node.index}`, node.hashes]),
  )
  const reader =
    (hash: TreeHash): NodeReader =>
    ({ level, index }) => {
      const found = nodes.get(`${level}/${index}`)
      if (!found) throw new EvidenceRoomError('evidence.log-damaged', { level, index })
      return found[hash]
    }
  return { sm3: reader('sm3'), sha256: reader('sha256') }
}

async function requireConsistent(tx: Tx, old: Checkpoint, next: Checkpoint): Promise<void> {
  const read = await nodeReader(tx, consistencyNodes(old.size, next.size))
  for (const hash of TREE_HASHES) {
    const consistent = verifyConsistency(hash, {
      oldSize: old.size,
      newSize: next.size,
      oldRoot: rootUnder(hash, old),
      newRoot: rootUnder(hash, next),
      proof: consistencyProof(hash, read[hash], old.size, next.size),
    })
    if (!consistent)
      throw new EvidenceRoomError('evidence.log-damaged', { hash, old: old.size, size: next.size })
  }
}

export const rootUnder = (hash: TreeHash, checkpoint: Checkpoint): Uint8Array =>
  hash === 'sm3' ? checkpoint.sm3Root : checkpoint.sha256Root
