import { isRef, type PdfValue } from '../values.ts'
import { change } from './change.ts'
import { settle, type Step } from './step.ts'

/**
 * The document security store (ISO 32000-2 §12.8.4.3) may always grow, even under DocMDP 1. Its own arrays and
 * dictionaries may be rewritten; the streams it names must be new.
 */
export function dssRule(step: Step): void {
  const value = step.after.catalog.entries.get('DSS')
  const before = step.open.size
  if (value !== undefined) walk(step, value, 0)
  const wasThere = step.before.catalog.entries.has('DSS')
  if (step.open.size < before || (value !== undefined && !wasThere))
    step.changes.push(
      change('dss', true, step.revision.index, isRef(value) ? value.number : undefined),
    )
}

function walk(step: Step, value: PdfValue, depth: number): void {
  // Store, array or VRI map, VRI entry, its array, stream.
  if (depth > 5) return
  let target = value
  if (isRef(value)) {
    target = step.after.resolve(value)
    const isData = typeof target === 'object' && target?.kind === 'stream'
    if (!isData || step.objects.get(value.number) === 'added') settle(step, value.number)
  }
  if (typeof target !== 'object' || target === null) return
  if (target.kind === 'array') for (const item of target.items) walk(step, item, depth + 1)
  if (target.kind === 'dict')
    for (const item of target.entries.values()) walk(step, item, depth + 1)
}
