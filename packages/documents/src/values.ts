// The object types of ISO 32000-2 §7.3. Null, booleans and numbers are JavaScript's own.

export interface PdfName {
  readonly kind: 'name'
  readonly value: string
}
/** `start` and `end` are file offsets of the token with its delimiters; -1 inside an object stream. */
export interface PdfString {
  readonly kind: 'string'
  readonly bytes: Uint8Array
  readonly hex: boolean
  readonly start: number
  readonly end: number
}
export interface PdfRef {
  readonly kind: 'ref'
  readonly number: number
  readonly generation: number
}
export interface PdfArray {
  readonly kind: 'array'
  readonly items: readonly PdfValue[]
}
export interface PdfDict {
  readonly kind: 'dict'
  readonly entries: ReadonlyMap<string, PdfValue>
}
/** `raw` is a view of the file's bytes between `stream` and `endstream`, still encoded. */
export interface PdfStream {
  readonly kind: 'stream'
  readonly dict: PdfDict
  readonly raw: Uint8Array
}
export type PdfValue =
  | null
  | boolean
  | number
  | PdfName
  | PdfString
  | PdfRef
  | PdfArray
  | PdfDict
  | PdfStream

type Kind = 'name' | 'string' | 'ref' | 'array' | 'dict' | 'stream'

function isKind(value: PdfValue | undefined, kind: Kind): boolean {
  return typeof value === 'object' && value !== null && value.kind === kind
}

export function isName(value: PdfValue | undefined, name?: string): value is PdfName {
  return isKind(value, 'name') && (name === undefined || (value as PdfName).value === name)
}
export function isString(value: PdfValue | undefined): value is PdfString {
  return isKind(value, 'string')
}
export function isRef(value: PdfValue | undefined): value is PdfRef {
  return isKind(value, 'ref')
}
export function isArray(value: PdfValue | undefined): value is PdfArray {
  return isKind(value, 'array')
}
export function isDict(value: PdfValue | undefined): value is PdfDict {
  return isKind(value, 'dict')
}
export function isStream(value: PdfValue | undefined): value is PdfStream {
  return isKind(value, 'stream')
}
export function isInteger(value: PdfValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value)
}

export function name(value: string): PdfName {
  return { kind: 'name', value }
}
export function ref(number: number, generation = 0): PdfRef {
  return { kind: 'ref', number, generation }
}
export function array(items: readonly PdfValue[]): PdfArray {
  return { kind: 'array', items }
}
export function dict(entries: Readonly<Record<string, PdfValue | undefined>>): PdfDict {
  const map = new Map<string, PdfValue>()
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) map.set(key, value)
  return { kind: 'dict', entries: map }
}
/** The same dictionary with some entries set; `undefined` removes an entry. */
export function dictWith(
  base: PdfDict,
  changes: Readonly<Record<string, PdfValue | undefined>>,
): PdfDict {
  const map = new Map(base.entries)
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) map.delete(key)
    else map.set(key, value)
  }
  return { kind: 'dict', entries: map }
}
export function string(bytes: Uint8Array, hex = false): PdfString {
  return { kind: 'string', bytes, hex, start: -1, end: -1 }
}

/** A text string (ISO 32000-2 §7.9.2.2): plain ASCII as it is, anything else UTF-16BE with its mark. */
export function textString(text: string): PdfString {
  if (/^[\x20-\x7e]*$/.test(text)) return string(new TextEncoder().encode(text))
  const bytes = new Uint8Array(2 + text.length * 2)
  bytes.set([0xfe, 0xff])
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    bytes[2 + i * 2] = unit >> 8
    bytes[3 + i * 2] = unit & 0xff
  }
  return string(bytes, true)
}

/** Reads a text string: UTF-16BE, UTF-8 with its mark, or (for the rest) Latin-1 as nearest to PDFDocEncoding. */
export function readText(value: PdfString): string {
  const { bytes } = value
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    let text = ''
    for (let i = 2; i + 1 < bytes.length; i += 2)
      text += String.fromCharCode(((bytes[i] as number) << 8) | (bytes[i + 1] as number))
    return text
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return new TextDecoder().decode(bytes.subarray(3))
  return latin1(bytes)
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 4096)
    text += String.fromCharCode(...bytes.subarray(i, i + 4096))
  return text
}
