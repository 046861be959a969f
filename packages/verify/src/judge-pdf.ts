import {
  changesAfter,
  compareWithOriginal,
  coveredBytes,
  DocumentError,
  extractOriginal,
  findSignatureTraces,
  listSignatures,
  pagesOfChanges,
  readDss,
  readPdf,
  unsignedTailFindings,
} from '@yunqian/documents'
import type { IntactSignature, PdfFile, PdfSignature } from '@yunqian/documents'
import { digestPair } from '@yunqian/evidence'
import { digest } from '@yunqian/pki'
import { equalBytes } from '@yunqian/sm'
import type { CheckCode } from './checks.ts'
import { brokenSignature, judgeCms, materialOf, tryParseForeignSignedData } from './judge-cms.ts'
import { judgeMaterial } from './judge-material.ts'
import { judgeTimestamp } from './judge-timestamp.ts'
import { joinMaterial, readMaterial } from './material.ts'
import type { Material } from './material.ts'
import type { Context } from './options.ts'
import { check, verdictOf } from './policy.ts'
import type { Check, OriginalReport, SignatureReport } from './report.ts'
import { worst } from './verdict.ts'

export interface JudgedPdf {
  readonly checks: readonly Check[]
  readonly signatures: readonly SignatureReport[]
  readonly original?: OriginalReport
}

const unreadable: Partial<Record<string, CheckCode>> = {
  'documents.pdf-encrypted': 'file.encrypted',
  'documents.pdf-too-complex': 'file.too-complex',
}

/**
 * Judges every signature and document timestamp of a PDF. Document timestamps are taken from the outermost inwards:
 * one that is trusted proves when everything it covers already existed.
 */
export function judgePdf(context: Context, bytes: Uint8Array): JudgedPdf {
  try {
    return judgeReadable(context, readPdf(bytes))
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
    // A file that was signed and can no longer be read was damaged, which is more than unreadable.
    const damaged =
      findSignatureTraces(bytes).length > 0 && error.code !== 'documents.pdf-encrypted'
    const code = damaged ? 'file.damaged' : (unreadable[error.code] ?? 'file.malformed')
    return { checks: [check(code, { cause: error.message })], signatures: [] }
  }
}

function judgeReadable(outer: Context, pdf: PdfFile): JudgedPdf {
  const found = listSignatures(pdf)
  if (found.length === 0) return { checks: [check('file.no-signature')], signatures: [] }
  const store = readMaterial(readDss(pdf), 'security-store')
  const enclosed = found.map(enclosedMaterial).reduce(joinMaterial, store)
  const context = { ...outer, material: joinMaterial(outer.material, enclosed) }
  const signatures: SignatureReport[] = []
  let provenBy: Date | undefined
  for (let i = found.length - 1; i >= 0; i--) {
    const signature = found[i] as PdfSignature
    const judged =
      signature.kind === 'broken'
        ? brokenField(i, signature.fieldName, signature.reason)
        : judgeField(context, pdf, signature, i, provenBy)
    if (judged.kind === 'doc-timestamp' && judged.verdict === 'valid' && judged.signedAt)
      provenBy = new Date(judged.signedAt)
    signatures.unshift(judged)
  }
  const { original, originalCheck } = judgeOriginal(pdf)
  const checks = [judgeMaterial(context, enclosed), ...tailChecks(pdf, found), originalCheck]
  return { checks, signatures, ...(original ? { original } : {}) }
}

function judgeField(
  context: Context,
  pdf: PdfFile,
  signature: IntactSignature,
  index: number,
  provenBy: Date | undefined,
): SignatureReport {
  const content = coveredBytes(pdf.bytes, signature.byteRange)
  const judged =
    signature.kind === 'doc-timestamp'
      ? [judgeDocumentTimestamp(context, signature, content, index, provenBy)]
      : judgeFieldCms(context, signature, content, index, provenBy)
  // A PDF signature has exactly one signer (ISO 32000-2 §12.8.3.3.1).
  const [report] = judged
  if (!report || judged.length > 1) return brokenField(index, signature.fieldName, 'signers')
  const changes = changesAfter(pdf, signature)
  const pages = pagesOfChanges(pdf, changes)
  const checks = [
    ...report.checks,
    coverageCheck(pdf, signature),
    check(
      changes.length === 0
        ? 'changes.none'
        : changes.every((change) => change.allowed)
          ? 'changes.permitted'
          : 'changes.forbidden',
    ),
  ]
  return {
    ...report,
    fieldName: signature.fieldName,
    ...(signature.declaredTime && !report.declaredAt
      ? { declaredAt: signature.declaredTime.toISOString() }
      : {}),
    ...(signature.reason === undefined ? {} : { reason: signature.reason }),
    verdict: worst([report.verdict, ...checks.map(({ code }) => verdictOf(context.policy, code))]),
    checks,
    coverage: {
      coveredBytes: content.length,
      fileBytes: pdf.bytes.length,
      revision: signature.revisionIndex + 1,
      revisions: pdf.revisions.length,
    },
    changesSince: changes.map((change, i) => ({
      kind: change.kind,
      allowed: change.allowed,
      revision: change.revisionIndex + 1,
      pages: pages[i] ?? [],
      ...change.description,
    })),
  }
}

