import { storedBytes, vriKey } from '../dss.ts'
import { DocumentError } from '../errors.ts'
import { sameBytes } from '../equality.ts'
import { readPdf } from '../pdf-file.ts'
import { listSignatures } from '../signatures.ts'
import {
  array,
  dict,
  dictWith,
  isArray,
  isDict,
  type PdfDict,
  type PdfRef,
  type PdfValue,
} from '../values.ts'
import { type Increment, startIncrement, writeIncrement } from './increment.ts'

export interface ValidationMaterial {
  readonly certificates: readonly Uint8Array[]
  readonly ocsps: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
  /** The /Contents of the signature it was gathered for (as DER or padded); absent: no /VRI entry. */
  readonly vriFor?: Uint8Array | undefined
}

/**
 * Appends certificates, OCSP responses and CRLs (DER) to the document security store, keeping what it holds
 * (PAdES B-LT). Throws what `readPdf` throws, `documents.signature-not-found` when no signature has these contents.
 */
export function appendDss(bytes: Uint8Array, material: ValidationMaterial): Uint8Array {
  const base = readPdf(bytes)
  if (base.trailing)
    throw new DocumentError('documents.pdf-malformed', { offset: base.trailing.start })
  const increment = startIncrement(base)
  const view = base.latest
  const store = view.resolve(view.catalog.entries.get('DSS'))
  const old = isDict(store) ? store : dict({})
  const certs = list(increment, old, 'Certs', material.certificates)
  const ocsps = list(increment, old, 'OCSPs', material.ocsps)
  const crls = list(increment, old, 'CRLs', material.crls)
  const vri = view.resolve(old.entries.get('VRI'))
  const entry = dict({ Cert: certs.named, OCSP: ocsps.named, CRL: crls.named })
  const key = material.vriFor && vriKey(padded(bytes, material.vriFor))
  const next = dictWith(old, {
    Certs: certs.all,
    OCSPs: ocsps.all,
    CRLs: crls.all,
    VRI: key ? dictWith(isDict(vri) ? vri : dict({}), { [key]: entry }) : old.entries.get('VRI'),
  })
  const at = increment.allocate()
  increment.put(at, { value: next })
  increment.put(view.catalogRef, { value: dictWith(view.catalog, { DSS: at }) })
  return writeIncrement(increment).bytes
}

function padded(bytes: Uint8Array, contents: Uint8Array): Uint8Array {
  for (const signature of listSignatures(readPdf(bytes))) {
    if (signature.kind === 'broken') continue
    const { paddedContents } = signature
    if (sameBytes(signature.contents, contents) || sameBytes(paddedContents, contents))
      return paddedContents
  }
  throw new DocumentError('documents.signature-not-found')
}

interface StreamList {
  /** The whole list; undefined when it is empty. */
  readonly all: PdfValue | undefined
  /** References to just what was handed in, old or new. */
  readonly named: PdfValue | undefined
}

function list(
  increment: Increment,
  old: PdfDict,
  key: string,
  given: readonly Uint8Array[],
): StreamList {
  const value = increment.base.latest.resolve(old.entries.get(key))
  const items: PdfValue[] = isArray(value) ? [...value.items] : []
  const data = items.map((item) => storedBytes(increment.base.latest, item))
  const named: PdfValue[] = []
  for (const der of given) {
    const known = data.findIndex((other) => other !== undefined && sameBytes(other, der))
    if (known < 0) {
      const at: PdfRef = increment.allocate()
      increment.put(at, { dict: dict({}), data: der })
      items.push(at)
      data.push(der)
      named.push(at)
    } else named.push(items[known] as PdfValue)
  }
  return {
    all: items.length > 0 ? array(items) : undefined,
    named: named.length > 0 ? array(named) : undefined,
  }
}
