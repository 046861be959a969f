import { sha256 } from '@noble/hashes/sha2.js'
import type { PdfFile } from '../pdf-file.ts'
import type { PdfDict, PdfRef, PdfValue } from '../values.ts'
import {
  array,
  dict,
  dictWith,
  isArray,
  isInteger,
  isRef,
  isStream,
  name,
  ref,
  string,
} from '../values.ts'
import { serialise, serialiseDict } from './serialise.ts'

/** An object of the increment: a value, a stream with its data, or finished text (placeholders inside). */
export type NewObject =
  | { readonly value: PdfValue }
  | { readonly dict: PdfDict; readonly data: Uint8Array }
  | { readonly text: string }

/** Objects to append to a file, by number; `allocate` gives numbers nobody uses. */
export interface Increment {
  readonly base: PdfFile
  allocate(): PdfRef
  /** One more than the highest object number, old or allocated. */
  size(): number
  put(at: PdfRef, object: NewObject): void
  /** Every object put so far, to read back what an earlier step changed. */
  readonly objects: ReadonlyMap<number, { readonly ref: PdfRef; readonly object: NewObject }>
}

export interface WrittenIncrement {
  readonly bytes: Uint8Array
  /** File offset of each object's first digit. */
  readonly offsets: ReadonlyMap<number, number>
}

export function startIncrement(base: PdfFile): Increment {
  const declared = base.latest.trailer.entries.get('Size')
  let next = Math.max(base.latest.size, isInteger(declared) ? declared : 0)
  const objects = new Map<number, { ref: PdfRef; object: NewObject }>()
  return {
    base,
    objects,
    allocate: () => ref(next++),
    size: () => next,
    put: (at, object) => void objects.set(at.number, { ref: at, object }),
  }
}

/**
 * Appends the increment (ISO 32000-2 §7.5.6). The base is an exact byte prefix of the result, followed by one line
 * feed that is always ours, so that the base can be cut out again to the byte. The cross-reference kind follows the base.
 */
export function writeIncrement(increment: Increment): WrittenIncrement {
  const { base } = increment
  const parts: Uint8Array[] = [base.bytes]
  let at = base.bytes.length
  const add = (part: Uint8Array): void => {
    parts.push(part)
    at += part.length
  }
  add(ascii('\n'))
  const offsets = new Map<number, number>()
  for (const [number, entry] of [...increment.objects].sort(([a], [b]) => a - b)) {
    offsets.set(number, at)
    for (const part of objectParts(entry.ref, entry.object)) add(part)
  }
  const last = base.revisions.at(-1)
  if (last?.xrefKind === 'stream') add(xrefStream(increment, offsets, at))
  else add(xrefTable(increment, offsets, at))
  return { bytes: join(parts, at), offsets }
}

function objectParts(at: PdfRef, object: NewObject): Uint8Array[] {
  const head = `${at.number} ${at.generation} obj\n`
  if ('text' in object) return [ascii(`${head}${object.text}\nendobj\n`)]
  if ('value' in object) return [ascii(`${head}${serialise(object.value)}\nendobj\n`)]
  const full = dictWith(object.dict, { Length: object.data.length })
  return [
    ascii(`${head}${serialiseDict(full)}\nstream\n`),
    object.data,
    ascii('\nendstream\nendobj\n'),
  ]
}

function xrefTable(increment: Increment, offsets: Map<number, number>, at: number): Uint8Array {
  let text = 'xref\n'
  for (const run of runs(offsets)) {
    text += `${run[0]} ${run.length}\n`
    for (const number of run) {
      const generation = increment.objects.get(number)?.ref.generation ?? 0
      text += `${digits(offsets.get(number) as number, 10)} ${digits(generation, 5)} n\r\n`
    }
  }
  text += `trailer\n${serialiseDict(trailer(increment, at))}\nstartxref\n${at}\n%%EOF\n`
  return ascii(text)
}

function xrefStream(increment: Increment, offsets: Map<number, number>, at: number): Uint8Array {
  const self = increment.allocate()
  const all = new Map(offsets).set(self.number, at)
  const rows: number[] = []
  const index: number[] = []
  for (const run of runs(all)) {
    index.push(run[0] as number, run.length)
    for (const number of run) {
      const offset = all.get(number) as number
      const generation = increment.objects.get(number)?.ref.generation ?? 0
      // Five bytes of offset: division, because shifts stop at 32 bits.
      const bytes = [4, 3, 2, 1, 0].map((power) => Math.floor(offset / 256 ** power) & 0xff)
      rows.push(1, ...bytes, generation >> 8, generation & 0xff)
    }
  }
  const full = dictWith(trailer(increment, at), {
    Type: name('XRef'),
    W: array([1, 5, 2]),
    Index: array(index),
  })
  const [head, data, foot] = objectParts(self, { dict: full, data: Uint8Array.from(rows) })
  const tail = ascii(`startxref\n${at}\n%%EOF\n`)
  const parts = [head, data, foot, tail] as Uint8Array[]
  return join(
    parts,
    parts.reduce((sum, part) => sum + part.length, 0),
  )
}

function trailer(increment: Increment, xrefOffset: number): PdfDict {
  const { base } = increment
  const before = base.latest.trailer.entries
  return dict({
    Size: increment.size(),
    Prev: base.revisions.at(-1)?.xrefOffset,
    Root: base.latest.catalogRef,
    Info: isRef(before.get('Info')) ? before.get('Info') : undefined,
    ID: nextId(base, xrefOffset),
  })
}

/** The second half of the file identifier changes with each save (§14.4); derived, because nothing here is random. */
function nextId(base: PdfFile, xrefOffset: number): PdfValue | undefined {
  const id = base.latest.resolve(base.latest.trailer.entries.get('ID'))
  if (!isArray(id) || id.items.length !== 2 || isStream(id.items[0])) return undefined
  const seed = ascii(`${serialise(id)} ${base.bytes.length} ${xrefOffset}`)
  return array([base.latest.resolve(id.items[0]), string(sha256(seed).slice(0, 16), true)])
}

function runs(offsets: ReadonlyMap<number, number>): number[][] {
  const found: number[][] = []
  for (const number of [...offsets.keys()].sort((a, b) => a - b)) {
    const last = found.at(-1)
    if (last !== undefined && last.at(-1) === number - 1) last.push(number)
    else found.push([number])
  }
  return found
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function join(parts: readonly Uint8Array[], total: number): Uint8Array {
  const out = new Uint8Array(total)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
