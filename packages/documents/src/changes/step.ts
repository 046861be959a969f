import { sameValue } from '../equality.ts'
import type { PdfFile } from '../pdf-file.ts'
import type { Revision } from '../revisions.ts'
import type { FieldLock } from '../signature-dictionary.ts'
import type { PdfSignature } from '../signatures.ts'
import type { PdfValue } from '../values.ts'
import { isName, isRef, isStream } from '../values.ts'
import type { PdfView } from '../view.ts'
import { sameEntry } from '../xref.ts'
import type { Change } from './change.ts'

/**
 * What a modified object was accepted as. `compared`: its rule looked at every key. `structure`: a list or field that
 * must not draw a page as well. `aside`: properties or validation material, which nothing shown may use.
 */
export type Role = 'compared' | 'structure' | 'aside'

type ObjectChange = 'added' | 'modified' | 'removed'

/**
 * One revision against the one before it. Rules take numbers out of `open` by explaining them (`settle`); what stays
 * open in the end is a forbidden change.
 */
export interface Step {
  readonly pdf: PdfFile
  readonly revision: Revision
  readonly before: PdfView
  readonly after: PdfView
  readonly objects: ReadonlyMap<number, ObjectChange>
  readonly open: Set<number>
  /** Existing objects whose modification a rule accepted, to be checked for a second use elsewhere. */
  readonly accepted: Map<number, Role>
  readonly changes: Change[]
  readonly signatures: readonly PdfSignature[]
  /** The strictest DocMDP of the signatures made before this revision. */
  readonly docMdp: 1 | 2 | 3 | undefined
  readonly locks: readonly FieldLock[]
}

export function startStep(pdf: PdfFile, index: number, signatures: readonly PdfSignature[]): Step {
  const revision = pdf.revisions[index] as Revision
  const [before, after] = [pdf.view(index - 1), pdf.view(index)]
  const objects = changedObjects(revision, before, after)
  const earlier = signatures.flatMap((signature) =>
    signature.kind !== 'broken' && signature.revisionIndex < index ? [signature] : [],
  )
  const levels = earlier.flatMap((signature) => signature.docMdp ?? [])
  return {
    pdf,
    revision,
    before,
    after,
    objects,
    open: new Set(objects.keys()),
    accepted: new Map(),
    changes: [],
    signatures,
    docMdp: levels.length > 0 ? (Math.min(...levels) as 1 | 2 | 3) : undefined,
    locks: earlier.flatMap((signature) => signature.fieldLock ?? []),
  }
}

function changedObjects(
  revision: Revision,
  before: PdfView,
  after: PdfView,
): Map<number, ObjectChange> {
  const changed = new Map<number, ObjectChange>()
  for (const [number, entry] of revision.objects) {
    const old = before.entry(number)
    const wasThere = old !== undefined && old.type !== 'free'
    if (number === 0 || (!wasThere && entry.type === 'free') || sameEntry(old, entry)) continue
    if (entry.type === 'free') changed.set(number, 'removed')
    else if (!wasThere) {
      if (!isStructure(revision, after, number)) changed.set(number, 'added')
    } else if (!rewrittenUnchanged(before, after, number)) {
      if (!isNextSection(revision, before, after, number)) changed.set(number, 'modified')
    }
  }
  return changed
}

/** New cross-reference and object streams carry the increment; their members are judged one by one. */
function isStructure(revision: Revision, after: PdfView, number: number): boolean {
  const value = after.object(number)
  if (!isStream(value)) return false
  const placed = after.locate(number)
  const ownSection = revision.sections.some((section) => section.offset === placed?.start)
  return ownSection || isName(value.dict.entries.get('Type'), 'ObjStm')
}

/** Some programs give each new cross-reference stream the number of the one before. */
function isNextSection(
  revision: Revision,
  before: PdfView,
  after: PdfView,
  number: number,
): boolean {
  const old = before.object(number)
  const wasSection = isStream(old) && isName(old.dict.entries.get('Type'), 'XRef')
  const start = after.locate(number)?.start
  return wasSection && revision.sections.some((section) => section.offset === start)
}

function rewrittenUnchanged(before: PdfView, after: PdfView, number: number): boolean {
  const [old, now] = [before.entry(number), after.entry(number)]
  const generation = (entry: typeof old): number =>
    entry?.type === 'offset' ? entry.generation : 0
  return (
    generation(old) === generation(now) && sameValue(before.object(number), after.object(number))
  )
}

/** Explains an object: it is no longer an open question, whether its change was allowed or not. */
export function settle(step: Step, number: number | undefined, role: Role): void {
  if (number === undefined || !step.open.delete(number)) return
  if (step.objects.get(number) === 'modified') step.accepted.set(number, role)
}

/**
 * Explains the object behind a key that two dictionaries share, if it is new or the same as before. A key turned to
 * another existing object must not carry that object's change through.
 */
export function settleHeld(
  step: Step,
  old: PdfValue | undefined,
  now: PdfValue | undefined,
  role: Role,
): boolean {
  const number = numberOf(now)
  if (number === undefined || !step.open.has(number)) return false
  if (step.objects.get(number) !== 'added' && numberOf(old) !== number) return false
  settle(step, number, role)
  return true
}

/** Settles what is newly added and reachable from a value; existing objects end the walk. */
export function settleAdded(
  step: Step,
  value: PdfValue | undefined,
  skip: readonly string[],
): void {
  const open: PdfValue[] = [value ?? null]
  while (open.length > 0) {
    let next = open.pop() as PdfValue
    if (isRef(next)) {
      if (step.objects.get(next.number) !== 'added' || !step.open.has(next.number)) continue
      settle(step, next.number, 'aside')
      next = step.after.resolve(next)
    }
    if (typeof next !== 'object' || next === null) continue
    if (next.kind === 'array') open.push(...next.items)
    const dict = next.kind === 'stream' ? next.dict : next
    if (dict.kind === 'dict')
      for (const [key, item] of dict.entries) if (!skip.includes(key)) open.push(item)
  }
}

export function numberOf(value: PdfValue | undefined): number | undefined {
  return isRef(value) ? value.number : undefined
}

/** Whether an earlier signature locked the field (FieldMDP, §12.8.2.4). */
export function isLocked(step: Step, name: string): boolean {
  return step.locks.some((lock) => {
    const named = lock.fields.some((field) => name === field || name.startsWith(`${field}.`))
    return lock.action === 'All' || (lock.action === 'Include' ? named : !named)
  })
}
