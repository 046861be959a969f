import { digest, parseForeignTimeStampToken } from '@yunqian/pki'
import type { TimeStampToken } from '@yunqian/pki'
import { equalBytes } from '@yunqian/sm'
import { summarise } from './certificate-summary.ts'
import type { CheckCode } from './checks.ts'
import { judgeMaterial } from './judge-material.ts'
import { judgeSigner } from './judge-signer.ts'
import { joinMaterial, readMaterial } from './material.ts'
import type { Context } from './options.ts'
import { check, verdictOf } from './policy.ts'
import type { Check, TimestampReport } from './report.ts'
import { readSignerFacts } from './signer-facts.ts'
import { worst } from './verdict.ts'
import { writingChecks } from './writing-checks.ts'

export interface JudgedTimestamp {
  readonly report: TimestampReport
  /** What the timestamp is worth to the signature that carries it, in one code. */
  readonly code: CheckCode
  /** Set only when the timestamp can be relied on. */
  readonly provenTime: Date | undefined
}

/**
 * Judges one RFC 3161 token over `stamped` (undefined: not at hand). `validAt` is when its own certificate must be
 * valid: the validation time, or the time a later trusted timestamp proves this one existed.
 */
export function judgeTimestamp(
  context: Context,
  tokenDer: Uint8Array,
  stamped: Uint8Array | undefined,
  validAt: Date,
): JudgedTimestamp {
  let token: TimeStampToken
  try {
    token = parseForeignTimeStampToken(tokenDer)
  } catch {
    return broken('timestamp.malformed')
  }
  const { tstInfo, signedData } = token
  const [signerInfo] = signedData.signerInfos
  if (!signerInfo || signedData.signerInfos.length !== 1) return broken('timestamp.malformed')
  const own = readMaterial({ certificates: signedData.certificates.map((c) => c.der) }, 'signature')
  const inside = { ...context, material: joinMaterial(context.material, own) }
  const facts = readSignerFacts(signedData, signerInfo, signedData.content, inside.material)
  const judged = judgeSigner(inside, facts, 'time-stamping', { time: validAt, proven: false })
  const checks = [
    ...judged.checks,
    ...writingChecks(signedData),
    ...imprintChecks(token, stamped),
    judgeMaterial(inside, own),
  ]
  // RFC 3161 §2.4.1: the token must be bound to its certificate.
  if (facts.binding === 'absent') checks.push(check('timestamp.wrong', { binding: 'absent' }))
  const verdict = worst(checks.map(({ code }) => verdictOf(context.policy, code)))
  const report: TimestampReport = {
    genTime: tstInfo.genTime.toISOString(),
    policy: tstInfo.policy,
    serialHex: tstInfo.serialNumberHex,
    ...(facts.certificate ? { authority: summarise(facts.certificate) } : {}),
    verdict,
    checks,
  }
  const code = verdict === 'valid' ? 'timestamp.trusted' : summaryOf(checks)
  return { report, code, provenTime: verdict === 'valid' ? tstInfo.genTime : undefined }
}

function imprintChecks(
  { tstInfo }: TimeStampToken,
  stamped: Uint8Array | undefined,
): readonly Check[] {
  if (!stamped) return [check('timestamp.content-missing')]
  const { digestAlgorithm, hashedMessage } = tstInfo
  if (digestAlgorithm === undefined) return [check('integrity.not-computed')]
  const same = equalBytes(digest(digestAlgorithm, stamped), hashedMessage)
  const imprint = check(same ? 'integrity.intact' : 'timestamp.altered')
  return digestAlgorithm === 'sha1' ? [imprint, check('algorithm.weak-digest')] : [imprint]
}

const summaries: readonly (readonly [CheckCode, CheckCode])[] = [
  ['timestamp.altered', 'timestamp.altered'],
  ['integrity.altered', 'timestamp.altered'],
  ['integrity.content-type-mismatch', 'timestamp.altered'],
  ['signature.wrong', 'timestamp.wrong'],
  ['binding.other-certificate', 'timestamp.wrong'],
  ['timestamp.wrong', 'timestamp.wrong'],
  ['key-usage.not-permitted', 'timestamp.not-a-tsa'],
  ['chain.broken', 'timestamp.wrong'],
  ['material.broken', 'timestamp.wrong'],
  ['revocation.revoked', 'timestamp.revoked'],
  ['revocation.revoked-no-proven-time', 'timestamp.revoked'],
  ['revocation.suspended', 'timestamp.revoked'],
  ['timestamp.content-missing', 'timestamp.content-missing'],
  ['validity.expired', 'timestamp.expired'],
  ['validity.not-yet', 'timestamp.expired'],
  ['integrity.not-computed', 'timestamp.undecided'],
  ['signature.irregular', 'timestamp.undecided'],
  ['algorithm.unsupported', 'timestamp.undecided'],
  ['algorithm.weak', 'timestamp.undecided'],
  ['algorithm.weak-digest', 'timestamp.undecided'],
  ['chain.undecided', 'timestamp.undecided'],
]

function summaryOf(checks: readonly Check[]): CheckCode {
  const found = summaries.find(([cause]) => checks.some(({ code }) => code === cause))
  return found ? found[1] : 'timestamp.untrusted'
}

function broken(code: CheckCode): JudgedTimestamp {
  const report: TimestampReport = { verdict: 'invalid', checks: [check(code)] }
  return { report, code, provenTime: undefined }
}
