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
 * unchanged, and what needs no rewriting is returned as the very array that was given.
 * @throws DerError
 */
export function derFromBer(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_BYTES) throw new DerError('pki.der-too-large', 0)
  const value = convert(bytes, 0, bytes.length, 0)
  if (value.end !== bytes.length) throw new DerError('pki.der-trailing-data', value.end)
  return value.rewritten ? join([header(value.tag, value.rewritten), ...value.rewritten]) : bytes
}

interface Converted {
  readonly tag: number
  readonly start: number
  readonly contentStart: number
  readonly end: number
  /** The new content in pieces; undefined where the value stays as it is, as nearly all do. */
  readonly rewritten: readonly Uint8Array[] | undefined
}

function convert(bytes: Uint8Array, start: number, limit: number, depth: number): Converted {
  if (depth > MAX_DEPTH) throw new DerError('pki.der-too-deep', start)
  const tag = bytes[start]
  if (tag === undefined || start >= limit) throw new DerError('pki.der-truncated', start)
  if ((tag & 0x1f) === 0x1f) throw new DerError('pki.der-high-tag-number', start)
  const { contentStart, length, minimal } = readLength(bytes, start + 1, limit)
  if (length !== undefined && contentStart + length > limit)
    throw new DerError('pki.der-truncated', limit)
  if ((tag & CONSTRUCTED) === 0) {
    if (length === undefined) throw new DerError('pki.der-indefinite-length', start)
    const end = contentStart + length
    const rewritten = minimal ? undefined : [bytes.subarray(contentStart, end)]
    return { tag, start, contentStart, end, rewritten }
  }
  const { children, end } = readChildren(bytes, contentStart, length, limit, depth)
  if (tag === SEGMENTED_OCTET_STRING) {
    const rewritten = children.flatMap((child) => segment(bytes, child))
    return { tag: TAG.octetString, start, contentStart, end, rewritten }
  }
  const same = length !== undefined && minimal && children.every((child) => !child.rewritten)
  const rewritten = same ? undefined : children.flatMap((child) => whole(bytes, child))
  return { tag, start, contentStart, end, rewritten }
}

function segment(bytes: Uint8Array, child: Converted): readonly Uint8Array[] {
  if (child.tag !== TAG.octetString)
    throw new DerError('pki.der-unexpected-tag', child.start, 'segments of an octet string')
  return child.rewritten ?? [bytes.subarray(child.contentStart, child.end)]
}

function whole(bytes: Uint8Array, child: Converted): readonly Uint8Array[] {
  return child.rewritten
    ? [header(child.tag, child.rewritten), ...child.rewritten]
    : [bytes.subarray(child.start, child.end)]
}

function readChildren(
  bytes: Uint8Array,
  start: number,
  length: number | undefined,
  limit: number,
  depth: number,
): { children: Converted[]; end: number } {
  const children: Converted[] = []
  const stop = length === undefined ? limit : start + length
  let at = start
  while (at < stop) {
    // End-of-contents, X.690 §8.1.5.
    if (length === undefined && bytes[at] === 0 && at + 1 < stop && bytes[at + 1] === 0)
      return { children, end: at + 2 }
    const child = convert(bytes, at, stop, depth + 1)
    children.push(child)
    at = child.end
  }
  if (length === undefined) throw new DerError('pki.der-truncated', stop)
  return { children, end: at }
}

function header(tag: number, content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 0)
  if (length < 0x80) return Uint8Array.of(tag, length)
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return Uint8Array.of(tag, 0x80 | octets.length, ...octets)
}

/** `length` is undefined for the indefinite form. */
function readLength(
  bytes: Uint8Array,
  at: number,
  limit: number,
): { contentStart: number; length: number | undefined; minimal: boolean } {
  const first = at < limit ? bytes[at] : undefined
  if (first === undefined) throw new DerError('pki.der-truncated', at)
  if (first < 0x80) return { contentStart: at + 1, length: first, minimal: true }
  if (first === 0x80) return { contentStart: at + 1, length: undefined, minimal: false }
  let length = 0
  const count = first & 0x7f
  for (let i = 1; i <= count; i++) {
    const byte = at + i < limit ? bytes[at + i] : undefined
    if (byte === undefined) throw new DerError('pki.der-truncated', at + i)
    length = length * 256 + byte
    if (length > MAX_BYTES) throw new DerError('pki.der-too-large', at)
  }
  const minimal = length >= 0x80 && length >= 256 ** (count - 1)
  return { contentStart: at + 1 + count, length, minimal }
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
