import { concatBytes } from '@yunqian/sm'
import { contextConstructed, contextPrimitive, TAG } from '../der/index.ts'
import { PkiError } from '../errors.ts'

/** One DER value: identifier octet, minimal definite length, content (X.690 §8.1, §10.1). */
export function tlv(tag: number, content: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(tag), derLength(content.length), content)
}

function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return Uint8Array.of(0x80 | octets.length, ...octets)
}

export const sequence = (...elements: readonly Uint8Array[]): Uint8Array =>
  tlv(TAG.sequence, concatBytes(...elements))

/** SET OF: elements in ascending order of their encodings (X.690 §11.6). */
export const setOf = (...elements: readonly Uint8Array[]): Uint8Array =>
  tlv(TAG.set, concatBytes(...elements.toSorted(compareEncodings)))

function compareEncodings(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i += 1) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

/** Non-negative INTEGER. */
export function integer(value: bigint | number): Uint8Array {
  const number = BigInt(value)
  if (number < 0n) throw new PkiError('pki.value-out-of-range', 'negative INTEGER')
  const hex = number.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return integerBytes(Uint8Array.from(even.match(/../g)!, (octet) => Number.parseInt(octet, 16)))
}

/** INTEGER from the big-endian bytes of a non-negative number, made minimal. */
export function integerBytes(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((octet) => octet !== 0)
  const minimal = first === -1 ? Uint8Array.of(0) : bytes.subarray(first)
  const positive = minimal[0]! & 0x80 ? concatBytes(Uint8Array.of(0), minimal) : minimal
  return tlv(TAG.integer, positive)
}

export const enumerated = (value: number): Uint8Array => tlv(TAG.enumerated, Uint8Array.of(value))

export const boolean = (value: boolean): Uint8Array =>
  tlv(TAG.boolean, Uint8Array.of(value ? 0xff : 0))

export const nullValue = (): Uint8Array => tlv(TAG.null, new Uint8Array(0))

/** OBJECT IDENTIFIER; arcs may be as large as the UUID arc 2.25 needs. */
export function oid(text: string): Uint8Array {
  const arcs = text.split('.').map(BigInt)
  const [first, second] = arcs
  if (first === undefined || second === undefined || first > 2n || (first < 2n && second > 39n))
    throw new PkiError('pki.value-out-of-range', `not an object identifier: ${text}`)
  const content = [first * 40n + second, ...arcs.slice(2)].flatMap(base128)
  return tlv(TAG.oid, Uint8Array.from(content))
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)]
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80)
  return octets
}

export const octetString = (bytes: Uint8Array): Uint8Array => tlv(TAG.octetString, bytes)

/** BIT STRING of whole octets. */
export const bitString = (bytes: Uint8Array): Uint8Array =>
  tlv(TAG.bitString, concatBytes(Uint8Array.of(0), bytes))

/** BIT STRING of named bits, trailing zero bits removed (X.690 §11.2.2). */
export function namedBits(bits: readonly number[]): Uint8Array {
  if (bits.length === 0) return tlv(TAG.bitString, Uint8Array.of(0))
  const highest = Math.max(...bits)
  const octets = new Uint8Array(Math.floor(highest / 8) + 1)
  for (const bit of bits) octets[Math.floor(bit / 8)]! |= 0x80 >> (bit % 8)
  return tlv(TAG.bitString, concatBytes(Uint8Array.of(7 - (highest % 8)), octets))
}

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text)

export const utf8String = (text: string): Uint8Array => tlv(TAG.utf8String, encoded(text))

export function printableString(text: string): Uint8Array {
  if (!/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text))
    throw new PkiError('pki.value-out-of-range', 'character outside PrintableString')
  return tlv(TAG.printableString, encoded(text))
}

export function ia5String(text: string): Uint8Array {
  // oxlint-disable-next-line no-control-regex -- IA5 is exactly the seven-bit range.
  if (!/^[\u0000-\u007f]*$/.test(text))
    throw new PkiError('pki.value-out-of-range', 'character outside IA5String')
  return tlv(TAG.ia5String, encoded(text))
}

/** Time of RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime after; whole seconds. */
export function time(at: Date): Uint8Array {
  const text = secondsText(at)
  const year = at.getUTCFullYear()
  return year >= 1950 && year < 2050
    ? tlv(TAG.utcTime, encoded(text.slice(2)))
    : tlv(TAG.generalizedTime, encoded(text))
}

/** GeneralizedTime in whole seconds, as OCSP and RFC 3161 without accuracy ask. */
export const generalizedTime = (at: Date): Uint8Array =>
  tlv(TAG.generalizedTime, encoded(secondsText(at)))

function secondsText(at: Date): string {
  if (Number.isNaN(at.getTime())) throw new PkiError('pki.value-out-of-range', 'no such time')
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
}

/** [n] EXPLICIT. */
export const explicit = (number: number, value: Uint8Array): Uint8Array =>
  tlv(contextConstructed(number), value)

/** [n] IMPLICIT over a primitive: `content` without its own identifier and length. */
export const implicitPrimitive = (number: number, content: Uint8Array): Uint8Array =>
  tlv(contextPrimitive(number), content)

/** [n] IMPLICIT over a SEQUENCE or SET, or over the concatenated elements of one. */
export const implicitConstructed = (number: number, content: Uint8Array): Uint8Array =>
  tlv(contextConstructed(number), content)
