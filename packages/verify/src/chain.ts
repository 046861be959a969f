import { keyIdentifiers, validatePath } from '@yunqian/pki'
import type { Certificate, PathProblem, PathProblemCode } from '@yunqian/pki'
import type { CheckCode } from './checks.ts'
import type { Context } from './options.ts'

export interface JudgedChain {
  readonly code: CheckCode
  /** Leaf first; only the leaf when it leads nowhere. */
  readonly path: readonly Certificate[]
  /** What is wrong with which certificate, counted from the leaf. */
  readonly problems: readonly string[]
}

/**
 * Whether a certificate leads to an anchor at a time (RFC 5280 §6.1). That the leaf itself is out of its validity is
 * another check's answer and does not break the chain.
 */
export function judgeChain(context: Context, leaf: Certificate, at: Date): JudgedChain {
  if (context.anchors.length === 0)
    return { code: 'chain.no-trust-anchor', path: [leaf], problems: [] }
  const { path, problems } = validatePath({
    leaf,
    intermediates: context.material.certificates.map((found) => found.value),
    trustAnchors: context.anchors,
    at,
  })
  if (!path) return { code: 'chain.no-path', path: [leaf], problems: [] }
  if (onlyNamed(path, problems)) return { code: 'chain.other-anchor', path: [leaf], problems: [] }
  const telling = problems.filter(({ code, index }) => index > 0 || !leafValidity.has(code))
  const texts = telling.map(({ code, index }) => `${index}: ${code}`)
  return { code: codeOf(telling.map(({ code }) => code)), path, problems: texts }
}

/**
 * The path hangs together by name alone: where a signature does not hold, what stands below names another key as its
 * issuer's. Two installations may share their names; that accuses nobody, where a false claim to this very key does.
 */
function onlyNamed(path: readonly Certificate[], problems: readonly PathProblem[]): boolean {
  const unsigned = problems.filter(({ code }) => code === 'path.signature-invalid')
  return (
    unsigned.length > 0 &&
    unsigned.every(({ index }) => {
      const [below, issuer] = path.slice(index, index + 2)
      return below && issuer && keyIdentifiers(below, issuer) === 'differ'
    })
  )
}

const leafValidity: ReadonlySet<PathProblemCode> = new Set(['path.expired', 'path.not-yet-valid'])

const undecided: ReadonlySet<PathProblemCode> = new Set([
  ...leafValidity,
  'path.algorithm-unsupported',
  'path.algorithm-weak',
])

function codeOf(problems: readonly PathProblemCode[]): CheckCode {
  if (problems.length === 0) return 'chain.trusted'
  // An issuer out of its validity, or an algorithm we lack or do not believe, leaves the question open; the rest is
  // proof of a fault.
  return problems.every((code) => undecided.has(code)) ? 'chain.undecided' : 'chain.broken'
}
