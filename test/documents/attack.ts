// Builds increments an attacker would append: any object may be added or replaced.
import { readPages } from '../../packages/documents/src/pages.ts'
import { type PdfFile, readPdf } from '../../packages/documents/src/pdf-file.ts'
import {
  array,
  dict,
  dictWith,
  isArray,
  isDict,
  isRef,
  name,
  type PdfRef,
  ref,
} from '../../packages/documents/src/values.ts'
import {
  type Increment,
  startIncrement,
  writeIncrement,
} from '../../packages/documents/src/write/increment.ts'
import { insertSignature } from '../../packages/documents/src/write/insert.ts'
import {
  prepareSignature,
  type SignatureRequest,
} from '../../packages/documents/src/write/prepare.ts'

export const fakeDer = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05)

export function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
export function fromLatin(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

/** A structurally complete signature with a fake CMS. */
export function fakeSign(bytes: Uint8Array, more: Partial<SignatureRequest> = {}): Uint8Array {
  const request = { signingTime: new Date(0), name: 'Chen', reserveBytes: 64, ...more }
  const { prepared, contentsRange } = prepareSignature(bytes, request)
  return insertSignature(prepared, contentsRange, fakeDer)
}

export function append(
  bytes: Uint8Array,
  build: (increment: Increment, pdf: PdfFile) => void,
): Uint8Array {
  const pdf = readPdf(bytes)
  const increment = startIncrement(pdf)
  build(increment, pdf)
  return writeIncrement(increment).bytes
}

export function pageOf(pdf: PdfFile, index = 0): ReturnType<typeof readPages>[number] {
  const page = readPages(pdf.latest)[index]
  if (page === undefined) throw new Error('no such page')
  return page
}

export function contentsRef(pdf: PdfFile): PdfRef {
  const contents = pageOf(pdf).dict.entries.get('Contents')
  const first = isArray(contents) ? contents.items[0] : contents
  if (!isRef(first)) throw new Error('no contents')
  return first
}

/** Adds an annotation to the first page. */
export function annotate(increment: Increment, pdf: PdfFile, entries: object): PdfRef {
  const at = increment.allocate()
  const page = pageOf(pdf)
  increment.put(at, {
    value: dictWith(
      dict({ Type: name('Annot'), Rect: array([50, 700, 400, 800]), P: page.ref }),
      entries as Record<string, never>,
    ),
  })
  const annots = pdf.latest.resolve(page.dict.entries.get('Annots'))
  const items = isArray(annots) ? annots.items : []
  increment.put(page.ref, { value: dictWith(page.dict, { Annots: array([...items, at]) }) })
  return at
}

export function valueOf(pdf: PdfFile, at: PdfRef | number): ReturnType<typeof dict> {
  const value = pdf.latest.object(typeof at === 'number' ? at : at.number)
  if (!isDict(value)) throw new Error('not a dictionary')
  return value
}

export { array, dict, dictWith, name, ref }
