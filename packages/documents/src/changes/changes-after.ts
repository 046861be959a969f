import { unaccountedBytes, unlistedMembers } from '../accounting.ts'
import { DocumentError } from '../errors.ts'
import type { PdfFile } from '../pdf-file.ts'
import {
  annotationObjects,
  pageContentObjects,
  pageTreeObjects,
  reach,
  shownObjects,
} from '../reach.ts'
import { type IntactSignature, listSignatures, type PdfSignature } from '../signatures.ts'
import { isDict, isName } from '../values.ts'
import { catalogRule, trailerRule } from './catalog-rule.ts'
import { type Change, change, type ChangeKind, plain } from './change.ts'
import { dssRule } from './dss-rule.ts'
import { formRule } from './form-rule.ts'
import { pageRule, unclaimedWidgets } from './page-rule.ts'
import { startStep, type Step } from './step.ts'

/**
 * Everything that happened to the file after a signature, revision by revision: each change is forbidden unless a
 * rule clears it, and what no rule explains is listed as forbidden too. Never throws for what the file holds.
 */
export function changesAfter(
  pdf: PdfFile,
  signature: Pick<IntactSignature, 'revisionIndex'>,
): Change[] {
  const signatures = listSignatures(pdf)
  const changes: Change[] = []
  const known = knownChanges.get(pdf) ?? []
  knownChanges.set(pdf, known)
  for (let index = signature.revisionIndex + 1; index < pdf.revisions.length; index++)
    changes.push(...(known[index] ??= changesOfRevision(pdf, index, signatures)))
  if (pdf.trailing) changes.push(change('trailing-bytes', false, pdf.revisions.length))
  return changes
}

// What a revision changed is the same for every signature before it, and a file of many signatures asks for each.
const knownChanges = new WeakMap<PdfFile, Change[][]>()

/** What revision `index` changed against the one before it. */
export function changesOfRevision(
  pdf: PdfFile,
  index: number,
  signatures: readonly PdfSignature[],
): Change[] {
  try {
    return judge(startStep(pdf, index, signatures))
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
    return [change('unreadable', false, index, undefined, plain(error.message))]
  }
}

function judge(step: Step): Change[] {
  trailerRule(step)
  catalogRule(step)
  dssRule(step)
  const gained = pageRule(step)
  formRule(step, gained)
  unclaimedWidgets(step, gained)
  bytesRule(step)
  secondUse(step)
  unusedAdditions(step)
  unexplained(step)
  return step.changes
}

/** Objects must stand in the revision that lists them, and nothing else may stand there. */
function bytesRule(step: Step): void {
  const { pdf, revision } = step
  for (const number of step.objects.keys()) {
    const entry = revision.objects.get(number)
    const remapped =
      entry?.type === 'offset'
        ? entry.offset < revision.start
        : entry?.type === 'compressed' && revision.objects.get(entry.container)?.type !== 'offset'
    if (!remapped) continue
    step.changes.push(change('cross-reference', false, revision.index, number))
    step.open.delete(number)
  }
  const strays = unaccountedBytes(pdf, revision)
  if (strays.length > 0 || unlistedMembers(pdf, revision).length > 0)
    step.changes.push(change('hidden-bytes', false, revision.index))
}

/** An object that a rule let change must not at the same time be something else that is shown. */
function secondUse(step: Step): void {
  const roles = [...step.accepted].filter(([, role]) => role !== 'compared')
  if (roles.length === 0) return
  const drawing = pageContentObjects(step.before)
  const shown = roles.some(([, role]) => role === 'aside') ? shownObjects(step.before) : drawing
  for (const [number, role] of roles)
    if ((role === 'aside' ? shown : drawing).has(number))
      step.changes.push(change('page-content', false, step.revision.index, number))
}

/**
 * New objects that nothing leads to show nothing: some savers leave their own leftovers. To use one later, a revision
 * would have to change something that is in use. Catalogues and pages are what a repairing reader might pick up.
 */
function unusedAdditions(step: Step): void {
  const added = [...step.open].filter((number) => step.objects.get(number) === 'added')
  if (added.length === 0) return
  const used = reach(step.after, step.after.trailer, new Set())
  const unused = added.filter((number) => !used.has(number) && !isPageLike(step, number))
  for (const number of unused) step.open.delete(number)
  const [first] = unused
  if (first !== undefined)
    step.changes.push(change('unreferenced', true, step.revision.index, first))
}

function isPageLike(step: Step, number: number): boolean {
  const value = step.after.object(number)
  const type = isDict(value) ? value.entries.get('Type') : undefined
  return ['Catalog', 'Pages', 'Page'].some((name) => isName(type, name))
}

function unexplained(step: Step): void {
  if (step.open.size === 0) return
  const content = pageContentObjects(step.before)
  for (const number of pageContentObjects(step.after)) content.add(number)
  const tree = pageTreeObjects(step.before)
  const annotations = annotationObjects(step.before)
  const values = new Set(
    step.signatures.flatMap((signature) => (signature.kind === 'broken' ? [] : signature.valueRef)),
  )
  for (const number of step.open) {
    const kind: ChangeKind = tree.has(number)
      ? 'page-tree'
      : content.has(number)
        ? 'page-content'
        : values.has(number)
          ? 'signature-altered'
          : annotations.has(number)
            ? 'annotation'
            : 'unknown'
    step.changes.push(change(kind, false, step.revision.index, number))
  }
}
