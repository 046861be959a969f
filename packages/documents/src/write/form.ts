import { DocumentError } from '../errors.ts'
import type { Field } from '../fields.ts'
import {
  array,
  dict,
  dictWith,
  isArray,
  isDict,
  isInteger,
  isRef,
  type PdfRef,
  type PdfValue,
} from '../values.ts'
import type { Increment } from './increment.ts'

/** Adds a field to the form and marks the file as signed (§12.7.3: /SigFlags 3), touching as few objects as it can. */
export function addToForm(increment: Increment, field: PdfRef | undefined): void {
  const { latest } = increment.base
  const written = latest.catalog.entries.get('AcroForm')
  const form = latest.resolve(written)
  if (!isDict(form)) {
    if (field === undefined) throw new DocumentError('documents.field-not-usable')
    const at = increment.allocate()
    increment.put(at, { value: dict({ Fields: array([field]), SigFlags: 3 }) })
    increment.put(latest.catalogRef, { value: dictWith(latest.catalog, { AcroForm: at }) })
    return
  }
  const flags = latest.resolve(form.entries.get('SigFlags'))
  const changes: Record<string, PdfValue> = { SigFlags: (isInteger(flags) ? flags : 0) | 3 }
  if (field !== undefined) {
    const list = form.entries.get('Fields')
    const fields = latest.resolve(list)
    const all = array([...(isArray(fields) ? fields.items : []), field])
    if (isRef(list)) increment.put(list, { value: all })
    else changes['Fields'] = all
  }
  if (flags === changes['SigFlags'] && Object.keys(changes).length === 1) return
  const next = dictWith(form, changes)
  if (isRef(written)) increment.put(written, { value: next })
  else increment.put(latest.catalogRef, { value: dictWith(latest.catalog, { AcroForm: next }) })
}

/** A name no field has yet: Signature1, Signature2… */
export function freeFieldName(fields: readonly Field[]): string {
  const taken = new Set(fields.map((field) => field.name.split('.')[0]))
  for (let n = 1; ; n++) if (!taken.has(`Signature${n}`)) return `Signature${n}`
}
