import { changedKeys, sameValue } from '../equality.ts'
import { type Page, readPages } from '../pages.ts'
import type { PdfDict, PdfValue } from '../values.ts'
import { isArray, isDict, isName } from '../values.ts'
import { change, plain } from './change.ts'
import { numberOf, settle, settleAdded, settleHeld, type Step } from './step.ts'

// Text markup and notes cannot paint over what was signed; stamps, free text, ink, shapes and redactions can.
const harmlessAnnotations = new Set([
  'Text',
  'Popup',
  'Highlight',
  'Underline',
  'StrikeOut',
  'Squiggly',
])

/** New widgets by object number, with the 0-based page that shows them. */
export type GainedWidgets = Map<number, number>

/** The same pages in the same order; a page itself may only gain annotations. Returns the widgets that are new. */
export function pageRule(step: Step): GainedWidgets {
  const { before, after, revision } = step
  const [old, now] = [readPages(before), readPages(after)]
  const gained: GainedWidgets = new Map()
  const same = old.length === now.length && old.every((page, i) => sameValue(page.ref, now[i]?.ref))
  if (!same) {
    step.changes.push(change('page-tree', false, revision.index))
    return gained
  }
  old.forEach((page, i) => comparePage(step, page, now[i] as Page, i, gained))
  return gained
}

function comparePage(step: Step, old: Page, now: Page, index: number, gained: GainedWidgets): void {
  const { number } = now.ref
  const annotsObject = numberOf(now.dict.entries.get('Annots'))
  const touched =
    step.open.has(number) || (annotsObject !== undefined && step.open.has(annotsObject))
  if (!touched) return
  const keys = changedKeys(old.dict, now.dict).filter((key) => key !== 'Annots' && key !== 'Tabs')
  if (keys.length > 0) {
    const detail = { zh: `第${index + 1}页 /${keys[0]}`, en: `page ${index + 1} /${keys[0]}` }
    const kind = keys.includes('Parent') ? 'page-tree' : 'page-content'
    step.changes.push(change(kind, false, step.revision.index, number, detail))
  }
  settle(step, number, 'compared')
  settleHeld(step, old.dict.entries.get('Annots'), now.dict.entries.get('Annots'), 'structure')
  compareAnnotations(step, old.dict, now.dict, index, gained)
}

function compareAnnotations(
  step: Step,
  old: PdfDict,
  now: PdfDict,
  index: number,
  gained: GainedWidgets,
): void {
  const list = (view: Step['before'], dict: PdfDict): readonly PdfValue[] => {
    const value = view.resolve(dict.entries.get('Annots'))
    return isArray(value) ? value.items : []
  }
  const earlier = list(step.before, old)
  let next = 0
  for (const item of list(step.after, now)) {
    if (next < earlier.length && sameValue(item, earlier[next])) next++
    else gainedAnnotation(step, item, index, gained)
  }
  if (next < earlier.length)
    step.changes.push(change('annotation', false, step.revision.index, numberOf(earlier[next])))
}

function gainedAnnotation(step: Step, item: PdfValue, index: number, gained: GainedWidgets): void {
  const annotation = step.after.resolve(item)
  const number = numberOf(item)
  const subtype = isDict(annotation) ? step.after.resolve(annotation.entries.get('Subtype')) : null
  if (number !== undefined && step.objects.get(number) === 'added' && isName(subtype, 'Widget')) {
    gained.set(number, index)
    return
  }
  const name = isName(subtype) ? subtype.value : '?'
  const isNew = number === undefined || step.objects.get(number) === 'added'
  const allowed = step.docMdp === 3 && isNew && harmlessAnnotations.has(name)
  const detail = { zh: `第${index + 1}页 ${name}`, en: `${name} on page ${index + 1}` }
  step.changes.push(change('annotation', allowed, step.revision.index, number, detail))
  settleAdded(step, item, ['P', 'Parent'])
}

/** A new widget that no new signature field claimed. */
export function unclaimedWidgets(step: Step, gained: ReadonlyMap<number, number>): void {
  for (const number of gained.keys()) {
    if (!step.open.has(number)) continue
    settle(step, number, 'structure')
    step.changes.push(change('annotation', false, step.revision.index, number, plain('Widget')))
  }
}
