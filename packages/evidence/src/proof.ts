import { EvidenceError } from './errors.ts'
import { nodeHash } from './tree-hash.ts'
import type { TreeHash } from './tree-hash.ts'
import { coverRange, rangeRoot, splitPoint } from './tree.ts'
import type { NodeAddress, NodeReader } from './tree.ts'

interface Range {
  readonly start: number
  readonly end: number
}

/** Audit path for leaf `index` in the tree of `size` leaves, leaf to root (RFC 9162 §2.1.3.1). */
export function inclusionProof(
  hash: TreeHash,
  read: NodeReader,
  index: number,
  size: number,
): readonly Uint8Array[] {
  return inclusionRanges(index, size).map(({ start, end }) => rangeRoot(hash, read, start, end))
}

/** Stored nodes an inclusion proof will ask for, so that a database can fetch them in one go. */
export function inclusionNodes(index: number, size: number): readonly NodeAddress[] {
  return inclusionRanges(index, size).flatMap(({ start, end }) => coverRange(start, end))
}

/** Proof that the tree of `newSize` leaves extends the one of `oldSize` (RFC 9162 §2.1.4.1). */
export function consistencyProof(
  hash: TreeHash,
  read: NodeReader,
  oldSize: number,
  newSize: number,
): readonly Uint8Array[] {
  return consistencyRanges(oldSize, newSize).map(({ start, end }) =>
    rangeRoot(hash, read, start, end),
  )
}

/** Stored nodes a consistency proof will ask for. */
export function consistencyNodes(oldSize: number, newSize: number): readonly NodeAddress[] {
  return consistencyRanges(oldSize, newSize).flatMap(({ start, end }) => coverRange(start, end))
}

/** Whether `leaf` is leaf number `index` of the tree with this root (RFC 9162 §2.1.3.2). Never throws. */
export function verifyInclusion(
  hash: TreeHash,
  claim: {
    readonly leaf: Uint8Array
    readonly index: number
    readonly size: number
    readonly proof: readonly Uint8Array[]
    readonly root: Uint8Array
  },
): boolean {
  const { leaf, index, size, proof, root } = claim
  if (!isCount(index) || !isCount(size) || index >= size || !all32(proof)) return false
  let position = index
  let last = size - 1
  let node = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (position % 2 === 1 || position === last) {
      node = nodeHash(hash, sibling, node)
      while (position % 2 === 0 && position !== 0) {
        position /= 2
        last = Math.floor(last / 2)
      }
    } else node = nodeHash(hash, node, sibling)
    position = Math.floor(position / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && sameBytes(node, root)
}

/** Whether the tree (newSize, newRoot) extends (oldSize, oldRoot) (RFC 9162 §2.1.4.2). Never throws. */
export function verifyConsistency(
  hash: TreeHash,
  claim: {
    readonly oldSize: number
    readonly newSize: number
    readonly oldRoot: Uint8Array
    readonly newRoot: Uint8Array
    readonly proof: readonly Uint8Array[]
  },
): boolean {
  const { oldSize, newSize, oldRoot, newRoot, proof } = claim
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize || !all32(proof)) return false
  if (oldSize === newSize) return proof.length === 0 && sameBytes(oldRoot, newRoot)
  // Every log extends the empty one; there is nothing to prove.
  if (oldSize === 0) return proof.length === 0
  let position = oldSize - 1
  let last = newSize - 1
  while (position % 2 === 1) {
    position = (position - 1) / 2
    last = Math.floor(last / 2)
  }
  const path = position === 0 ? [oldRoot, ...proof] : [...proof]
  const seed = path.shift()
  if (!seed) return false
  let oldNode = seed
  let newNode = seed
  for (const sibling of path) {
    if (last === 0) return false
    if (position % 2 === 1 || position === last) {
      oldNode = nodeHash(hash, sibling, oldNode)
      newNode = nodeHash(hash, sibling, newNode)
      while (position % 2 === 0 && position !== 0) {
        position /= 2
        last = Math.floor(last / 2)
      }
    } else newNode = nodeHash(hash, newNode, sibling)
    position = Math.floor(position / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && sameBytes(oldNode, oldRoot) && sameBytes(newNode, newRoot)
}

function inclusionRanges(index: number, size: number): readonly Range[] {
  if (!isCount(index) || !isCount(size) || index >= size)
    throw new EvidenceError('evidence.tree-range', { index, size })
  const ranges: Range[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitPoint(end - start)
    if (index < middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
    }
  }
  return ranges.toReversed()
}

function consistencyRanges(oldSize: number, newSize: number): readonly Range[] {
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize)
    throw new EvidenceError('evidence.tree-range', { oldSize, newSize })
  if (oldSize === 0 || oldSize === newSize) return []
  const ranges: Range[] = []
  let start = 0
  let end = newSize
  let oldRootKnown = true
  while (oldSize !== end) {
    const middle = start + splitPoint(end - start)
    if (oldSize <= middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
      oldRootKnown = false
    }
  }
  if (!oldRootKnown) ranges.push({ start, end })
  return ranges.toReversed()
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function all32(hashes: readonly Uint8Array[]): boolean {
  return hashes.length <= 64 && hashes.every((hash) => hash.length === 32)
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
