import { EvidenceError } from './errors.ts'
import { hashOf, leafHash, nodeHash } from './tree-hash.ts'
import type { TreeHash } from './tree-hash.ts'

/** Address of a complete subtree: the 2^level leaves from index·2^level on. Level 0 is the leaf hashes. */
export interface NodeAddress {
  readonly level: number
  readonly index: number
}

/** Gives the hash of a complete subtree; must answer every address that lies wholly inside the tree. */
export type NodeReader = (address: NodeAddress) => Uint8Array

/** The right edge of a tree: roots of its complete subtrees, largest first. Enough to append without old leaves. */
export interface Frontier {
  readonly size: number
  readonly roots: readonly Uint8Array[]
}

export const EMPTY_FRONTIER: Frontier = { size: 0, roots: [] }

export interface TreeNode extends NodeAddress {
  readonly hash: Uint8Array
}

/** Appends one leaf hash; `completed` are the subtrees this leaf finished (the leaf itself first), to be stored. */
export function appendLeaf(
  hash: TreeHash,
  frontier: Frontier,
  leaf: Uint8Array,
): { frontier: Frontier; completed: readonly TreeNode[] } {
  const roots = [...frontier.roots]
  const completed: TreeNode[] = [{ level: 0, index: frontier.size, hash: leaf }]
  let node = leaf
  let index = frontier.size
  for (let level = 1; index % 2 === 1; level++) {
    index = (index - 1) / 2
    node = nodeHash(hash, roots.pop() as Uint8Array, node)
    completed.push({ level, index, hash: node })
  }
  roots.push(node)
  return { frontier: { size: frontier.size + 1, roots }, completed }
}

/** Root of the tree whose right edge this is; the empty tree's root is H(""), RFC 9162 §2.1.1. */
export function rootOfFrontier(hash: TreeHash, frontier: Frontier): Uint8Array {
  const [last, ...rest] = frontier.roots.toReversed()
  if (!last) return hashOf(hash, new Uint8Array(0))
  return rest.reduce((right, left) => nodeHash(hash, left, right), last)
}

/** Root over leaf hashes in order. */
export function rootOf(hash: TreeHash, leaves: readonly Uint8Array[]): Uint8Array {
  let frontier = EMPTY_FRONTIER
  for (const leaf of leaves) frontier = appendLeaf(hash, frontier, leaf).frontier
  return rootOfFrontier(hash, frontier)
}

/** A node reader over leaf hashes held in memory; for small logs, tests and audits. */
export function nodesOver(hash: TreeHash, leaves: readonly Uint8Array[]): NodeReader {
  const known = new Map<string, Uint8Array>()
  let frontier = EMPTY_FRONTIER
  for (const leaf of leaves) {
    const next = appendLeaf(hash, frontier, leaf)
    frontier = next.frontier
    for (const node of next.completed) known.set(`${node.level}/${node.index}`, node.hash)
  }
  return ({ level, index }) => {
    const node = known.get(`${level}/${index}`)
    if (!node) throw new EvidenceError('evidence.tree-range', { level, index })
    return node
  }
}

/** Complete subtrees that together make up the first `size` leaves, largest first. */
export function frontierAddresses(size: number): readonly NodeAddress[] {
  return coverRange(0, size)
}

/** Leaf-hash convenience used by every writer of events. */
export function leafHashes(entry: Uint8Array): Readonly<Record<TreeHash, Uint8Array>> {
  return { sm3: leafHash('sm3', entry), sha256: leafHash('sha256', entry) }
}

/** Largest power of two strictly below n (n ≥ 2): where RFC 9162 splits a tree. */
export function splitPoint(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** Complete subtrees covering leaves [start, end), left to right, as the RFC's recursion would meet them. */
export function coverRange(start: number, end: number): readonly NodeAddress[] {
  const addresses: NodeAddress[] = []
  let from = start
  while (from < end) {
    let level = 0
    let width = 1
    while (width * 2 <= end - from && from % (width * 2) === 0) {
      width *= 2
      level++
    }
    addresses.push({ level, index: from / width })
    from += width
  }
  return addresses
}

/** Hash of leaves [start, end) taken as a tree of their own. */
export function rangeRoot(
  hash: TreeHash,
  read: NodeReader,
  start: number,
  end: number,
): Uint8Array {
  const parts = coverRange(start, end).map(read)
  return rootOfFrontier(hash, { size: end - start, roots: parts })
}
