import { changedKeys, sameValue } from '../equality.ts'
import { type Field, readFields } from '../fields.ts'
import type { PdfDict, PdfValue } from '../values.ts'
import { dict, isArray, isDict, isInteger } from '../values.ts'
import { change, plain } from './change.ts'
import { isLocked, numberOf, settle, settleAdded, settleHeld, type Step } from './step.ts'
import type { PdfView } from '../view.ts'
import { signatureAdded } from './signature-rule.ts'

/** The interactive form: signatures may come, values may be filled in where a certification says so. */
export function formRule(step: Step, gained: ReadonlyMap<number, number>): void {
  const [old, now] = [formOf(step, 'before'), formOf(step, 'after')]
  compareForm(step, old, now)
  const earlier = new Map(readFields(step.before).map((field) => [field.name, field]))
  for (const field of readFields(step.after)) {
    const known = earlier.get(field.name)
    earlier.delete(field.name)
    if (known === undefined) fieldAdded(step, field, gained)
    else compareField(step, known, field)
  }
  for (const field of earlier.values()) {
    const kind = field.type === 'Sig' && field.value ? 'signature-altered' : 'form-changed'
    step.changes.push(
      change(kind, false, step.revision.index, field.ref?.number, plain(field.name)),
    )
  }
}

function formOf(step: Step, side: 'before' | 'after'): PdfDict {
  const form = step[side].resolve(step[side].catalog.entries.get('AcroForm'))
  return isDict(form) ? form : dict({})
}

function compareForm(step: Step, old: PdfDict, now: PdfDict): void {
  const number = numberOf(step.after.catalog.entries.get('AcroForm'))
  const forbidden = changedKeys(old, now).filter((key) => !formKeyMayChange(step, key, old, now))
  if (forbidden.length > 0) {
    const detail = plain(forbidden.map((key) => `/${key}`).join(' '))
    step.changes.push(change('form-changed', false, step.revision.index, number, detail))
  }
  const held = [step.before, step.after].map((view) => view.catalog.entries.get('AcroForm'))
  settleHeld(step, held[0], held[1], 'structure')
  settleFieldsArray(step, old, now)
  settleDefaultResources(step, old, now)
}

/** The form's default resources may be objects of their own, which then grow in place. */
function settleDefaultResources(step: Step, old: PdfDict, now: PdfDict): void {
  const [a, b] = [old.entries.get('DR'), now.entries.get('DR')]
  const [before, after] = [step.before.resolve(a), step.after.resolve(b)]
  if (isDict(before) && isDict(after) && onlyGrew(step, before, after)) {
    settleHeld(step, a, b, 'aside')
    for (const [key, value] of after.entries)
      settleHeld(step, before.entries.get(key), value, 'aside')
  }
  settleAdded(step, b, [])
}

function formKeyMayChange(step: Step, key: string, old: PdfDict, now: PdfDict): boolean {
  const [a, b] = [
    step.before.resolve(old.entries.get(key)),
    step.after.resolve(now.entries.get(key)),
  ]
  if (key === 'Fields') return true
  if (key === 'SigFlags') return isInteger(b) && (isInteger(a) ? (a & b) === a : true)
  if (key === 'DA') return a === null
  if (key === 'NeedAppearances') return b !== true
  // Signing programs add their fonts to the default resources; what was there stays as it was.
  if (key === 'DR') return a === null || (isDict(a) && isDict(b) && onlyGrew(step, a, b))
  return false
}

function onlyGrew(step: Step, old: PdfDict, now: PdfDict): boolean {
  return [...old.entries.keys()].every((key) => {
    const a = step.before.resolve(old.entries.get(key))
    const b = step.after.resolve(now.entries.get(key))
    if (!isDict(a) || !isDict(b)) return sameValue(old.entries.get(key), now.entries.get(key))
    return changedKeys(a, b).every((inner) => !a.entries.has(inner))
  })
}

/** Fields may be appended; removed or reordered ones show up as missing or as a change of the array. */
function settleFieldsArray(step: Step, old: PdfDict, now: PdfDict): void {
  const items = (view: Step['before'], form: PdfDict): readonly PdfValue[] => {
    const list = view.resolve(form.entries.get('Fields'))
    return isArray(list) ? list.items : []
  }
  const kept = new Set(items(step.after, now).map((item) => numberOf(item)))
  const lost = items(step.before, old).some((item) => !kept.has(numberOf(item)))
  const number = numberOf(now.entries.get('Fields'))
  if (lost) step.changes.push(change('form-changed', false, step.revision.index, number))
  settleHeld(step, old.entries.get('Fields'), now.entries.get('Fields'), 'structure')
}

