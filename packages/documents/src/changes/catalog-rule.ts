import { changedKeys } from '../equality.ts'
import { isName, type PdfValue } from '../values.ts'
import { change, plain } from './change.ts'
import { numberOf, settle, settleAdded, settleHeld, type Step } from './step.ts'

// Keys of the trailer that every save rewrites, and those of a cross-reference stream.
const trailerKeys = new Set(
  'Size Prev ID Info Type W Index Filter DecodeParms Length XRefStm DocChecksum'.split(' '),
)

/**
 * Trailer and document information: the root must stay; properties may be brought up to date. A key of a program's own
 * may be dropped, as savers drop what they do not know, but not turned to something else.
 */
export function trailerRule(step: Step): void {
  const { before, after, revision } = step
  for (const key of changedKeys(before.trailer, after.trailer))
    if (!trailerKeys.has(key) && (key === 'Root' || after.trailer.entries.has(key)))
      step.changes.push(
        change('unknown', false, revision.index, undefined, plain(`trailer /${key}`)),
      )
  acceptProperties(step, before.trailer.entries.get('Info'), after.trailer.entries.get('Info'))
  if (revision.hybrid) step.changes.push(change('cross-reference', false, revision.index))
}

function acceptProperties(step: Step, old: PdfValue | undefined, now: PdfValue | undefined): void {
  if (settleHeld(step, old, now, 'aside'))
    step.changes.push(change('metadata', true, step.revision.index, numberOf(now)))
}

/** The catalogue may gain a form, a security store, extensions and newer metadata, nothing else. */
export function catalogRule(step: Step): void {
  const { before, after } = step
  const metadata = [before, after].map((view) => view.catalog.entries.get('Metadata'))
  acceptProperties(step, metadata[0], metadata[1])
  const number = after.catalogRef.number
  const keys = changedKeys(before.catalog, after.catalog)
  const forbidden = keys.filter((key) => !catalogKeyMayChange(step, key))
  const extensions = [before, after].map((view) => view.catalog.entries.get('Extensions'))
  settleHeld(step, extensions[0], extensions[1], 'aside')
  settleAdded(step, extensions[1], [])
  if (forbidden.length > 0) {
    const detail = plain(forbidden.map((key) => `/${key}`).join(' '))
    const kind = forbidden.includes('Pages') ? 'page-tree' : 'catalog'
    step.changes.push(change(kind, false, step.revision.index, number, detail))
  }
  settle(step, number, 'compared')
}

function catalogKeyMayChange(step: Step, key: string): boolean {
  if (key === 'AcroForm') return step.after.catalog.entries.has(key)
  if (key === 'Version') {
    const [old, now] = [step.before, step.after].map((view) => view.catalog.entries.get(key))
    return isName(now) && (!isName(old) || old.value <= now.value)
  }
  return ['DSS', 'Extensions', 'Metadata'].includes(key)
}
