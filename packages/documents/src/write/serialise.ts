import type { PdfDict, PdfString, PdfValue } from '../values.ts'

// Writes objects in the syntax of ISO 32000-2 §7.3; everything but stream data is ASCII.

const regular = /^[A-Za-z0-9_.\-+*:;@!&'^~|=,?$]$/

export function serialise(value: PdfValue): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number') return serialiseNumber(value)
  if (value.kind === 'name') return serialiseName(value.value)
  if (value.kind === 'string') return serialiseString(value)
  if (value.kind === 'ref') return `${value.number} ${value.generation} R`
  if (value.kind === 'array') return `[${value.items.map(serialise).join(' ')}]`
  if (value.kind === 'dict') return serialiseDict(value)
  throw new TypeError('a stream is not a direct object')
}

export function serialiseDict(dict: PdfDict): string {
  let text = '<<'
  for (const [key, value] of dict.entries) text += `${serialiseName(key)} ${serialise(value)}\n`
  return `${text}>>`
}

/** PDF has no exponents; fifteen places keep every value a page can hold. */
function serialiseNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value)
  const text = String(value)
  return text.includes('e') ? value.toFixed(15) : text
}

function serialiseName(value: string): string {
  let text = '/'
  for (const char of value)
    text += regular.test(char) ? char : `#${char.charCodeAt(0).toString(16).padStart(2, '0')}`
  return text
}

function serialiseString(value: PdfString): string {
  let text = ''
  if (value.hex) {
    for (const byte of value.bytes) text += byte.toString(16).padStart(2, '0')
    return `<${text}>`
  }
  for (const byte of value.bytes) {
    if (byte === 0x28 || byte === 0x29 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`
    else if (byte < 0x20 || byte > 0x7e) text += `\\${byte.toString(8).padStart(3, '0')}`
    else text += String.fromCharCode(byte)
  }
  return `(${text})`
}
