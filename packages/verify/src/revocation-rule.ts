import type { CheckCode } from './checks.ts'

/** One sound statement of an authority about one certificate, from an OCSP response or a CRL. */
export interface StatusStatement {
  readonly form: 'ocsp' | 'crl'
  readonly status: 'good' | 'revoked' | 'unknown'
  readonly thisUpdate: Date
  readonly nextUpdate: Date | undefined
  readonly revokedAt: Date | undefined
  readonly reason: string | undefined
}

export interface RevocationQuestion {
  /** When the signature provably existed, or the validation time where nothing proves it. */
  readonly time: Date
  /** Whether `time` comes from a trusted timestamp. */
  readonly proven: boolean
  /** Authorities and services: status current at `time` is enough, and its absence does not condemn. */
  readonly service: boolean
  /** Whether the certificate says where its status is published. */
  readonly published: boolean
  readonly statusCurrentForHours: number
  readonly clockToleranceSeconds: number
}

/**
 * Decides from statements alone. A signer's certificate needs a statement made after the signature: an older one
 * cannot know of a loss reported in between. Bad news always counts, and of good news only the timely.
 */
export function judgeRevocation(
  statements: readonly StatusStatement[],
  question: RevocationQuestion,
): CheckCode {
  const bad = statements.flatMap((s) => (s.status === 'revoked' ? [badNews(s, question)] : []))
  const worst = bad.find((code) => code !== undefined && code !== 'revocation.revoked-later')
  if (worst) return worst
  const good = statements.filter((statement) => statement.status === 'good')
  const code = good.some((statement) => isTimely(statement, question))
    ? 'revocation.good'
    : bad.includes('revocation.revoked-later')
      ? 'revocation.revoked-later'
      : nothingTimely(statements, good.length > 0, question)
  return question.service && excusable.has(code) ? 'revocation.not-checked-for-service' : code
}

const excusable: ReadonlySet<CheckCode> = new Set([
  'revocation.missing',
  'revocation.stale',
  'revocation.before-signing',
])

function badNews(
  statement: StatusStatement,
  { time, proven }: RevocationQuestion,
): CheckCode | undefined {
  const since = statement.revokedAt ?? new Date(0)
  if (since > time) return 'revocation.revoked-later'
  const held = statement.reason === 'certificateHold' || statement.reason === 'removeFromCRL'
  // A hold may have been lifted before we signed: it binds only if it still stood when the statement was made.
  if (held) return !proven || statement.thisUpdate >= time ? 'revocation.suspended' : undefined
  return proven ? 'revocation.revoked' : 'revocation.revoked-no-proven-time'
}

function isTimely(statement: StatusStatement, question: RevocationQuestion): boolean {
  const { time, proven, service } = question
  const tolerated = time.getTime() - question.clockToleranceSeconds * 1000
  if (statement.thisUpdate.getTime() >= tolerated) return true
  return (!proven || service) && time <= currentUntil(statement, question)
}

function currentUntil(statement: StatusStatement, question: RevocationQuestion): Date {
  const hours = question.statusCurrentForHours
  return statement.nextUpdate ?? new Date(statement.thisUpdate.getTime() + hours * 3_600_000)
}

function nothingTimely(
  statements: readonly StatusStatement[],
  anyGood: boolean,
  { proven, published }: RevocationQuestion,
): CheckCode {
  if (anyGood) return proven ? 'revocation.before-signing' : 'revocation.stale'
  if (statements.some((statement) => statement.status === 'unknown')) return 'revocation.unknown'
  return published || statements.length > 0 ? 'revocation.missing' : 'revocation.none-published'
}
