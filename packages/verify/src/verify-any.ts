import { extractOriginal } from '@yunqian/documents'
import { digestPair } from '@yunqian/evidence'
import { parseCertificate, parseTimeStampResponse } from '@yunqian/pki'
import { equalBytes } from '@yunqian/sm'
import { summarise } from './certificate-summary.ts'
import { judgeBundle } from './judge-bundle.ts'
import { judgeCertificate } from './judge-certificate.ts'
import { judgeCms, materialOf, tryParseForeignSignedData } from './judge-cms.ts'
import { judgeMaterial } from './judge-material.ts'
import { judgePdf } from './judge-pdf.ts'
import { judgeTimestamp } from './judge-timestamp.ts'
import { joinMaterial } from './material.ts'
import { contextOf } from './options.ts'
import type { Context, VerifyOptions } from './options.ts'
import { check, verdictOf } from './policy.ts'
import type { Check, Report, ReportKind } from './report.ts'
import { purposeOf } from './purpose-of.ts'
import { sniff } from './sniff.ts'
import { worst } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** The parts of a report that a kind of file fills in. */
type Judged = { readonly kind: ReportKind } & Partial<
  Pick<Report, 'checks' | 'signatures' | 'timestamps' | 'certificate' | 'original' | 'bundle'>
>

/**
 * Judges a file of any kind this program knows: PDF, CMS (attached or detached, DER or PEM), RFC 3161 token or
 * response, certificate, evidence bundle. Never throws for what is in the file; uses no network, clock or secret,
 * so the same input gives the same report on any machine at any date.
 */
export function verifyAny(bytes: Uint8Array, options: VerifyOptions): Report {
  const context = contextOf(options)
  const judged = judge(context, bytes, options.detachedContent)
  const checks = judged.checks ?? []
  const signatures = judged.signatures ?? []
  const timestamps = judged.timestamps ?? []
  const verdict = worst([
    ...checks.map(({ code }) => verdictOf(context.policy, code)),
    ...signatures.map((signature) => signature.verdict),
    ...timestamps.map((timestamp) => timestamp.verdict),
  ])
  // What a signature says of itself tells a reader more than what follows from it for the file.
  const consequences = checks.filter(({ id }) => id === 'material' || id === 'original')
  const everyCheck = [
    ...checks.filter((one) => !consequences.includes(one)),
    ...[...signatures, ...timestamps].flatMap((part) => part.checks),
    ...signatures.flatMap((signature) => signature.timestamps.flatMap((stamp) => stamp.checks)),
    ...consequences,
  ]
  const { kind, certificate, original, bundle } = judged
  return {
    v: 1,
    kind,
    file: { bytes: bytes.length, ...digestPair(bytes) },
    verdict,
    ...reasonFor(context, verdict, everyCheck),
    at: context.at.toISOString(),
    policy: context.policy.name,
    trustAnchors: context.anchors.map(summarise),
    checks,
    signatures,
    timestamps,
    ...(certificate ? { certificate } : {}),
    ...(original ? { original } : {}),
    ...(bundle ? { bundle } : {}),
  }
}

/** The bytes of a signed PDF as they were before the first signature; undefined when there is no such thing. */
export function extractOriginalOf(bytes: Uint8Array): Uint8Array | undefined {
  if (sniff(bytes).kind !== 'pdf') return undefined
  try {
    return extractOriginal(bytes).original
  } catch {
    return undefined
  }
}

function judge(context: Context, file: Uint8Array, detached: Uint8Array | undefined): Judged {
  const sniffed = sniff(file)
  switch (sniffed.kind) {
    case 'pdf':
      return { kind: 'pdf', ...judgePdf(context, sniffed.bytes) }
    case 'bundle':
      return { kind: 'bundle', ...judgeBundle(context, sniffed.bytes) }
    case 'cms':
      return judgeCmsFile(context, sniffed.bytes, detached)
    case 'timestamp-token':
      return judgeTimestampFile(context, sniffed.bytes, detached)
    case 'timestamp-response':
      return judgeResponseFile(context, sniffed.bytes, detached)
    case 'certificate':
      return judgeCertificateFile(context, sniffed.bytes)
    case 'unknown':
      return { kind: 'unknown', checks: [check('file.unknown-kind')] }
  }
}

function judgeCmsFile(context: Context, der: Uint8Array, given: Uint8Array | undefined): Judged {
  const signedData = tryParseForeignSignedData(der)
  if (!signedData) return { kind: 'cms', checks: [check('file.malformed')] }
  const { content } = signedData
  const checks: Check[] = []
  if (content && given && !equalBytes(content, given))
    checks.push(check('integrity.content-differs'))
  const enclosed = materialOf(signedData)
  const inside = { ...context, material: joinMaterial(context.material, enclosed) }
  const signatures = judgeCms(context, signedData, {
    index: 0,
    purpose: purposeOf(signedData.contentType),
    content: content ?? given,
  })
  return { kind: 'cms', checks: [...checks, judgeMaterial(inside, enclosed)], signatures }
}

function judgeTimestampFile(
  context: Context,
  token: Uint8Array,
  stamped: Uint8Array | undefined,
): Judged {
  const { report } = judgeTimestamp(context, token, stamped, context.at)
  return { kind: 'timestamp', timestamps: [report] }
}

function judgeResponseFile(
  context: Context,
  der: Uint8Array,
  stamped: Uint8Array | undefined,
): Judged {
  try {
    const { token } = parseTimeStampResponse(der)
    if (token) return judgeTimestampFile(context, token.der, stamped)
    return { kind: 'timestamp', checks: [check('timestamp.refused')] }
  } catch {
    return { kind: 'timestamp', checks: [check('file.malformed')] }
  }
}

function judgeCertificateFile(context: Context, der: Uint8Array): Judged {
  try {
    const certificate = parseCertificate(der)
    const checks = judgeCertificate(context, certificate)
    return { kind: 'certificate', checks, certificate: summarise(certificate) }
  } catch {
    return { kind: 'certificate', checks: [check('file.malformed')] }
  }
}

// The first check that weighs as much as the verdict does.
function reasonFor(
  context: Context,
  verdict: Verdict,
  checks: readonly Check[],
): Pick<Report, 'reason' | 'zh' | 'en'> {
  const decisive = checks.find(({ code }) => verdictOf(context.policy, code) === verdict)
  if (verdict !== 'valid' && decisive)
    return { reason: decisive.code, zh: decisive.zh, en: decisive.en }
  return { reason: 'all-passed', zh: '各项检查均已通过', en: 'Every check that decides passed' }
}
