import { changedKeys } from '../equality.ts'
import { isName } from '../values.ts'
import { change, plain } from './change.ts'
import { numberOf, settle, settleAdded, type Step } from './step.ts'

// Keys of the trailer that every save rewrites, and those of a cross-reference stream.
const trailerKeys = new Set(
  'Size Prev ID Info Type W Index Filter DecodeParms Length XRefStm DocChecksum'.split(' '),
)

/** Trailer and document information: the root must stay; properties may be brought up to date. */
export function trailerRule(step: Step): void {
  const { before, after, revision } = step
  for (const key of changedKeys(before.trailer, after.trailer))
    if (!trailerKeys.has(key))
      step.changes.push(
        change('unknown', false, revision.index, undefined, plain(`trailer /${key}`)),
      )
  acceptProperties(step, numberOf(after.trailer.entries.get('Info')))
  if (revision.hybrid) step.changes.push(change('cross-reference', false, revision.index))
}

function acceptProperties(step: Step, number: number | undefined): void {
  if (number === undefined || !step.open.has(number)) return
  settle(step, number)
  step.changes.push(change('metadata', true, step.revision.index, number))
}

/** The catalogue may gain a form, a security store, extensions and newer metadata, nothing else. */
export function catalogRule(step: Step): void {
  const { before, after } = step
  const metadata = after.catalog.entries.get('Metadata')
  acceptProperties(step, numberOf(metadata))
  const number = after.catalogRef.number
  const keys = changedKeys(before.catalog, after.catalog)
  const forbidden = keys.filter((key) => !catalogKeyMayChange(step, key))
  settleAdded(step, after.catalog.entries.get('Extensions'), [])
  if (forbidden.length > 0) {
    const detail = plain(forbidden.map((key) => `/${key}`).join(' '))
    const kind = forbidden.includes('Pages') ? 'page-tree' : 'catalog'
    step.changes.push(change(kind, false, step.revision.index, number, detail))
  }
  settle(step, number)
}

function catalogKeyMayChange(step: Step, key: string): boolean {
  if (key === 'AcroForm') return step.after.catalog.entries.has(key)
  if (key === 'Version') {
    const [old, now] = [step.before, step.after].map((view) => view.catalog.entries.get(key))
    return isName(now) && (!isName(old) || old.value <= now.value)
  }
  return ['DSS', 'Extensions', 'Metadata'].includes(key)
}
