import { EvidenceError } from './errors.ts'

/** A value that JSON can hold; what evidence is written in. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined }

// Deeper than anything we write; bounds the recursion on hostile input.
const MAX_DEPTH = 64

/**
 * The one byte form of a JSON value: RFC 8785 (JCS). Keys sorted by UTF-16 code units, ECMAScript numbers, no
 * white space, UTF-8. Members that are `undefined` are left out. Throws `evidence.json-not-representable` for
 * NaN, infinities and lone surrogates (RFC 8785 §3.2.2.2), `evidence.json-too-deep` past 64 levels.
 */
export function canonicalJson(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(canonicalText(value, 0))
}

/**
 * Reads JSON that must already be in its canonical form, so that duplicate keys, odd escapes and white space
 * cannot carry a second meaning under one hash. Throws `evidence.json-…`.
 */
export function readCanonicalJson(bytes: Uint8Array): JsonValue {
  const value = parseJson(bytes)
  const again = canonicalJson(value)
  if (again.length !== bytes.length || again.some((byte, i) => byte !== bytes[i]))
    throw new EvidenceError('evidence.json-not-canonical')
  return value
}

function parseJson(bytes: Uint8Array): JsonValue {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new EvidenceError('evidence.json-not-utf8')
  }
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    throw new EvidenceError('evidence.json-malformed')
  }
}

function canonicalText(value: JsonValue, depth: number): string {
  if (depth > MAX_DEPTH) throw new EvidenceError('evidence.json-too-deep')
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'string') return stringText(value)
  if (isList(value)) return `[${value.map((item) => canonicalText(item, depth + 1)).join(',')}]`
  const members: string[] = []
  // The default sort compares UTF-16 code units, as RFC 8785 §3.2.3 asks.
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) members.push(`${stringText(key)}:${canonicalText(member, depth + 1)}`)
  }
  return `{${members.join(',')}}`
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new EvidenceError('evidence.json-not-representable')
  return JSON.stringify(value)
}

function stringText(value: string): string {
  if (!value.isWellFormed()) throw new EvidenceError('evidence.json-not-representable')
  return JSON.stringify(value)
}
