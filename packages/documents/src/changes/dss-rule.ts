import { isDict, isRef, isStream, type PdfDict, type PdfValue } from '../values.ts'
import { change } from './change.ts'
import { numberOf, settle, type Step } from './step.ts'

/**
 * The document security store (ISO 32000-2 §12.8.4.3) may always grow, even under DocMDP 1. Its own dictionaries and
 * lists may be rewritten; the streams they name must be new.
 */
export function dssRule(step: Step): void {
  const value = step.after.catalog.entries.get('DSS')
  const open = step.open.size
  const store = settleList(step, value)
  if (!isDict(store)) return
  for (const key of ['Certs', 'OCSPs', 'CRLs']) settleStreams(step, store.entries.get(key))
  const vri = settleList(step, store.entries.get('VRI'))
  if (isDict(vri)) for (const entry of vri.entries.values()) settleEntry(step, entry)
  const isNew = !step.before.catalog.entries.has('DSS')
  if (isNew || step.open.size < open)
    step.changes.push(change('dss', true, step.revision.index, numberOf(value)))
}

function settleEntry(step: Step, value: PdfValue): void {
  const entry = settleList(step, value)
  if (!isDict(entry)) return
  for (const key of ['Cert', 'OCSP', 'CRL']) settleStreams(step, entry.entries.get(key))
  settleStream(step, entry.entries.get('TS'))
}

function settleStreams(step: Step, value: PdfValue | undefined): void {
  const list = settleList(step, value)
  if (list?.kind === 'array') for (const item of list.items) settleStream(step, item)
}

function settleStream(step: Step, value: PdfValue | undefined): void {
  if (
    isRef(value) &&
    step.objects.get(value.number) === 'added' &&
    isStream(step.after.resolve(value))
  )
    settle(step, value.number, 'aside')
}

/** A dictionary or array of the store, new or rewritten. */
function settleList(
  step: Step,
  value: PdfValue | undefined,
): PdfDict | Extract<PdfValue, { readonly kind: 'array' }> | undefined {
  const target = step.after.resolve(value)
  if (typeof target !== 'object' || (target?.kind !== 'dict' && target?.kind !== 'array'))
    return undefined
  settle(step, numberOf(value), 'aside')
  return target
}
