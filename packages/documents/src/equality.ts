import type { PdfDict, PdfValue } from './values.ts'

/** Equal as written: references by their numbers, streams by dictionary and encoded bytes. */
export function sameValue(a: PdfValue | undefined, b: PdfValue | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a.kind === 'name') return b.kind === 'name' && a.value === b.value
  if (a.kind === 'string') return b.kind === 'string' && sameBytes(a.bytes, b.bytes)
  if (a.kind === 'ref')
    return b.kind === 'ref' && a.number === b.number && a.generation === b.generation
  if (a.kind === 'array')
    return (
      b.kind === 'array' &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => sameValue(item, b.items[i]))
    )
  if (a.kind === 'dict') return b.kind === 'dict' && changedKeys(a, b).length === 0
  return b.kind === 'stream' && sameValue(a.dict, b.dict) && sameBytes(a.raw, b.raw)
}

/** Keys whose values differ, or that only one of the two has. */
export function changedKeys(a: PdfDict, b: PdfDict): string[] {
  const keys = new Set([...a.entries.keys(), ...b.entries.keys()])
  return [...keys].filter((key) => !sameValue(a.entries.get(key), b.entries.get(key)))
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
