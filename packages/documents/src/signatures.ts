import type { ByteRange, OffsetRange } from './byte-range.ts'
import { DocumentError } from './errors.ts'
import { valueEnd } from './encoded-length.ts'
import { type Field, readFields } from './fields.ts'
import type { PdfFile } from './pdf-file.ts'
import { isWhiteSpace, startsWith } from './lexer.ts'
import { revisionCoveredBy } from './coverage.ts'
import type { PdfString, PdfValue } from './values.ts'
import { isArray, isDict, isInteger, isRef, isString } from './values.ts'
import {
  type FieldLock,
  isTimestamp,
  nameOf,
  readDate,
  readDocMdp,
  readFieldLock,
  textOf,
} from './signature-dictionary.ts'
import type { PdfView } from './view.ts'

export type BrokenReason =
  | 'value-missing'
  | 'value-not-direct'
  | 'value-shared'
  | 'byte-range-missing'
  | 'byte-range-malformed'
  | 'contents-missing'
  | 'contents-not-the-gap'
  | 'contents-padding'
  | 'object-in-gap'
  | 'not-a-revision'
  | 'ranges-overlap'
  | 'signature-removed'
  | 'unreadable-tail'

export interface IntactSignature {
  readonly kind: 'signature' | 'doc-timestamp'
  readonly fieldName: string
  readonly fieldRef: number | undefined
  readonly valueRef: number
  readonly byteRange: ByteRange
  /** The CMS or time-stamp token, DER or BER, without the zeros behind it. */
  readonly contents: Uint8Array
  /** /Contents with its zeros, as the /VRI key is computed over it. */
  readonly paddedContents: Uint8Array
  readonly contentsRange: OffsetRange
  /** Everything before this byte is signed, but for the gap. */
  readonly coveredLength: number
  readonly coversWholeFile: boolean
  readonly revisionIndex: number
  readonly subFilter: string | undefined
  /** /M, a claim of the signer. */
  readonly declaredTime: Date | undefined
  readonly reason: string | undefined
  readonly name: string | undefined
  /** /P of a DocMDP transform: 1 no changes, 2 forms and signatures, 3 annotations too. */
  readonly docMdp: 1 | 2 | 3 | undefined
  readonly fieldLock: FieldLock | undefined
}

/** A signature field whose value cannot be trusted to mean anything: never to be passed over as "no signature". */
export interface BrokenSignature {
  readonly kind: 'broken'
  readonly fieldName: string
  readonly reason: BrokenReason
}

export type PdfSignature = IntactSignature | BrokenSignature

/**
 * Every signature of the file, by what it covers (the widest last); broken ones first. Structure only: no cryptography.
 * A signature that an earlier revision had and the latest has not is reported as broken.
 */
export function listSignatures(pdf: PdfFile): PdfSignature[] {
  const fields = signatureFields(pdf.latest)
  const users = new Map<number, number>()
  for (const field of fields)
    if (isRef(field.value)) users.set(field.value.number, (users.get(field.value.number) ?? 0) + 1)
  const found: PdfSignature[] = fields.map((field) =>
    isRef(field.value) && (users.get(field.value.number) ?? 0) > 1
      ? { kind: 'broken', fieldName: field.name, reason: 'value-shared' }
      : readSignature(pdf, field),
  )
  const all = [...markOverlaps(found), ...removedSignatures(pdf, fields), ...lostSignature(pdf)]
  return all.sort((a, b) => covered(a) - covered(b))
}

function covered(signature: PdfSignature): number {
  return signature.kind === 'broken' ? -1 : signature.coveredLength
}

/** Fields of type Sig with a value; a value that is a dangling reference still counts. */
function signatureFields(view: PdfView): Field[] {
  return readFields(view).filter(
    (field) => field.type === 'Sig' && field.value !== undefined && field.value !== null,
  )
}

function readSignature(pdf: PdfFile, field: Field): PdfSignature {
  const broken = (reason: BrokenReason): BrokenSignature => ({
    kind: 'broken',
    fieldName: field.name,
    reason,
  })
  if (!isRef(field.value)) return broken('value-not-direct')
  const view = pdf.latest
  const dict = view.resolve(field.value)
  if (!isDict(dict)) return broken('value-missing')
  const placed = view.locate(field.value.number)
  if (placed === undefined) return broken('value-not-direct')
  const rangeValue = view.resolve(dict.entries.get('ByteRange'))
  if (rangeValue === null) return broken('byte-range-missing')
  const byteRange = readByteRange(rangeValue, pdf.bytes.length)
  if (byteRange === undefined) return broken('byte-range-malformed')
  // Not resolved: a reference could lead to a string outside the gap.
  const contents = dict.entries.get('Contents')
  if (!isString(contents) || contents.bytes.length === 0) return broken('contents-missing')
  const [, start, end] = byteRange
  if (!gapIsExactly(pdf.bytes, contents, byteRange[1], byteRange[2]))
    return broken('contents-not-the-gap')
  if (start < placed.start || end > placed.end) return broken('contents-not-the-gap')
  const trimmed = trimContents(contents.bytes)
  if (trimmed === undefined) return broken('contents-padding')
  if (objectInside(pdf, start, end)) return broken('object-in-gap')
  const coveredLength = byteRange[2] + byteRange[3]
  const revisionIndex = revisionCoveredBy(pdf, coveredLength)
  if (revisionIndex === undefined) return broken('not-a-revision')
  if (start < (pdf.revisions[revisionIndex]?.start ?? 0)) return broken('not-a-revision')
  const subFilter = nameOf(view, dict, 'SubFilter')
  return {
    kind: isTimestamp(view, dict) ? 'doc-timestamp' : 'signature',
    fieldName: field.name,
    fieldRef: field.ref?.number,
    valueRef: field.value.number,
    byteRange,
    contents: trimmed,
    paddedContents: contents.bytes,
    contentsRange: { start, end },
    coveredLength,
    coversWholeFile: revisionIndex === pdf.revisions.length - 1 && pdf.trailing === undefined,
    revisionIndex,
    subFilter,
    declaredTime: readDate(textOf(view, dict, 'M')),
    reason: textOf(view, dict, 'Reason'),
    name: textOf(view, dict, 'Name'),
    docMdp: readDocMdp(view, dict),
    fieldLock: readFieldLock(view, dict),
  }
}

