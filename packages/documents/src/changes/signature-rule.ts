import type { Field } from '../fields.ts'
import { intersects, type Page, readPages, type Rect, readRect, visibleBox } from '../pages.ts'
import { isArray, isDict } from '../values.ts'
import { change, type ChangeKind } from './change.ts'
import { isLocked, numberOf, settleAdded, type Step } from './step.ts'

/** A visible signature larger than this part of the page is taken for an attempt to cover it. */
const largestShare = 0.25

/**
 * A signature or document timestamp that a revision brought. Settles the field, its value and appearance, all of which
 * must be new (an existing empty field apart), and says whether the earlier signatures allow it.
 */
export function signatureAdded(
  step: Step,
  field: Field,
  newField: boolean,
  gained: ReadonlyMap<number, number>,
): void {
  const { index } = step.revision
  const found = step.signatures.find(
    (signature) => signature.fieldName === field.name && signature.kind !== 'broken',
  )
  const empty = step.after.resolve(field.value) === null && field.value === undefined
  const isThis = found !== undefined && found.kind !== 'broken' && found.revisionIndex === index
  const kind: ChangeKind = empty
    ? 'signature-field-added'
    : isThis && found.kind === 'doc-timestamp'
      ? 'doc-timestamp'
      : 'signature-added'
  const objection = empty
    ? emptyObjection(step, field)
    : isThis
      ? signatureObjection(step, field, newField ? gained : undefined, kind)
      : { zh: '签名无法解析', en: 'it cannot be read' }
  const widgetStray = newField && field.widgets.some((widget) => isStray(widget.ref, gained))
  const problem =
    objection ?? (widgetStray ? { zh: '不在任何页面上', en: 'it stands on no page' } : undefined)
  const detail = problem
    ? { zh: `${field.name}：${problem.zh}`, en: `${field.name}: ${problem.en}` }
    : { zh: field.name, en: field.name }
  step.changes.push(change(kind, problem === undefined, index, field.ref?.number, detail))
  settleAdded(step, field.ref, ['P', 'Parent'])
  settleAdded(step, field.value, ['P', 'Parent'])
  for (const widget of field.widgets) {
    settleAdded(step, widget.ref, ['P', 'Parent'])
    settleAdded(step, widget.dict.entries.get('AP'), ['P', 'Parent'])
  }
}

type Objection = { readonly zh: string; readonly en: string } | undefined

/** A field's widget may be left out of /Annots only if it shows nothing. */
function isStray(ref: Field['ref'], gained: ReadonlyMap<number, number>): boolean {
  return ref !== undefined && gained.size > 0 && !gained.has(ref.number)
}

function emptyObjection(step: Step, field: Field): Objection {
  if (step.docMdp !== undefined) return { zh: '认证签名不允许', en: 'the certification forbids it' }
  const drawn = field.widgets.some((widget) => widget.dict.entries.has('AP'))
  return drawn ? { zh: '空白签名域带有外观', en: 'an empty field with an appearance' } : undefined
}

function signatureObjection(
  step: Step,
  field: Field,
  gained: ReadonlyMap<number, number> | undefined,
  kind: ChangeKind,
): Objection {
  const newField = gained !== undefined
  const value = numberOf(field.value)
  if (value === undefined || step.objects.get(value) !== 'added')
    return { zh: '签名值不是新增的', en: 'its value is not new' }
  if (field.widgets.length > 1) return { zh: '有多个外观', en: 'it has several widgets' }
  const widget = field.widgets[0]?.dict
  if ([field.dict, widget].some((dict) => dict?.entries.has('A') || dict?.entries.has('AA')))
    return { zh: '带有动作', en: 'it carries an action' }
  const rect = widget === undefined ? undefined : readRect(step.after, widget.entries.get('Rect'))
  const visible = rect !== undefined && rect[0] < rect[2] && rect[1] < rect[3]
  if (kind === 'doc-timestamp')
    return visible ? { zh: '时间戳不应可见', en: 'a timestamp should not be visible' } : undefined
  if (step.docMdp === 1) return { zh: '认证签名不允许', en: 'the certification forbids it' }
  if (!newField && isLocked(step, field.name))
    return { zh: '该签名域已被锁定', en: 'an earlier signature locked this field' }
  if (step.docMdp !== undefined && newField && visible)
    return {
      zh: '认证后只可填写预留的签名域',
      en: 'after certification only prepared fields may be signed',
    }
  const page = gained?.get(field.widgets[0]?.ref?.number ?? -1)
  return visible && page !== undefined ? placeObjection(step, page, rect) : undefined
}

/** A new visible signature must not cover other annotations or much of the page that shows it. */
function placeObjection(step: Step, index: number, rect: Rect): Objection {
  const page = readPages(step.before)[index] as Page
  const box = visibleBox(step.before, page)
  const share =
    ((rect[2] - rect[0]) * (rect[3] - rect[1])) / ((box[2] - box[0]) * (box[3] - box[1]))
  if (share > largestShare) return { zh: '外观遮盖页面', en: 'it covers the page' }
  return annotationRects(step, page).some((other) => intersects(rect, other))
    ? { zh: '外观遮盖已有签名或批注', en: 'it covers an earlier signature or annotation' }
    : undefined
}

function annotationRects(step: Step, page: Page): Rect[] {
  const annots = step.before.resolve(page.dict.entries.get('Annots'))
  if (!isArray(annots)) return []
  return annots.items.flatMap((item) => {
    const annot = step.before.resolve(item)
    const rect = isDict(annot) ? readRect(step.before, annot.entries.get('Rect')) : undefined
    return rect === undefined || rect[0] >= rect[2] || rect[1] >= rect[3] ? [] : [rect]
  })
}
