import { DocumentError, isEarlierRevision } from '@yunqian/documents'
import { EvidenceError, readBundle } from '@yunqian/evidence'
import type { Bundle, BundleFile, FileRole } from '@yunqian/evidence'
import { parseTimeStampResponse } from '@yunqian/pki'
import { equalBytes } from '@yunqian/sm'
import type { CheckCode } from './checks.ts'
import { judgeBundleLog } from './judge-bundle-log.ts'
import { judgeSealedCms } from './judge-sealed-cms.ts'
import { brokenSignature, judgeCms, tryParseSignedData } from './judge-cms.ts'
import { judgeMaterial } from './judge-material.ts'
import { judgePdf } from './judge-pdf.ts'
import { judgeTimestamp } from './judge-timestamp.ts'
import { joinMaterial, readMaterial } from './material.ts'
import type { Context } from './options.ts'
import { check, verdictOf } from './policy.ts'
import type {
  BundleReport,
  Check,
  OriginalReport,
  SignatureReport,
  TimestampReport,
} from './report.ts'
import { worst } from './verdict.ts'

export interface JudgedBundle {
  readonly checks: readonly Check[]
  readonly signatures: readonly SignatureReport[]
  readonly timestamps: readonly TimestampReport[]
  readonly original?: OriginalReport
  readonly bundle?: BundleReport
}

/**
 * Judges an evidence bundle: the archive against its sealed manifest, then every piece by itself, then the pieces
 * against each other. Nothing in it is believed because it is in it.
 */
export function judgeBundle(outer: Context, bytes: Uint8Array): JudgedBundle {
  let bundle: Bundle
  try {
    bundle = readBundle(bytes)
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error
    const malformed = check('bundle.malformed', { cause: error.code, ...error.details })
    return { checks: [malformed], signatures: [], timestamps: [] }
  }
  const enclosed = readMaterial(
    {
      certificates: contentsOf(bundle, 'certificate'),
      crls: contentsOf(bundle, 'crl'),
      ocsps: contentsOf(bundle, 'ocsp-response'),
    },
    'bundle',
  )
  const context = { ...outer, material: joinMaterial(outer.material, enclosed) }
  const seal = judgeSealedCms(context, bundle.seal, 'report-seal', bundle.manifestBytes)
  const document = judgeDocument(context, bundle)
  const log = judgeBundleLog(context, bundle)
  const timestamps = judgeTimestamps(context, bundle)
  const checks = [
    ...containerChecks(bundle),
    check(sealCodes[seal.verdict], {
      codes: seal.codes,
      foreign: foreignCertificates(bundle, seal.certificates),
    }),
    ...(foreignCertificates(bundle, seal.certificates) > 0 ? [check('seal.wrong')] : []),
    judgeMaterial(context, enclosed),
    ...document.checks,
    ...originalChecks(bundle, document.originalDigest),
    ...loginChecks(context, bundle),
    ...log.checks,
  ]
  const verdict = worst([
    ...checks.map(({ code }) => verdictOf(context.policy, code)),
    ...document.signatures.map((signature) => signature.verdict),
  ])
  return {
    checks: [...checks, ...reportChecks(bundle, verdict)],
    signatures: document.signatures,
    timestamps,
    ...(document.original ? { original: document.original } : {}),
    bundle: {
      createdAt: bundle.manifest.createdAt,
      subject: bundle.manifest.subject,
      files: bundle.files.length,
      ...(seal.signer ? { sealedBy: seal.signer } : {}),
      ...(log.report ? { log: log.report } : {}),
    },
  }
}

const sealCodes: Record<'valid' | 'invalid' | 'indeterminate' | 'unreadable', CheckCode> = {
  valid: 'seal.sound',
  invalid: 'seal.wrong',
  indeterminate: 'seal.undecided',
  unreadable: 'seal.wrong',
}

const loginCodes: typeof sealCodes = {
  valid: 'login-record.sound',
  invalid: 'login-record.wrong',
  indeterminate: 'login-record.undecided',
  unreadable: 'login-record.wrong',
}

function containerChecks(bundle: Bundle): Check[] {
  const { discrepancies } = bundle
  const looked = discrepancies.map(({ path, problem }) => `${path}: ${problem}`)
  const checks = [
    check(discrepancies.length > 0 ? 'bundle.differs' : 'bundle.complete', { files: looked }),
  ]
  const roles = new Set(bundle.files.map((file) => file.role))
  const missing: FileRole[] = (['log-events', 'log-checkpoint', 'report'] as const).filter(
    (role) => !roles.has(role),
  )
  if (!roles.has('signed-document') && !roles.has('detached-signature'))
    missing.push('signed-document')
  return missing.length > 0 ? [...checks, check('bundle.part-missing', { missing })] : checks
}

/** The seal's own certificates must be files of the sealed bundle, so that nothing in the CMS stands unproven. */
function foreignCertificates(bundle: Bundle, certificates: readonly Uint8Array[]): number {
  const known = contentsOf(bundle, 'certificate')
  return certificates.filter((der) => !known.some((file) => equalBytes(file, der))).length
}

