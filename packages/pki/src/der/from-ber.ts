import { DerError } from '../errors.ts'
import { TAG } from './node.ts'

// As in the DER reader: deeper or larger than anything meant here.
const MAX_DEPTH = 40
const MAX_BYTES = 256 * 1024 * 1024
const CONSTRUCTED = 0x20
const SEGMENTED_OCTET_STRING = TAG.octetString | CONSTRUCTED

/**
 * Rewrites one BER value so that the DER reader can read it: definite minimal lengths (X.690 §8.1.3.6, §10.1), octet
 * strings in one piece (§8.7.3). Values keep their octets and sets their order, so whatever was signed as DER comes out
 * unchanged, and DER itself comes out as it went in.
 * @throws DerError
 */
export function derFromBer(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_BYTES) throw new DerError('pki.der-too-large', 0)
  const value = convert(bytes, 0, 0)
  if (value.end !== bytes.length) throw new DerError('pki.der-trailing-data', value.end)
  return join(value.parts)
}

/** A converted value in pieces, and where the original ended. */
interface Converted {
  readonly tag: number
  readonly parts: readonly Uint8Array[]
  /** Content alone, without identifier and length. */
  readonly content: readonly Uint8Array[]
  readonly end: number
}

function convert(bytes: Uint8Array, at: number, depth: number): Converted {
  if (depth > MAX_DEPTH) throw new DerError('pki.der-too-deep', at)
  const tag = bytes[at]
  if (tag === undefined) throw new DerError('pki.der-truncated', at)
  if ((tag & 0x1f) === 0x1f) throw new DerError('pki.der-high-tag-number', at)
  const { contentStart, length } = readLength(bytes, at + 1)
  if (length !== undefined && contentStart + length > bytes.length)
    throw new DerError('pki.der-truncated', bytes.length)
  if ((tag & CONSTRUCTED) === 0) {
    if (length === undefined) throw new DerError('pki.der-indefinite-length', at)
    const end = contentStart + length
    return encoded(tag, [bytes.subarray(contentStart, end)], end)
  }
  const { children, end } = readChildren(bytes, contentStart, length, depth)
  if (tag !== SEGMENTED_OCTET_STRING)
    return encoded(
      tag,
      children.flatMap((child) => child.parts),
      end,
    )
  if (children.some((child) => child.tag !== TAG.octetString))
    throw new DerError('pki.der-unexpected-tag', at, 'segments of an octet string')
  return encoded(
    TAG.octetString,
    children.flatMap((child) => child.content),
    end,
  )
}

function readChildren(
  bytes: Uint8Array,
  start: number,
  length: number | undefined,
  depth: number,
): { children: Converted[]; end: number } {
  const children: Converted[] = []
  const limit = length === undefined ? bytes.length : start + length
  let at = start
  while (at < limit) {
    // End-of-contents, X.690 §8.1.5.
    if (length === undefined && bytes[at] === 0 && bytes[at + 1] === 0)
      return { children, end: at + 2 }
    const child = convert(bytes.subarray(0, limit), at, depth + 1)
    children.push(child)
    at = child.end
  }
  if (length === undefined) throw new DerError('pki.der-truncated', limit)
  return { children, end: at }
}

function encoded(tag: number, content: readonly Uint8Array[], end: number): Converted {
  const length = content.reduce((sum, part) => sum + part.length, 0)
  return { tag, content, parts: [header(tag, length), ...content], end }
}

function header(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length)
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return Uint8Array.of(tag, 0x80 | octets.length, ...octets)
}

/** `length` is undefined for the indefinite form. */
function readLength(
  bytes: Uint8Array,
  at: number,
): { contentStart: number; length: number | undefined } {
  const first = bytes[at]
  if (first === undefined) throw new DerError('pki.der-truncated', at)
  if (first < 0x80) return { contentStart: at + 1, length: first }
  if (first === 0x80) return { contentStart: at + 1, length: undefined }
  let length = 0
  const count = first & 0x7f
  for (let i = 1; i <= count; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) throw new DerError('pki.der-truncated', at + i)
    length = length * 256 + byte
    if (length > MAX_BYTES) throw new DerError('pki.der-too-large', at)
  }
  return { contentStart: at + 1 + count, length }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
