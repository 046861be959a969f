export { summariseCertificates } from './certificate-summary.ts'
export { CHECK_CODES } from './checks.ts'
export type { CheckCode, CheckId, CheckResult, Weight } from './checks.ts'
export { formatReport } from './format-report.ts'
export type { ReportLanguage } from './format-report.ts'
export { readCertificates } from './options.ts'
export type { VerifyOptions } from './options.ts'
export { STANDARD_POLICY, STRICT_POLICY } from './policy.ts'
export type { Policy } from './policy.ts'
export type {
  BundleReport,
  CertificateSummary,
  ChangeReport,
  Check,
  OriginalReport,
  Report,
  ReportKind,
  SignatureReport,
  TimestampReport,
} from './report.ts'
export { reportPage } from './report-page.ts'
export { shownDocument } from './shown-document.ts'
export type { DocumentVersion, ShownDocument } from './shown-document.ts'
export type { Verdict } from './verdict.ts'
export { extractOriginalOf, verifyAny } from './verify-any.ts'
