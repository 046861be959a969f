import { malformed, tooComplex } from './errors.ts'
import type { PdfName, PdfString } from './values.ts'

// Lexical conventions, ISO 32000-2 §7.2. The cursor moves over bytes that stay where they are; only strings are copied.

export interface Cursor {
  readonly bytes: Uint8Array
  at: number
  /** False inside a decompressed object stream, whose positions mean nothing in the file. */
  readonly inFile: boolean
}

export function cursorAt(bytes: Uint8Array, at: number, inFile = true): Cursor {
  return { bytes, at, inFile }
}

// 1 white space, 2 delimiter, 0 regular
const classes = new Uint8Array(256)
for (const c of [0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]) classes[c] = 1
for (const c of '()<>[]{}/%') classes[c.charCodeAt(0)] = 2

export function isWhiteSpace(byte: number | undefined): boolean {
  return byte !== undefined && classes[byte] === 1
}
export function isDelimiter(byte: number | undefined): boolean {
  return byte === undefined || classes[byte] !== 0
}
export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

/** Skips white space only: where a comment could hide something, comments are not skipped. */
export function skipWhiteSpace(c: Cursor): void {
  while (c.at < c.bytes.length && classes[c.bytes[c.at] as number] === 1) c.at++
}

export function skipSpaceAndComments(c: Cursor): void {
  for (;;) {
    skipWhiteSpace(c)
    if (c.bytes[c.at] !== 0x25) return
    while (c.at < c.bytes.length && c.bytes[c.at] !== 0x0a && c.bytes[c.at] !== 0x0d) c.at++
  }
}

export function startsWith(bytes: Uint8Array, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false
  return true
}

/** Moves past `word` if it stands here as a whole token. */
export function takeKeyword(c: Cursor, word: string): boolean {
  if (!startsWith(c.bytes, c.at, word) || !isDelimiter(c.bytes[c.at + word.length])) return false
  c.at += word.length
  return true
}

export function expectKeyword(c: Cursor, word: string): void {
  if (!takeKeyword(c, word)) throw malformed(`expected ${word}`, c.at)
}

/** An unsigned integer of at most 15 digits, or -1 without moving. */
export function takeUnsigned(c: Cursor): number {
  let at = c.at
  let value = 0
  while (isDigit(c.bytes[at])) {
    value = value * 10 + (c.bytes[at] as number) - 0x30
    at++
  }
  if (at === c.at || at - c.at > 15) return -1
  c.at = at
  return value
}

export function expectUnsigned(c: Cursor): number {
  const value = takeUnsigned(c)
  if (value < 0) throw malformed('expected an integer', c.at)
  return value
}

export function readNumber(c: Cursor): number {
  const start = c.at
  let at = start
  const sign = c.bytes[at]
  if (sign === 0x2b || sign === 0x2d) at++
  let digits = 0
  let dots = 0
  for (; !isDelimiter(c.bytes[at]); at++) {
    if (c.bytes[at] === 0x2e) dots++
    else if (isDigit(c.bytes[at])) digits++
    else throw malformed('not a number', start)
  }
  if (digits === 0 || dots > 1 || at - start > 64) throw malformed('not a number', start)
  c.at = at
  let text = ''
  for (let i = start; i < at; i++) text += String.fromCharCode(c.bytes[i] as number)
  return Number(text)
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

export function readName(c: Cursor): PdfName {
  const start = c.at
  let at = start + 1
  let value = ''
  while (!isDelimiter(c.bytes[at])) {
    let byte = c.bytes[at] as number
    if (byte === 0x23) {
      const high = hexDigit(c.bytes[at + 1])
      const low = hexDigit(c.bytes[at + 2])
      if (high < 0 || low < 0) throw malformed('bad # escape in a name', at)
      byte = high * 16 + low
      if (byte === 0) throw malformed('null in a name', at)
      at += 2
    }
    value += String.fromCharCode(byte)
    at++
    if (at - start > 1024) throw tooComplex('name too long', start)
  }
  c.at = at
  return { kind: 'name', value }
}

export function readHexString(c: Cursor): PdfString {
  const start = c.at
  const close = c.bytes.indexOf(0x3e, start)
  if (close < 0) throw malformed('hexadecimal string without end', start)
  const out = new Uint8Array((close - start) >> 1)
  let length = 0
  let high = -1
  for (let at = start + 1; at < close; at++) {
    const byte = c.bytes[at] as number
    const digit = hexDigit(byte)
    if (digit < 0) {
      if (classes[byte] === 1) continue
      throw malformed('not a hexadecimal digit', at)
    }
    if (high < 0) high = digit
    else {
      out[length++] = high * 16 + digit
      high = -1
    }
  }
  if (high >= 0) out[length++] = high * 16
  c.at = close + 1
  return stringToken(c, out.subarray(0, length), true, start)
}

const escapes: Readonly<Record<string, number>> = {
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  b: 0x08,
  f: 0x0c,
  '(': 0x28,
  ')': 0x29,
  '\\': 0x5c,
}

export function readLiteralString(c: Cursor): PdfString {
  const start = c.at
  const out: number[] = []
  let depth = 1
  let at = start + 1
  for (;;) {
    const byte = c.bytes[at++]
    if (byte === undefined) throw malformed('string without end', start)
    if (byte === 0x5c) at = readEscape(c.bytes, at, out)
    else if (byte === 0x0d) {
      // An end of line inside a string reads as one line feed (§7.3.4.2).
      if (c.bytes[at] === 0x0a) at++
      out.push(0x0a)
    } else {
      if (byte === 0x28) depth++
      if (byte === 0x29 && --depth === 0) break
      out.push(byte)
    }
  }
  c.at = at
  return stringToken(c, Uint8Array.from(out), false, start)
}

function readEscape(bytes: Uint8Array, at: number, out: number[]): number {
  const byte = bytes[at]
  if (byte === undefined) return at
  if (byte === 0x0a) return at + 1
  if (byte === 0x0d) return bytes[at + 1] === 0x0a ? at + 2 : at + 1
  if (byte >= 0x30 && byte <= 0x37) {
    let value = 0
    let i = 0
    for (; i < 3; i++) {
      const digit = bytes[at + i]
      if (digit === undefined || digit < 0x30 || digit > 0x37) break
      value = value * 8 + digit - 0x30
    }
    out.push(value & 0xff)
    return at + i
  }
  out.push(escapes[String.fromCharCode(byte)] ?? byte)
  return at + 1
}

function stringToken(c: Cursor, bytes: Uint8Array, hex: boolean, start: number): PdfString {
  return { kind: 'string', bytes, hex, start: c.inFile ? start : -1, end: c.inFile ? c.at : -1 }
}
