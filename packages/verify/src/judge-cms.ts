import {
  formatName,
  parseForeignSignedData,
  parseSignedData,
  REVOCATION_INFO_OID,
} from '@yunqian/pki'
import type { SignedData, SignerInfo } from '@yunqian/pki'
import { summarise } from './certificate-summary.ts'
import { judgeSigner } from './judge-signer.ts'
import { judgeTimestamp } from './judge-timestamp.ts'
import type { JudgedTimestamp } from './judge-timestamp.ts'
import type { Purpose } from './key-usage.ts'
import { joinMaterial, readMaterial } from './material.ts'
import type { Material } from './material.ts'
import type { Context } from './options.ts'
import { check, verdictOf } from './policy.ts'
import type { Check, SignatureReport } from './report.ts'
import { readSignerFacts } from './signer-facts.ts'
import { worst } from './verdict.ts'
import { writingChecks } from './writing-checks.ts'

/** Certificates and status enclosed in a CMS: RFC 5652 §10.2, OCSP responses as RFC 5940 puts them. */
export function materialOf(signedData: SignedData): Material {
  return readMaterial(
    {
      certificates: signedData.certificates.map((certificate) => certificate.der),
      crls: signedData.crls,
      ocsps: signedData.otherRevocationInfos
        .filter((info) => info.format === REVOCATION_INFO_OID.ocspResponse)
        .map((info) => info.der),
    },
    'signature',
  )
}

/** The CMS if it parses; its absence is told apart by the caller. */
export function tryParseSignedData(der: Uint8Array): SignedData | undefined {
  try {
    return parseSignedData(der)
  } catch {
    return undefined
  }
}

/** The same for a signature from anywhere, whose writing is then judged by `writingChecks`. */
export function tryParseForeignSignedData(bytes: Uint8Array): SignedData | undefined {
  try {
    return parseForeignSignedData(bytes)
  } catch {
    return undefined
  }
}

export interface CmsQuestion {
  readonly index: number
  readonly purpose: Purpose
  /** What is signed; undefined when it is not at hand. */
  readonly content: Uint8Array | undefined
  /** When a later trusted timestamp proves that this CMS existed. */
  readonly provenBy?: Date | undefined
}

/** Judges every signer of a CMS; one without signers is one broken signature. */
export function judgeCms(
  context: Context,
  signedData: SignedData,
  question: CmsQuestion,
): readonly SignatureReport[] {
  const inside = {
    ...context,
    material: joinMaterial(context.material, materialOf(signedData)),
  }
  if (signedData.signerInfos.length === 0)
    return [brokenSignature(question.index, check('signature.no-signer'))]
  return signedData.signerInfos.map((signerInfo, i) =>
    judgeOne(inside, signedData, signerInfo, { ...question, index: question.index + i }),
  )
}

function judgeOne(
  context: Context,
  signedData: SignedData,
  signerInfo: SignerInfo,
  question: CmsQuestion,
): SignatureReport {
  const facts = readSignerFacts(signedData, signerInfo, question.content, context.material)
  const stamps = facts.timestampTokens.map((token) =>
    judgeTimestamp(context, token, facts.signatureValue, question.provenBy ?? context.at),
  )
  const proofs = [...stamps.map((stamp) => stamp.provenTime), question.provenBy]
  const proven = earliest(proofs)
  const judged = judgeSigner(context, facts, question.purpose, {
    time: proven ?? context.at,
    proven: proven !== undefined,
  })
  const checks = [
    ...judged.checks,
    ...writingChecks(signedData),
    timestampCheck(stamps, question.provenBy),
  ]
  const signatureVerdict = worst(checks.map(({ code }) => verdictOf(context.policy, code)))
  return {
    index: question.index,
    kind: 'signature',
    ...(facts.certificate ? { signer: summarise(facts.certificate) } : {}),
    ...(proven ? { signedAt: proven.toISOString() } : {}),
    ...(facts.declaredAt ? { declaredAt: facts.declaredAt.toISOString() } : {}),
    verdict: signatureVerdict,
    checks,
    timestamps: stamps.map((stamp) => stamp.report),
    path: judged.path.map((certificate) => formatName(certificate.subject)),
    changesSince: [],
  }
}

function timestampCheck(stamps: readonly JudgedTimestamp[], provenBy: Date | undefined): Check {
  const failed = stamps.find((stamp) => stamp.code !== 'timestamp.trusted')
  if (failed) return check(failed.code)
  const times = stamps.flatMap(({ report }) => (report.genTime ? [report.genTime] : []))
  if (times.length > 0) return check('timestamp.trusted', { times })
  return provenBy
    ? check('timestamp.trusted', { documentTimestamp: provenBy.toISOString() })
    : check('timestamp.absent')
}

function earliest(times: readonly (Date | undefined)[]): Date | undefined {
  return times.reduce((first, time) => (!first || (time && time < first) ? time : first), undefined)
}

export function brokenSignature(index: number, ...checks: readonly Check[]): SignatureReport {
  return {
    index,
    kind: 'signature',
    verdict: 'invalid',
    checks,
    timestamps: [],
    path: [],
    changesSince: [],
  }
}