function fieldAdded(step: Step, field: Field, gained: ReadonlyMap<number, number>): void {
  if (field.type === 'Sig' && !field.orphan) {
    signatureAdded(step, field, true, gained)
    return
  }
  const { index } = step.revision
  step.changes.push(change('form-changed', false, index, field.ref?.number, plain(field.name)))
  settleAdded(step, field.ref, ['P', 'Parent'])
}

function compareField(step: Step, old: Field, now: Field): void {
  const { index } = step.revision
  const touched = [now.ref, ...now.widgets.map((widget) => widget.ref)]
    .map((ref) => numberOf(ref))
    .filter((number): number is number => number !== undefined && step.open.has(number))
  const sameObjects =
    sameValue(old.ref, now.ref) &&
    old.widgets.length === now.widgets.length &&
    old.widgets.every((widget, i) => sameValue(widget.ref, now.widgets[i]?.ref))
  if (!sameObjects || old.type !== now.type) {
    const kind = old.type === 'Sig' && old.value ? 'signature-altered' : 'form-changed'
    step.changes.push(change(kind, false, index, now.ref?.number, plain(now.name)))
    return
  }
  if (now.type === 'Sig') {
    compareSignatureField(step, old, now, touched)
    return
  }
  if (touched.length > 0 || appearanceTouched(step, now)) filled(step, old, now, touched)
}

// What programs write into an empty field when they sign it.
const signingKeys = new Set(['V', 'AP', 'F', 'MK', 'Lock', 'Type', 'M', 'DA'])

function compareSignatureField(step: Step, old: Field, now: Field, touched: number[]): void {
  const wasEmpty = step.before.resolve(old.value) === null
  const nowEmpty = step.after.resolve(now.value) === null
  if (wasEmpty && !nowEmpty && onlyKeys(old, now, signingKeys)) {
    signatureAdded(step, now, false, new Map())
    for (const number of touched) settle(step, number, 'structure')
    return
  }
  if (touched.length === 0 && sameValue(old.value, now.value)) return
  const { index } = step.revision
  step.changes.push(change('signature-altered', false, index, now.ref?.number, plain(now.name)))
  for (const number of touched) settle(step, number, 'structure')
}

function onlyKeys(old: Field, now: Field, may: ReadonlySet<string>): boolean {
  const keys = changedKeys(old.dict, now.dict)
  old.widgets.forEach((widget, i) => {
    const other = now.widgets[i]
    if (other) keys.push(...changedKeys(widget.dict, other.dict))
  })
  return keys.every((key) => may.has(key))
}

function appearanceObjects(view: PdfView, field: Field): number[] {
  return field.widgets.flatMap((widget) => {
    const value = view.resolve(widget.dict.entries.get('AP'))
    const normal = isDict(value) ? numberOf(value.entries.get('N')) : undefined
    return [numberOf(widget.dict.entries.get('AP')), normal].filter((n) => n !== undefined)
  })
}

function appearanceTouched(step: Step, field: Field): boolean {
  return appearanceObjects(step.after, field).some((number) => step.open.has(number))
}

/** Filling in is allowed only where a certification signature says so (DocMDP 2 or 3) and nobody locked the field. */
function filled(step: Step, old: Field, now: Field, touched: readonly number[]): void {
  const permitted = step.docMdp === 2 || step.docMdp === 3
  const onlyValue = onlyKeys(old, now, new Set(['V', 'AP', 'AS', 'I', 'M']))
  const allowed = permitted && onlyValue && !isLocked(step, now.name)
  step.changes.push(
    change('form-filled', allowed, step.revision.index, now.ref?.number, plain(now.name)),
  )
  const held = appearanceObjects(step.before, old)
  for (const number of [...touched, ...appearanceObjects(step.after, now)])
    if (touched.includes(number) || held.includes(number)) settle(step, number, 'structure')
  for (const widget of now.widgets)
    settleAdded(step, widget.dict.entries.get('AP'), ['P', 'Parent'])
  settleAdded(step, now.value, ['P', 'Parent'])
}
