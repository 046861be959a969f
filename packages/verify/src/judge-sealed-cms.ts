import { judgeCms, tryParseSignedData } from './judge-cms.ts'
import type { Purpose } from './key-usage.ts'
import type { Context } from './options.ts'
import type { CertificateSummary } from './report.ts'
import type { Verdict } from './verdict.ts'

export interface JudgedSeal {
  readonly verdict: Verdict
  /** The codes that are not passes. */
  readonly codes: readonly string[]
  readonly signer: CertificateSummary | undefined
  /** Content inside the CMS, for attached ones. */
  readonly content: Uint8Array | undefined
  /** DER of every certificate the CMS encloses. */
  readonly certificates: readonly Uint8Array[]
  readonly contentType: string | undefined
}

/** Judges a CMS with exactly one signer of a given purpose; `detached` is its content, if it holds none itself. */
export function judgeSealedCms(
  context: Context,
  der: Uint8Array,
  purpose: Purpose,
  detached: Uint8Array | undefined,
): JudgedSeal {
  const signedData = tryParseSignedData(der)
  const attached = signedData?.content
  // Never two candidates for what was signed.
  const ambiguous = (attached === undefined) === (detached === undefined)
  if (!signedData || signedData.signerInfos.length !== 1 || ambiguous)
    return {
      verdict: 'invalid',
      codes: ['signature.malformed'],
      signer: undefined,
      content: undefined,
      certificates: [],
      contentType: undefined,
    }
  const content = attached ?? detached
  const [report] = judgeCms(context, signedData, { index: 0, purpose, content })
  const checks = report?.checks ?? []
  return {
    verdict: report?.verdict ?? 'invalid',
    codes: checks.flatMap(({ code, result }) => (result === 'pass' ? [] : [code])),
    signer: report?.signer,
    content: attached,
    certificates: signedData.certificates.map((certificate) => certificate.der),
    contentType: signedData.contentType,
  }
}