function readByteRange(value: PdfValue, fileLength: number): ByteRange | undefined {
  if (!isArray(value) || value.items.length !== 4) return undefined
  const [zero, start, end, rest] = value.items
  if (zero !== 0 || !isInteger(start) || !isInteger(end) || !isInteger(rest)) return undefined
  if (start <= 0 || end <= start || rest <= 0 || end + rest > fileLength) return undefined
  return [0, start, end, rest]
}

/** The gap is one hexadecimal string, digits only, and it is the very token that was parsed as /Contents. */
function gapIsExactly(bytes: Uint8Array, contents: PdfString, start: number, end: number): boolean {
  if (!contents.hex || contents.start !== start || contents.end !== end) return false
  for (let at = start + 1; at < end - 1; at++) if (isWhiteSpace(bytes[at])) return false
  return true
}

/** Cuts the zeros behind the CMS; anything else behind it is unsigned data and gives undefined. */
function trimContents(bytes: Uint8Array): Uint8Array | undefined {
  const length = valueEnd(bytes)
  if (length === undefined) return bytes.some((byte) => byte !== 0) ? bytes : new Uint8Array()
  return bytes.subarray(length).some((byte) => byte !== 0) ? undefined : bytes.subarray(0, length)
}

function objectInside(pdf: PdfFile, start: number, end: number): boolean {
  return pdf.revisions.some(
    (revision) =>
      (revision.xrefOffset > start && revision.xrefOffset < end) ||
      [...revision.objects.values()].some(
        (entry) => entry.type === 'offset' && entry.offset > start && entry.offset < end,
      ),
  )
}

/** Of two signatures the earlier must lie wholly before the gap of the later. */
function markOverlaps(found: readonly PdfSignature[]): PdfSignature[] {
  return found.map((signature) => {
    if (signature.kind === 'broken') return signature
    const clash = found.some(
      (other) =>
        other !== signature &&
        other.kind !== 'broken' &&
        (other.coveredLength <= signature.coveredLength
          ? other.coveredLength > signature.byteRange[1]
          : signature.coveredLength > other.byteRange[1]),
    )
    return clash
      ? { kind: 'broken', fieldName: signature.fieldName, reason: 'ranges-overlap' }
      : signature
  })
}

/** An increment that cannot be read may have held a signature; then the file is not an unsigned one. */
function lostSignature(pdf: PdfFile): BrokenSignature[] {
  const { trailing } = pdf
  if (trailing === undefined) return []
  for (
    let at = pdf.bytes.indexOf(0x2f, trailing.start);
    at >= 0;
    at = pdf.bytes.indexOf(0x2f, at + 1)
  )
    if (startsWith(pdf.bytes, at, '/ByteRange'))
      return [{ kind: 'broken', fieldName: '', reason: 'unreadable-tail' }]
  return []
}

function removedSignatures(pdf: PdfFile, now: readonly Field[]): BrokenSignature[] {
  const present = new Set(now.map((field) => refNumber(field.value)))
  const removed = new Map<number, BrokenSignature>()
  for (const revision of pdf.revisions.slice(0, -1)) {
    for (const field of earlierSignatureFields(pdf, revision.index)) {
      const number = refNumber(field.value)
      if (number === undefined || present.has(number) || removed.has(number)) continue
      removed.set(number, { kind: 'broken', fieldName: field.name, reason: 'signature-removed' })
    }
  }
  return [...removed.values()]
}

/** A revision that was never shown alone may be unreadable by itself; then it also shows no signature. */
function earlierSignatureFields(pdf: PdfFile, index: number): Field[] {
  try {
    return signatureFields(pdf.view(index))
  } catch (error) {
    if (error instanceof DocumentError) return []
    throw error
  }
}

function refNumber(value: PdfValue | undefined): number | undefined {
  return isRef(value) ? value.number : undefined
}
