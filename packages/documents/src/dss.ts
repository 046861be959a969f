import { sha1 } from '@noble/hashes/legacy.js'
import { decodeStructuralStream } from './filters.ts'
import type { PdfFile } from './pdf-file.ts'
import { isArray, isDict, isStream, type PdfValue } from './values.ts'
import type { PdfView } from './view.ts'

/** DER of everything the document security store holds (ISO 32000-2 §12.8.4.3). */
export interface SecurityStore {
  readonly certificates: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
  readonly ocsps: readonly Uint8Array[]
  /** Keys of /VRI: upper-case hexadecimal SHA-1 of a signature's /Contents. */
  readonly vriKeys: readonly string[]
}

/** Reads the latest revision's store; empty when there is none. Throws `pdf-malformed` for unreadable streams. */
export function readDss(pdf: PdfFile): SecurityStore {
  const view = pdf.latest
  const store = view.resolve(view.catalog.entries.get('DSS'))
  const streams = (key: string): Uint8Array[] => {
    const list = isDict(store) ? view.resolve(store.entries.get(key)) : null
    if (!isArray(list)) return []
    return list.items.flatMap((item) => storedBytes(view, item) ?? [])
  }
  const vri = isDict(store) ? view.resolve(store.entries.get('VRI')) : null
  return {
    certificates: streams('Certs'),
    crls: streams('CRLs'),
    ocsps: streams('OCSPs'),
    vriKeys: isDict(vri) ? [...vri.entries.keys()] : [],
  }
}

/** The decoded data of one entry; undefined when it is no stream. */
export function storedBytes(view: PdfView, item: PdfValue): Uint8Array | undefined {
  const stream = view.resolve(item)
  return isStream(stream) ? decodeStructuralStream(stream) : undefined
}

/** The /VRI key of a signature, over its /Contents with the zeros (ETSI EN 319 142-1 §5.4.2.3). */
export function vriKey(paddedContents: Uint8Array): string {
  let key = ''
  for (const byte of sha1(paddedContents)) key += byte.toString(16).padStart(2, '0')
  return key.toUpperCase()
}