function judgeFieldCms(
  context: Context,
  signature: IntactSignature,
  content: Uint8Array,
  index: number,
  provenBy: Date | undefined,
): readonly SignatureReport[] {
  const { subFilter } = signature
  if (subFilter === 'adbe.x509.rsa_sha1')
    return [undecidedSignature(index, check('signature.form-unsupported', { subFilter }))]
  const signedData = tryParseForeignSignedData(signature.contents)
  if (!signedData) return [brokenSignature(index, check('signature.malformed'))]
  const signed = subFilter === 'adbe.pkcs7.sha1' ? digest('sha1', content) : undefined
  // PAdES and adbe.pkcs7.detached sign the byte range itself; anything inside the CMS would be a second document. The
  // one older form signs the byte range's SHA-1, which then is inside.
  const encloses = signedData.content && !(signed && equalBytes(signedData.content, signed))
  if (encloses) return [brokenSignature(index, check('signature.malformed'))]
  const question = { index, purpose: 'document', content: signed ?? content, provenBy } as const
  const reports = judgeCms(context, signedData, question)
  return signed ? reports.map((report) => withCheck(context, report, weakDigest)) : reports
}

const weakDigest = check('algorithm.weak-digest')

function withCheck(context: Context, report: SignatureReport, more: Check): SignatureReport {
  if (report.checks.some(({ code }) => code === more.code)) return report
  const verdict = worst([report.verdict, verdictOf(context.policy, more.code)])
  return { ...report, verdict, checks: [...report.checks, more] }
}

function undecidedSignature(index: number, undecided: Check): SignatureReport {
  return { ...brokenSignature(index, undecided), verdict: 'indeterminate' }
}

function judgeDocumentTimestamp(
  context: Context,
  signature: IntactSignature,
  content: Uint8Array,
  index: number,
  provenBy: Date | undefined,
): SignatureReport {
  const validAt = provenBy ?? context.at
  const { report, code, provenTime } = judgeTimestamp(context, signature.contents, content, validAt)
  return {
    index,
    kind: 'doc-timestamp',
    ...(report.authority ? { signer: report.authority } : {}),
    ...(provenTime ? { signedAt: provenTime.toISOString() } : {}),
    verdict: report.verdict,
    checks: [check(code), ...report.checks],
    timestamps: [],
    path: [],
    changesSince: [],
  }
}

function coverageCheck(pdf: PdfFile, signature: IntactSignature): Check {
  const looked = { byteRange: [...signature.byteRange], fieldName: signature.fieldName }
  const { start, end } = signature.contentsRange
  // One spelling for the gap, so that no byte of it can change unseen.
  if (mixesCase(pdf.bytes.subarray(start, end))) return check('signature.not-canonical', looked)
  return check(
    signature.coversWholeFile ? 'coverage.whole-file' : 'coverage.earlier-revision',
    looked,
  )
}

function mixesCase(hex: Uint8Array): boolean {
  const upper = hex.some((byte) => byte >= 0x41 && byte <= 0x46)
  return upper && hex.some((byte) => byte >= 0x61 && byte <= 0x66)
}

function enclosedMaterial(signature: PdfSignature): Material {
  const signedData =
    signature.kind === 'broken' ? undefined : tryParseForeignSignedData(signature.contents)
  return signedData ? materialOf(signedData) : readMaterial({}, 'signature')
}

function brokenField(index: number, fieldName: string, reason: string): SignatureReport {
  const broken = brokenSignature(index, check('file.contains-broken-signature', { reason }))
  return { ...broken, fieldName }
}

function tailChecks(pdf: PdfFile, found: readonly PdfSignature[]): Check[] {
  const intact = found.filter((signature) => signature.kind !== 'broken')
  const findings = unsignedTailFindings(pdf, intact)
  return findings.length > 0
    ? [check('material.irregular', { findings: findings.map((finding) => ({ ...finding })) })]
    : []
}

function judgeOriginal(pdf: PdfFile): { original?: OriginalReport; originalCheck: Check } {
  try {
    const { original } = extractOriginal(pdf.bytes)
    const { equal, differences } = compareWithOriginal(pdf.bytes)
    return {
      original: {
        bytes: original.length,
        ...digestPair(original),
        equal,
        differences: differences.map(({ description }) => ({ ...description })),
      },
      originalCheck: check(equal ? 'original.equal' : 'original.differs'),
    }
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
    return { originalCheck: check('original.not-extractable', { cause: error.code }) }
  }
}
