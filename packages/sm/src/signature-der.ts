// SM2Signature ::= SEQUENCE { r INTEGER, s INTEGER } (GM/T 0009 clause 7.3) in DER. This package
// knows no certificates, so it brings its own reader of these two numbers, and a strict one: each
// signature has exactly one encoding here, because a second one would change hashes over it.
import { concatBytes } from './bytes.ts'
import { SmError } from './errors.ts'
import type { Sm2Signature } from './sm2-signature.ts'

const SEQUENCE = 0x30
const INTEGER = 0x02

/** DER of a signature, 8 to 72 bytes. */
export function encodeSm2Signature(signature: Sm2Signature): Uint8Array {
  const body = concatBytes(encodeInteger(signature.r), encodeInteger(signature.s))
  return concatBytes(Uint8Array.of(SEQUENCE, body.length), body)
}

/**
 * Reads DER with nothing before, between, inside or after the two integers, short lengths,
 * minimal and non-negative numbers of at most 256 bits. Throws SmError
 * `sm.invalid-signature-encoding` with the offset. The range [1, n-1] is verification's to judge.
 */
export function decodeSm2Signature(der: Uint8Array): Sm2Signature {
  if (der[0] !== SEQUENCE) refuse(0)
  // Two 256-bit integers never need a long-form length, so any length octet above 0x7f is foreign.
  if (der.length < 2 || der[1] !== der.length - 2 || der[1] > 0x7f) refuse(1)
  const r = readInteger(der, 2)
  const s = readInteger(der, r.end)
  if (s.end !== der.length) refuse(s.end)
  return { r: r.value, s: s.value }
}

function encodeInteger(value: Uint8Array): Uint8Array {
  if (value.length !== 32) throw new SmError('sm.invalid-length', { length: value.length })
  let start = 0
  while (start < 31 && value[start] === 0) start++
  const pad = value[start]! & 0x80 ? [0] : []
  return Uint8Array.of(INTEGER, pad.length + 32 - start, ...pad, ...value.subarray(start))
}

function readInteger(der: Uint8Array, at: number): { value: Uint8Array; end: number } {
  const length = der[at + 1]
  const start = at + 2
  if (der[at] !== INTEGER) refuse(at)
  if (length === undefined || length < 1 || length > 33 || start + length > der.length) {
    return refuse(at + 1)
  }
  const first = der[start]!
  if (first & 0x80) refuse(start)
  if (first === 0 && length > 1 && !(der[start + 1]! & 0x80)) refuse(start)
  if (length === 33 && first !== 0) refuse(start)
  const digits = der.subarray(first === 0 && length > 1 ? start + 1 : start, start + length)
  const value = new Uint8Array(32)
  value.set(digits, 32 - digits.length)
  return { value, end: start + length }
}

function refuse(offset: number): never {
  throw new SmError('sm.invalid-signature-encoding', { offset })
}
