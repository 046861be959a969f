import { toHex } from '@yunqian/sm'
import { DerError } from '../errors.ts'
import { expectTag } from './fields.ts'
import { type DerNode, TAG } from './node.ts'

const invalid = (node: DerNode, why: string): DerError =>
  new DerError('pki.der-invalid-value', node.offset, why)

/** BOOLEAN: FF or 00 (X.690 §11.1); `tag` is given for implicitly tagged ones, here and below. */
export function readBoolean(node: DerNode, tag: number = TAG.boolean): boolean {
  expectTag(node, tag)
  const [value] = node.content
  if (node.content.length !== 1 || (value !== 0 && value !== 0xff)) throw invalid(node, 'boolean')
  return value === 0xff
}

/** Content octets of an INTEGER, two's complement, checked to be minimal (X.690 §8.3.2). */
export function readIntegerBytes(node: DerNode, tag: number = TAG.integer): Uint8Array {
  expectTag(node, tag)
  const [first, second] = node.content
  if (first === undefined) throw invalid(node, 'empty integer')
  if (second !== undefined) {
    const padded = (first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)
    if (padded) throw invalid(node, 'integer is not minimal')
  }
  return node.content
}

export function readInteger(node: DerNode, tag: number = TAG.integer): bigint {
  const content = readIntegerBytes(node, tag)
  const unsigned = BigInt(`0x${toHex(content)}`)
  return content[0]! >= 0x80 ? unsigned - (1n << BigInt(content.length * 8)) : unsigned
}

/** A non-negative INTEGER small enough to count with (versions, path lengths, enumerations). */
export function readSmallInteger(node: DerNode, tag: number = TAG.integer): number {
  const content = readIntegerBytes(node, tag)
  if (content.length > 5 || content[0]! >= 0x80) throw invalid(node, 'integer out of range')
  return content.reduce((value, byte) => value * 256 + byte, 0)
}

/** ENUMERATED as a number. */
export const readEnumerated = (node: DerNode): number => readSmallInteger(node, TAG.enumerated)

/**
 * An INTEGER as lower-case hex of whole bytes: no sign octet for positive values, a leading `-` before the
 * magnitude of negative ones, so that serial numbers -1 and 255 never meet in one map.
 */
export function readIntegerHex(node: DerNode, tag: number = TAG.integer): string {
  const content = readIntegerBytes(node, tag)
  if (content[0]! < 0x80)
    return toHex(content.length > 1 && content[0] === 0 ? content.subarray(1) : content)
  const magnitude = (1n << BigInt(content.length * 8)) - BigInt(`0x${toHex(content)}`)
  const hex = magnitude.toString(16)
  return `-${hex.length % 2 ? '0' : ''}${hex}`
}

// An arc of 2.25 is a UUID: 19 octets in base 128. Nothing registered needs more.
const MAX_OID_BYTES = 128

/** OBJECT IDENTIFIER in dotted form; arcs are minimal base 128 (X.690 §8.19.2). */
export function readOid(node: DerNode, tag: number = TAG.oid): string {
  expectTag(node, tag)
  const { content } = node
  if (content.length === 0 || content.length > MAX_OID_BYTES) throw invalid(node, 'oid length')
  const arcs: bigint[] = []
  let value = 0n
  let started = false
  for (const byte of content) {
    if (!started && byte === 0x80) throw invalid(node, 'oid arc is not minimal')
    value = (value << 7n) | BigInt(byte & 0x7f)
    started = byte >= 0x80
    if (!started) {
      arcs.push(value)
      value = 0n
    }
  }
  if (started) throw invalid(node, 'oid ends inside an arc')
  const first = arcs[0]!
  const root = first < 80n ? first / 40n : 2n
  return [root, first - root * 40n, ...arcs.slice(1)].join('.')
}

export function readOctetString(node: DerNode, tag: number = TAG.octetString): Uint8Array {
  expectTag(node, tag)
  return node.content
}

export interface BitString {
  readonly bytes: Uint8Array
  /** How many low bits of the last byte are padding, 0 to 7; they are zero. */
  readonly unusedBits: number
}

export function readBitString(node: DerNode, tag: number = TAG.bitString): BitString {
  expectTag(node, tag)
  const unusedBits = node.content[0]
  const bytes = node.content.subarray(1)
  if (unusedBits === undefined || unusedBits > 7) throw invalid(node, 'bit string')
  if (unusedBits > 0 && bytes.length === 0) throw invalid(node, 'bit string')
  if (unusedBits > 0 && (bytes[bytes.length - 1]! & ((1 << unusedBits) - 1)) !== 0)
    throw invalid(node, 'padding bits are not zero')
  return { bytes, unusedBits }
}

/** A BIT STRING that holds octets: keys and signatures. */
export function readBitStringBytes(node: DerNode): Uint8Array {
  const { bytes, unusedBits } = readBitString(node)
  if (unusedBits !== 0) throw invalid(node, 'bit string does not hold whole octets')
  return bytes
}

/** Positions of the one bits, most significant first: named bit lists such as KeyUsage. */
export function readNamedBits(node: DerNode, tag: number = TAG.bitString): ReadonlySet<number> {
  const { bytes } = readBitString(node, tag)
  if (bytes.length > 8) throw invalid(node, 'named bit list is too long')
  const set = new Set<number>()
  for (let bit = 0; bit < bytes.length * 8; bit++)
    if (bytes[bit >> 3]! & (0x80 >> (bit & 7))) set.add(bit)
  return set
}

export function readNull(node: DerNode): void {
  expectTag(node, TAG.null)
  if (node.content.length !== 0) throw invalid(node, 'null')
}
