import { limits } from './limits.ts'

/** Where the ASN.1 SEQUENCE at the start ends; undefined when there is none or it runs over the end. */
export function valueEnd(bytes: Uint8Array): number | undefined {
  return bytes[0] === 0x30 ? skipValue(bytes, 0, 0) : undefined
}

// Several signing programs stream their CMS and so write it in BER: lengths left open, and two zeros to end them
// (X.690 §8.1.3.6). A value with a length of its own is skipped unread.
function skipValue(bytes: Uint8Array, at: number, depth: number): number | undefined {
  const first = bytes[at + 1]
  if (first === undefined || depth > limits.depth) return undefined
  if (first !== 0x80) return skipDefinite(bytes, at + 2, first)
  for (let child = at + 2; ;) {
    if (bytes[child] === 0 && bytes[child + 1] === 0) return child + 2
    const next = skipValue(bytes, child, depth + 1)
    if (next === undefined) return undefined
    child = next
  }
}

function skipDefinite(bytes: Uint8Array, at: number, first: number): number | undefined {
  const count = first < 0x80 ? 0 : first & 0x7f
  let length = count === 0 ? first : 0
  if (count > 4) return undefined
  for (let i = 0; i < count; i++) length = length * 256 + (bytes[at + i] ?? 0)
  const end = at + count + length
  return end > bytes.length ? undefined : end
}
