import { DocumentError } from '../errors.ts'
import { type Field, readFields } from '../fields.ts'
import { type Page, pageRotation, readPages, type Rect, readRect } from '../pages.ts'
import { type PdfFile, readPdf } from '../pdf-file.ts'
import type { ByteRange, OffsetRange } from '../byte-range.ts'
import { refuseIfUnsignable } from '../unsignable.ts'
import {
  array,
  dict,
  dictWith,
  isArray,
  isRef,
  name,
  type PdfDict,
  type PdfRef,
  textString,
} from '../values.ts'
import { appearanceObject, type SignatureAppearance } from './appearance.ts'
import { addToForm, freeFieldName } from './form.ts'
import { type Increment, startIncrement, writeIncrement } from './increment.ts'
import { defaultSignatureRect } from './rect.ts'
import { serialise } from './serialise.ts'

export interface SignatureRequest {
  /** An empty signature field to fill, or the name of a new one; absent: Signature1, Signature2… */
  readonly fieldName?: string | undefined
  /** 0-based; absent: the last page. A field that exists keeps its page. */
  readonly page?: number | undefined
  /** In user space of the page, points; absent: `defaultSignatureRect` when there is an appearance, else invisible. */
  readonly rect?: Rect | undefined
  readonly appearance?: SignatureAppearance | undefined
  /** Written as /M with Beijing's offset; a claim of the signer, not a proof. */
  readonly signingTime: Date
  readonly name: string
  readonly reason?: string | undefined
  /** Bytes of DER the signature may take; default 16384. */
  readonly reserveBytes?: number | undefined
  readonly subFilter?: 'ETSI.CAdES.detached' | 'adbe.pkcs7.detached' | undefined
}

export interface PreparedSignature {
  /** The whole file with an empty signature; the original is its exact byte prefix. */
  readonly prepared: Uint8Array
  readonly byteRange: ByteRange
  /** The hexadecimal string with its angle brackets: the only bytes that are not signed. */
  readonly contentsRange: OffsetRange
  readonly fieldName: string
}

interface Target {
  readonly fieldName: string
  readonly existing: Field | undefined
  readonly page: Page
  readonly rect: Rect
}

/**
 * Appends an increment with an empty signature (ISO 32000-2 §12.8). Throws what `readPdf` and `refuseIfUnsignable`
 * throw, and `documents.page-not-found`, `documents.field-not-usable`.
 */
export function prepareSignature(bytes: Uint8Array, request: SignatureRequest): PreparedSignature {
  const base = readPdf(bytes)
  refuseIfUnsignable(base)
  const target = chooseTarget(base, request)
  const increment = startIncrement(base)
  const signature = increment.allocate()
  const text = signatureDictionary(request)
  increment.put(signature, { text })
  if (target.existing) fillField(increment, target.existing, signature, target, request)
  else addField(increment, signature, target, request)
  const { bytes: prepared, offsets } = writeIncrement(increment)
  const at = (offsets.get(signature.number) as number) + `${signature.number} 0 obj\n`.length
  return { ...writeByteRange(prepared, text, at), fieldName: target.fieldName }
}

function chooseTarget(base: PdfFile, request: SignatureRequest): Target {
  const pages = readPages(base.latest)
  const fields = readFields(base.latest)
  const fieldName = request.fieldName ?? freeFieldName(fields)
  const existing = fields.find((field) => field.name === fieldName)
  if (existing) return existingTarget(base, pages, existing)
  if (fieldName.includes('.') || fields.some((field) => field.name.startsWith(`${fieldName}.`)))
    throw new DocumentError('documents.field-not-usable', { reason: 'name' })
  const index = request.page ?? pages.length - 1
  const page = pages[index]
  if (page === undefined) throw new DocumentError('documents.page-not-found')
  const rect =
    request.rect ??
    (request.appearance ? defaultSignatureRect(base, index) : ([0, 0, 0, 0] as const))
  return { fieldName, existing: undefined, page, rect }
}

