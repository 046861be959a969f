import type { ChangeKind } from '@yunqian/documents'
import type { CheckCode, CheckId, CheckResult } from './checks.ts'
import type { Verdict } from './verdict.ts'

/** A value a report can hold; reports are plain JSON. */
export type Looked = { readonly [key: string]: LookedValue }
type LookedValue = string | number | boolean | null | readonly LookedValue[] | Looked

/** One question, its answer, and what was looked at to answer it. */
export interface Check {
  readonly id: CheckId
  readonly result: CheckResult
  readonly code: CheckCode
  readonly zh: string
  readonly en: string
  readonly looked: Looked
}

export interface CertificateSummary {
  /** CN, or the whole subject where there is none. */
  readonly name: string
  readonly subject: string
  readonly issuer: string
  readonly serialHex: string
  readonly certificateSha256: string
  readonly notBefore: string
  readonly notAfter: string
}

/** One signature; `signedAt` is the best proven time (a trusted timestamp), `declaredAt` only a claim. */
export interface SignatureReport {
  readonly index: number
  readonly kind: 'signature' | 'doc-timestamp'
  readonly fieldName?: string
  readonly signer?: CertificateSummary
  readonly signedAt?: string
  readonly declaredAt?: string
  readonly reason?: string
  readonly verdict: Verdict
  readonly checks: readonly Check[]
  readonly timestamps: readonly TimestampReport[]
  /** Certificates from the signer's to the anchor, as subjects. */
  readonly path: readonly string[]
  readonly coverage?: {
    readonly coveredBytes: number
    readonly fileBytes: number
    readonly revision: number
    readonly revisions: number
  }
  readonly changesSince: readonly ChangeReport[]
}

export interface TimestampReport {
  readonly genTime?: string
  readonly policy?: string
  readonly serialHex?: string
  readonly authority?: CertificateSummary
  readonly verdict: Verdict
  readonly checks: readonly Check[]
}

export interface ChangeReport {
  readonly kind: ChangeKind
  readonly allowed: boolean
  /** The saved state that brought it, counted like `coverage.revision`. */
  readonly revision: number
  /** 1-based pages that show it; empty where no page does. */
  readonly pages: readonly number[]
  readonly zh: string
  readonly en: string
}

export interface OriginalReport {
  readonly bytes: number
  readonly sm3: string
  readonly sha256: string
  readonly equal: boolean
  readonly differences: readonly { readonly zh: string; readonly en: string }[]
}

export interface BundleReport {
  readonly createdAt: string
  readonly subject: Readonly<Record<string, string>>
  readonly files: number
  readonly sealedBy?: CertificateSummary
  readonly log?: {
    readonly origin: string
    readonly size: number
    readonly time: string
    readonly events: readonly {
      readonly index: number
      readonly type: string
      readonly at: string
    }[]
  }
}

export type ReportKind = 'pdf' | 'cms' | 'timestamp' | 'certificate' | 'bundle' | 'unknown'

/**
 * The whole answer about one file. `at` is the date the question was asked for; the same file, anchors, policy
 * and `at` always give the same report.
 */
export interface Report {
  readonly v: 1
  readonly kind: ReportKind
  readonly file: { readonly bytes: number; readonly sm3: string; readonly sha256: string }
  readonly verdict: Verdict
  /** The code that decided the verdict. */
  readonly reason: CheckCode | 'all-passed'
  readonly zh: string
  readonly en: string
  readonly at: string
  readonly policy: string
  readonly trustAnchors: readonly CertificateSummary[]
  readonly checks: readonly Check[]
  readonly signatures: readonly SignatureReport[]
  readonly timestamps: readonly TimestampReport[]
  readonly certificate?: CertificateSummary
  readonly original?: OriginalReport
  readonly bundle?: BundleReport
}
