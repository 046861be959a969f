import { sha256 } from '@noble/hashes/sha2.js'
import { sm3 } from '@yunqian/sm'

/** The two hashes under which every log is kept at once: SM3 for domestic rules, SHA-256 for C2SP tools. */
export type TreeHash = 'sm3' | 'sha256'

export const TREE_HASHES: readonly TreeHash[] = ['sm3', 'sha256']

const functions: Record<TreeHash, (data: Uint8Array) => Uint8Array> = { sm3, sha256 }

/** Plain digest of `data`, 32 bytes under either name. */
export function hashOf(hash: TreeHash, data: Uint8Array): Uint8Array {
  return functions[hash](data)
}

/** Hash of a log entry: H(0x00 ‖ entry), RFC 9162 §2.1.1. */
export function leafHash(hash: TreeHash, entry: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + entry.length)
  input.set(entry, 1)
  return hashOf(hash, input)
}

/** Hash of an inner node: H(0x01 ‖ left ‖ right), RFC 9162 §2.1.1. The prefix keeps nodes from posing as entries. */
export function nodeHash(hash: TreeHash, left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + left.length + right.length)
  input[0] = 1
  input.set(left, 1)
  input.set(right, 1 + left.length)
  return hashOf(hash, input)
}
