import { malformed, tooComplex } from './errors.ts'
import { decodeStructuralStream } from './filters.ts'
import { cursorAt, expectUnsigned, skipSpaceAndComments } from './lexer.ts'
import { limits } from './limits.ts'
import { type IndirectObject, readIndirectObject, readValue } from './parser.ts'
import type { Revision } from './revisions.ts'
import type { PdfDict, PdfRef, PdfStream, PdfValue } from './values.ts'
import { isDict, isInteger, isName, isRef, isStream } from './values.ts'
import type { XrefEntry } from './xref.ts'

/** What one revision shows: object numbers resolved through it and all revisions before it. */
export interface PdfView {
  readonly revisionIndex: number
  readonly trailer: PdfDict
  readonly catalog: PdfDict
  readonly catalogRef: PdfRef
  /** Highest object number in use, plus one, over everything this view can see. */
  readonly size: number
  numbers(): IterableIterator<number>
  entry(number: number): XrefEntry | undefined
  /** The indirect object where it stands in the file; undefined if free, absent or inside an object stream. */
  locate(number: number): IndirectObject | undefined
  /** Follows a reference (null when its object is free, absent or of another generation); other values pass. */
  resolve(value: PdfValue | undefined): PdfValue
  object(number: number): PdfValue
}

/** Objects already parsed, shared by the views of one file: the bytes at an offset never change their meaning. */
export interface ObjectCache {
  readonly objects: Map<number, IndirectObject>
  readonly containers: Map<number, readonly CompressedObject[]>
}

interface CompressedObject {
  readonly number: number
  readonly value: PdfValue
}

export function createView(
  bytes: Uint8Array,
  revisions: readonly Revision[],
  index: number,
  cache: ObjectCache,
): PdfView {
  const revision = revisions[index] as Revision
  const entries = entriesUpTo(revisions, index)
  const trailer = (revision.sections[0] as Revision['sections'][number]).trailer
  const lengthDependent = new Map<number, IndirectObject>()
  const inProgress = new Set<number>()

  const locate = (number: number): IndirectObject | undefined => {
    const entry = entries.get(number)
    if (entry?.type !== 'offset') return undefined
    const known = cache.objects.get(entry.offset) ?? lengthDependent.get(entry.offset)
    const object = known ?? parseAt(entry.offset)
    if (object.number !== number || object.generation !== entry.generation)
      throw malformed(`object ${number} is not where the table says`, entry.offset)
    return object
  }
  const parseAt = (offset: number): IndirectObject => {
    if (inProgress.has(offset)) throw malformed('stream length refers to itself', offset)
    inProgress.add(offset)
    try {
      const object = readIndirectObject(bytes, offset, (ref) => {
        const length = resolve(ref)
        return isInteger(length) ? length : -1
      })
      const target = object.lengthIsIndirect ? lengthDependent : cache.objects
      target.set(offset, object)
      return object
    } finally {
      inProgress.delete(offset)
    }
  }
  const compressed = (number: number, container: number, at: number): PdfValue => {
    const holder = locate(container)
    if (holder === undefined || !isStream(holder.value))
      throw malformed(`object stream ${container} is missing`)
    let objects = cache.containers.get(holder.start)
    if (objects === undefined) {
      objects = readObjectStream(holder.value, holder.start)
      cache.containers.set(holder.start, objects)
    }
    const found = objects[at]
    if (found?.number !== number)
      throw malformed(`object ${number} is not in object stream ${container}`, holder.start)
    return found.value
  }
  const object = (number: number): PdfValue => {
    const entry = entries.get(number)
    if (entry?.type === 'compressed') return compressed(number, entry.container, entry.index)
    return locate(number)?.value ?? null
  }
  const resolve = (value: PdfValue | undefined): PdfValue => {
    let current: PdfValue = value ?? null
    for (let hops = 0; isRef(current); hops++) {
      if (hops > 8) throw tooComplex('chain of references')
      const entry = entries.get(current.number)
      const generation = entry?.type === 'offset' ? entry.generation : 0
      current = current.generation === generation ? object(current.number) : null
    }
    return current
  }

  const root = trailer.entries.get('Root')
  if (!isRef(root)) throw malformed('no /Root', revision.xrefOffset)
  const catalog = resolve(root)
  if (!isDict(catalog) || !isName(catalog.entries.get('Type'), 'Catalog'))
    throw malformed('no document catalog', revision.xrefOffset)
  return {
    revisionIndex: index,
    trailer,
    catalog,
    catalogRef: root,
    size: sizeOf(entries),
    numbers: () => entries.keys(),
    entry: (number) => entries.get(number),
    locate,
    resolve,
    object,
  }
}

function entriesUpTo(revisions: readonly Revision[], index: number): Map<number, XrefEntry> {
  const entries = new Map<number, XrefEntry>()
  for (let i = 0; i <= index; i++)
    for (const [number, entry] of (revisions[i] as Revision).objects) entries.set(number, entry)
  entries.delete(0)
  return entries
}

function sizeOf(entries: ReadonlyMap<number, XrefEntry>): number {
  let size = 1
  for (const number of entries.keys()) if (number >= size) size = number + 1
  return size
}

/** ISO 32000-2 §7.5.7: pairs of number and offset, then the objects; streams cannot be among them. */
function readObjectStream(stream: PdfStream, offset: number): CompressedObject[] {
  const { data, places } = objectStreamPlaces(stream)
  return places.map(({ number, at }) => {
    const value = readValue(cursorAt(data, at, false))
    if (isRef(value)) throw malformed('a reference as an object of an object stream', offset)
    return { number, value }
  })
}

/** The numbers of an object stream's members in their order. */
export function decodeObjectStreamNumbers(stream: PdfStream): number[] {
  return objectStreamPlaces(stream).places.map((place) => place.number)
}

interface ObjectStreamPlaces {
  readonly data: Uint8Array
  readonly places: readonly { readonly number: number; readonly at: number }[]
}

function objectStreamPlaces(stream: PdfStream): ObjectStreamPlaces {
  const count = stream.dict.entries.get('N')
  const first = stream.dict.entries.get('First')
  if (!isName(stream.dict.entries.get('Type'), 'ObjStm') || !isInteger(count) || !isInteger(first))
    throw malformed('not an object stream')
  const data = decodeStructuralStream(stream)
  if (count < 0 || count > data.length || count > limits.xrefEntries || first < 0)
    throw malformed('object stream header')
  const c = cursorAt(data, 0, false)
  const places: { number: number; at: number }[] = []
  for (let i = 0; i < count; i++) {
    skipSpaceAndComments(c)
    const number = expectUnsigned(c)
    skipSpaceAndComments(c)
    places.push({ number, at: first + expectUnsigned(c) })
  }
  return { data, places }
}
