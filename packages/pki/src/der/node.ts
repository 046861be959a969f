import { DerError } from '../errors.ts'

export type DerTagClass = 'universal' | 'application' | 'context' | 'private'

/** One tag-length-value. Children are read when asked for, so an unread branch costs nothing. */
export interface DerNode {
  /** The identifier octet as it stands in the bytes, e.g. 0x30. */
  readonly tag: number
  readonly tagClass: DerTagClass
  readonly constructed: boolean
  /** Tag number within its class, 0 to 30. */
  readonly number: number
  /** The whole TLV. */
  readonly bytes: Uint8Array
  readonly content: Uint8Array
  /** Where the TLV starts in what was handed to {@link readDer}. */
  readonly offset: number
  readonly depth: number
  children(): readonly DerNode[]
}

/** Universal identifier octets (X.690 §8), constructed where DER requires it. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** Identifier octet of context tag `number`: constructed (explicit, or implicit over SEQUENCE/SET). */
export const contextConstructed = (number: number): number => 0xa0 | number
/** Identifier octet of context tag `number` over a primitive. */
export const contextPrimitive = (number: number): number => 0x80 | number

const CLASSES = ['universal', 'application', 'context', 'private'] as const
// Deeper than anything the standards here nest (a timestamp inside a signature inside a bundle is re-read from
// its own bytes); the limits keep hostile input from costing stack or memory.
const MAX_DEPTH = 40
const MAX_BYTES = 256 * 1024 * 1024

/**
 * Reads exactly one DER value (X.690 §10): definite minimal lengths, nothing after it.
 * @throws DerError with the offset of the offending octet
 */
export function readDer(bytes: Uint8Array, baseOffset = 0): DerNode {
  if (bytes.length > MAX_BYTES) throw new DerError('pki.der-too-large', baseOffset)
  const node = readNode(bytes, 0, baseOffset, 0)
  if (node.bytes.length !== bytes.length)
    throw new DerError('pki.der-trailing-data', baseOffset + node.bytes.length)
  return node
}

function readNode(bytes: Uint8Array, start: number, base: number, depth: number): DerNode {
  if (depth > MAX_DEPTH) throw new DerError('pki.der-too-deep', base + start)
  const tag = bytes[start]
  if (tag === undefined) throw new DerError('pki.der-truncated', base + start)
  const number = tag & 0x1f
  if (number === 0x1f) throw new DerError('pki.der-high-tag-number', base + start)
  const { length, contentStart } = readLength(bytes, start + 1, base)
  const end = contentStart + length
  if (end > bytes.length) throw new DerError('pki.der-truncated', base + bytes.length)
  const constructed = (tag & 0x20) !== 0
  const content = bytes.subarray(contentStart, end)
  const offset = base + start
  return {
    tag,
    tagClass: CLASSES[tag >> 6]!,
    constructed,
    number,
    bytes: bytes.subarray(start, end),
    content,
    offset,
    depth,
    children: () => {
      if (!constructed) throw new DerError('pki.der-unexpected-tag', offset, 'not constructed')
      return readSiblings(content, base + contentStart, depth + 1)
    },
  }
}

function readSiblings(content: Uint8Array, base: number, depth: number): readonly DerNode[] {
  const nodes: DerNode[] = []
  for (let at = 0; at < content.length;) {
    const node = readNode(content, at, base, depth)
    nodes.push(node)
    at += node.bytes.length
  }
  return nodes
}

function readLength(
  bytes: Uint8Array,
  at: number,
  base: number,
): { length: number; contentStart: number } {
  const first = bytes[at]
  if (first === undefined) throw new DerError('pki.der-truncated', base + at)
  if (first < 0x80) return { length: first, contentStart: at + 1 }
  if (first === 0x80) throw new DerError('pki.der-indefinite-length', base + at)
  const count = first & 0x7f
  if (count > 4) throw new DerError('pki.der-too-large', base + at)
  let length = 0
  for (let i = 1; i <= count; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) throw new DerError('pki.der-truncated', base + at + i)
    length = length * 256 + byte
  }
  const minimal = length >= 0x80 && length >= 256 ** (count - 1)
  if (!minimal) throw new DerError('pki.der-non-minimal-length', base + at)
  return { length, contentStart: at + 1 + count }
}
