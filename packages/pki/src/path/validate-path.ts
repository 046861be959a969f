import { equalBytes } from '@yunqian/sm'
import type { Certificate } from '../x509/certificate.ts'
import { keyIdentifiers } from '../x509/issued.ts'
import { nameEquals } from '../x509/name.ts'
import { checkPath } from './check-path.ts'
import type { PathProblem } from './problem.ts'

export interface PathQuestion {
  readonly leaf: Certificate
  readonly intermediates: readonly Certificate[]
  readonly trustAnchors: readonly Certificate[]
  readonly at: Date
}

export interface PathAnswer {
  /** Leaf first, anchor last; undefined when nothing leads to an anchor even by names. */
  readonly path: readonly Certificate[] | undefined
  /** Empty exactly when `path` holds. Of several paths the one with the fewest problems is told. */
  readonly problems: readonly PathProblem[]
}

// Longer than any hierarchy in use, and enough tries for cross-certificates. The last bounds the search itself: many
// certificates of one name that all issue each other lead to no anchor in a factorial number of ways.
const MAX_LENGTH = 10
const MAX_PATHS = 64
const MAX_STEPS = 1000

/**
 * Finds a path from `leaf` to one of the anchors and checks it at the time `at`. A leaf that is itself an anchor is
 * its own path. Never throws for what is in the certificates.
 */
export function validatePath(question: PathQuestion): PathAnswer {
  const { leaf, at } = question
  if (question.trustAnchors.some((anchor) => equalBytes(anchor.der, leaf.der)))
    return { path: [leaf], problems: [] }
  let best: { path: readonly Certificate[]; problems: readonly PathProblem[] } | undefined
  let tried = 0
  for (const path of pathsFrom([leaf], question, { left: MAX_STEPS })) {
    const problems = checkPath(path, at)
    if (problems.length === 0) return { path, problems }
    if (!best || problems.length < best.problems.length) best = { path, problems }
    if (++tried >= MAX_PATHS) break
  }
  if (best) return best
  const missing: PathProblem = {
    code: 'path.no-issuer',
    index: 0,
    serialNumberHex: leaf.serialNumberHex,
  }
  return { path: undefined, problems: [missing] }
}

/** Paths by names alone, shortest branch to an anchor first; signatures are for the check. */
function* pathsFrom(
  path: readonly Certificate[],
  question: PathQuestion,
  steps: { left: number },
): Generator<readonly Certificate[]> {
  if (path.length >= MAX_LENGTH || steps.left-- <= 0) return
  const last = path.at(-1) as Certificate
  for (const anchor of candidates(last, question.trustAnchors)) yield [...path, anchor]
  for (const issuer of candidates(last, question.intermediates)) {
    // The same key under the same name twice leads nowhere new.
    const repeated = path.some(
      (known) =>
        nameEquals(known.subject, issuer.subject) &&
        equalBytes(known.publicKey.der, issuer.publicKey.der),
    )
    if (!repeated) yield* pathsFrom([...path, issuer], question, steps)
  }
}

function candidates(
  certificate: Certificate,
  issuers: readonly Certificate[],
): readonly Certificate[] {
  const named = issuers.filter((issuer) => nameEquals(certificate.issuer, issuer.subject))
  const rank = { match: 0, absent: 1, differ: 2 }
  return named.sort(
    (a, b) => rank[keyIdentifiers(certificate, a)] - rank[keyIdentifiers(certificate, b)],
  )
}