function existingTarget(base: PdfFile, pages: readonly Page[], existing: Field): Target {
  const { latest } = base
  const widget = existing.widgets[0]
  const unusable =
    existing.type !== 'Sig' ||
    existing.ref === undefined ||
    existing.orphan ||
    latest.resolve(existing.value) !== null ||
    existing.widgets.length !== 1 ||
    widget?.ref === undefined
  if (unusable)
    throw new DocumentError('documents.field-not-usable', {
      reason: 'not an empty signature field',
    })
  const page = pages.find((candidate) => {
    const annots = latest.resolve(candidate.dict.entries.get('Annots'))
    return (
      isArray(annots) &&
      annots.items.some((item) => isRef(item) && item.number === widget?.ref?.number)
    )
  })
  if (page === undefined)
    throw new DocumentError('documents.field-not-usable', { reason: 'not on a page' })
  const rect = readRect(latest, widget?.dict.entries.get('Rect')) ?? [0, 0, 0, 0]
  return { fieldName: existing.name, existing, page, rect }
}

function addField(
  increment: Increment,
  signature: PdfRef,
  target: Target,
  request: SignatureRequest,
): void {
  const { page, rect } = target
  const appearance = putAppearance(increment, target, request)
  const field = increment.allocate()
  increment.put(field, {
    value: dict({
      Type: name('Annot'),
      Subtype: name('Widget'),
      FT: name('Sig'),
      T: textString(target.fieldName),
      V: signature,
      // Print and Locked (§12.5.3): on paper too, and not to be moved by hand.
      F: 132,
      P: page.ref,
      Rect: array(rect),
      AP: dict({ N: appearance }),
    }),
  })
  const annots = increment.base.latest.resolve(page.dict.entries.get('Annots'))
  const all = array([...(isArray(annots) ? annots.items : []), field])
  increment.put(page.ref, { value: dictWith(page.dict, { Annots: all }) })
  addToForm(increment, field)
}

function fillField(
  increment: Increment,
  field: Field,
  signature: PdfRef,
  target: Target,
  request: SignatureRequest,
): void {
  const appearance = putAppearance(increment, target, request)
  const widget = field.widgets[0] as Field['widgets'][number]
  const shown = { AP: dict({ N: appearance }) }
  if (widget.ref?.number === field.ref?.number)
    increment.put(field.ref as PdfRef, { value: dictWith(field.dict, { V: signature, ...shown }) })
  else {
    increment.put(field.ref as PdfRef, { value: dictWith(field.dict, { V: signature }) })
    increment.put(widget.ref as PdfRef, { value: dictWith(widget.dict, shown) })
  }
  addToForm(increment, undefined)
}

function putAppearance(increment: Increment, target: Target, request: SignatureRequest): PdfRef {
  const at = increment.allocate()
  const rotation = pageRotation(increment.base.latest, target.page)
  increment.put(at, appearanceObject(request.appearance, target.rect, rotation))
  return at
}

// Room for three offsets of a file up to 10 GB.
const byteRangePlaceholder = `[0 ${' '.repeat(33)}]`

function signatureDictionary(request: SignatureRequest): string {
  const entries: PdfDict = dict({
    Type: name('Sig'),
    Filter: name('Adobe.PPKLite'),
    SubFilter: name(request.subFilter ?? 'ETSI.CAdES.detached'),
    M: textString(pdfDate(request.signingTime)),
    Name: textString(request.name),
    Reason: request.reason === undefined ? undefined : textString(request.reason),
    Prop_Build: dict({ App: dict({ Name: name('Yunqian') }) }),
  })
  const body = serialise(entries).slice(0, -2)
  const zeros = '0'.repeat(2 * (request.reserveBytes ?? 16_384))
  return `${body}/ByteRange ${byteRangePlaceholder}\n/Contents <${zeros}>\n>>`
}

/** D:YYYYMMDDHHmmSS+08'00' (§7.9.4). */
function pdfDate(time: Date): string {
  const beijing = new Date(time.getTime() + 8 * 3_600_000).toISOString()
  return `D:${beijing.slice(0, 19).replaceAll(/[-:T]/g, '')}+08'00'`
}

function writeByteRange(
  prepared: Uint8Array,
  text: string,
  at: number,
): Pick<PreparedSignature, 'prepared' | 'byteRange' | 'contentsRange'> {
  const marker = '/Contents <'
  const start = at + text.lastIndexOf(marker) + marker.length - 1
  const end = at + text.length - '\n>>'.length
  const byteRange = [0, start, end, prepared.length - end] as const
  const rangeAt = at + text.lastIndexOf(byteRangePlaceholder)
  const written = `[${byteRange.join(' ')}`.padEnd(byteRangePlaceholder.length - 1)
  prepared.set(new TextEncoder().encode(written), rangeAt)
  return { prepared, byteRange, contentsRange: { start, end } }
}
