import type { PdfDict } from './values.ts'
import { isArray, isDict, isName, isString, readText } from './values.ts'
import type { PdfView } from './view.ts'

// What the entries of a signature dictionary say (ISO 32000-2 Table 255); claims, until a verifier has checked them.

/** A FieldMDP transform (§12.8.2.4): which fields this signature locks. */
export interface FieldLock {
  readonly action: 'All' | 'Include' | 'Exclude'
  readonly fields: readonly string[]
}

export function isTimestamp(view: PdfView, dict: PdfDict): boolean {
  return (
    nameOf(view, dict, 'Type') === 'DocTimeStamp' ||
    nameOf(view, dict, 'SubFilter') === 'ETSI.RFC3161'
  )
}

function references(view: PdfView, dict: PdfDict): PdfDict[] {
  const list = view.resolve(dict.entries.get('Reference'))
  if (!isArray(list)) return []
  return list.items
    .map((item) => view.resolve(item))
    .filter((item): item is PdfDict => isDict(item))
}

function transformParams(view: PdfView, dict: PdfDict, method: string): PdfDict | undefined {
  const found = references(view, dict).find(
    (item) => nameOf(view, item, 'TransformMethod') === method,
  )
  if (found === undefined) return undefined
  const params = view.resolve(found.entries.get('TransformParams'))
  return isDict(params) ? params : { kind: 'dict', entries: new Map() }
}

export function readDocMdp(view: PdfView, dict: PdfDict): 1 | 2 | 3 | undefined {
  const params = transformParams(view, dict, 'DocMDP')
  if (params === undefined) return undefined
  const p = view.resolve(params.entries.get('P'))
  if (p === null) return 2
  // What is not 2 or 3 allows nothing.
  return p === 2 || p === 3 ? p : 1
}

export function readFieldLock(view: PdfView, dict: PdfDict): FieldLock | undefined {
  const params = transformParams(view, dict, 'FieldMDP')
  if (params === undefined) return undefined
  const action = nameOf(view, params, 'Action')
  const fields = view.resolve(params.entries.get('Fields'))
  const names = isArray(fields)
    ? fields.items
        .map((item) => view.resolve(item))
        .flatMap((item) => (isString(item) ? [readText(item)] : []))
    : []
  return action === 'Include' || action === 'Exclude'
    ? { action, fields: names }
    : { action: 'All', fields: [] }
}

export function nameOf(view: PdfView, dict: PdfDict, key: string): string | undefined {
  const value = view.resolve(dict.entries.get(key))
  return isName(value) ? value.value : undefined
}

export function textOf(view: PdfView, dict: PdfDict, key: string): string | undefined {
  const value = view.resolve(dict.entries.get(key))
  return isString(value) ? readText(value) : undefined
}

/** ISO 32000-2 §7.9.4; undefined for what is no date. */
export function readDate(text: string | undefined): Date | undefined {
  const match =
    /^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)(?:00'?00'?)?|([+-])(\d\d)'?(\d\d)?'?)?$/.exec(
      text ?? '',
    )
  if (!match) return undefined
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00'] = match
  const [sign, offsetHours, offsetMinutes = '00'] = match.slice(8)
  const zone = sign ? `${sign}${offsetHours}:${offsetMinutes}` : 'Z'
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`)
  return Number.isNaN(date.getTime()) ? undefined : date
}