interface JudgedDocument {
  readonly checks: readonly Check[]
  readonly signatures: readonly SignatureReport[]
  readonly original?: OriginalReport
  readonly originalDigest?: string
}

function judgeDocument(context: Context, bundle: Bundle): JudgedDocument {
  const checks: Check[] = []
  const signatures: SignatureReport[] = []
  let original: OriginalReport | undefined
  for (const file of filesOf(bundle, 'signed-document')) {
    const judged = judgePdf(context, file.bytes)
    checks.push(...judged.checks)
    signatures.push(...renumber(judged.signatures, signatures.length))
    original = judged.original ?? original
    // A signer elsewhere may change a document while signing it; our platform and phone add a signature and no more.
    if (judged.original?.equal === false) checks.push(check('consistency.original-altered'))
  }
  const originals = contentsOf(bundle, 'original-document')
  // Of several, none is what was signed.
  const content = originals.length === 1 ? originals[0] : undefined
  for (const file of filesOf(bundle, 'detached-signature'))
    signatures.push(...judgeDetached(context, file, { index: signatures.length, content }))
  return { checks, signatures, ...(original ? { original, originalDigest: original.sm3 } : {}) }
}

/** A signature with content of its own would be over that, and not over the document beside it. */
function judgeDetached(
  context: Context,
  { path, bytes }: BundleFile,
  question: { readonly index: number; readonly content: Uint8Array | undefined },
): readonly SignatureReport[] {
  const signedData = tryParseSignedData(bytes)
  if (!signedData || signedData.content)
    return [brokenSignature(question.index, check('signature.malformed', { path }))]
  return judgeCms(context, signedData, { ...question, purpose: 'document' })
}

/**
 * The document as it was handed in is what stood before the first signature, or, where others had signed already, one
 * of the file's own earlier revisions.
 */
function originalChecks(bundle: Bundle, originalDigest: string | undefined): Check[] {
  const listed = bundle.manifest.files.filter((file) => file.role === 'original-document')
  if (listed.length === 0 || originalDigest === undefined) return []
  const [signed] = contentsOf(bundle, 'signed-document')
  const same = listed.every(({ path, sm3 }) => {
    if (sm3 === originalDigest) return true
    const enclosed = bundle.files.find((file) => file.path === path)?.bytes
    return enclosed !== undefined && signed !== undefined && standsBefore(signed, enclosed)
  })
  return [check(same ? 'consistency.original-same' : 'consistency.original-other')]
}

function standsBefore(signed: Uint8Array, enclosed: Uint8Array): boolean {
  try {
    return isEarlierRevision(signed, enclosed)
  } catch (error) {
    if (error instanceof DocumentError) return false
    throw error
  }
}

function loginChecks(context: Context, bundle: Bundle): Check[] {
  return filesOf(bundle, 'login-record').map((file) => {
    const judged = judgeSealedCms(context, file.bytes, 'document', undefined)
    return check(loginCodes[judged.verdict], { path: file.path, codes: judged.codes })
  })
}

// A token in a bundle is over one of the bundle's other files: usually the detached signature.
function judgeTimestamps(context: Context, bundle: Bundle): TimestampReport[] {
  return filesOf(bundle, 'timestamp').map((file) => {
    const token = tokenOf(file.bytes)
    const reports = bundle.files
      .filter((other) => other !== file && other.role !== 'timestamp')
      .map((other) => judgeTimestamp(context, token, other.bytes, context.at))
    const found = reports.find(
      ({ report }) => !report.checks.some((c) => c.code === 'timestamp.altered'),
    )
    return (found ?? judgeTimestamp(context, token, new Uint8Array(0), context.at)).report
  })
}

function tokenOf(bytes: Uint8Array): Uint8Array {
  try {
    return parseTimeStampResponse(bytes).token?.der ?? bytes
  } catch {
    return bytes
  }
}

function reportChecks(bundle: Bundle, verdict: string): Check[] {
  const [file] = filesOf(bundle, 'report')
  if (!file) return []
  let enclosed: unknown
  try {
    enclosed = (JSON.parse(new TextDecoder().decode(file.bytes)) as { verdict?: unknown }).verdict
  } catch {
    enclosed = undefined
  }
  const agrees = enclosed === verdict
  return [
    check(agrees ? 'consistency.report-agrees' : 'consistency.report-disagrees', {
      enclosed: typeof enclosed === 'string' ? enclosed : null,
    }),
  ]
}

function renumber(signatures: readonly SignatureReport[], from: number): SignatureReport[] {
  return signatures.map((signature, i) => ({ ...signature, index: from + i }))
}

function filesOf(bundle: Bundle, role: FileRole): readonly BundleFile[] {
  return bundle.files.filter((file) => file.role === role)
}

function contentsOf(bundle: Bundle, role: FileRole): readonly Uint8Array[] {
  return filesOf(bundle, role).map((file) => file.bytes)
}
