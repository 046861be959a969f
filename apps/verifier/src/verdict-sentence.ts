import type { Report } from '@yunqian/verify'
import type { MessageKey } from './messages.ts'

const sentences: Record<Report['verdict'], MessageKey> = {
  valid: 'verdictValid',
  invalid: 'verdictInvalid',
  indeterminate: 'verdictIndeterminate',
  unreadable: 'verdictUnreadable',
}

const byKind: Partial<
  Record<Report['kind'], Record<'valid' | 'invalid' | 'indeterminate', MessageKey>>
> = {
  certificate: {
    valid: 'verdictCertificate',
    invalid: 'verdictInvalidCertificate',
    indeterminate: 'verdictIndeterminateCertificate',
  },
  timestamp: {
    valid: 'verdictTimestamp',
    invalid: 'verdictInvalidTimestamp',
    indeterminate: 'verdictIndeterminateTimestamp',
  },
  bundle: {
    valid: 'verdictBundle',
    invalid: 'verdictInvalidBundle',
    indeterminate: 'verdictIndeterminateBundle',
  },
}

/** The one sentence about a file: of its kind where the kind has its own words. */
export function verdictSentence(report: Pick<Report, 'kind' | 'verdict' | 'reason'>): MessageKey {
  const { kind, verdict, reason } = report
  if (reason === 'file.no-signature') return 'verdictNotSigned'
  if (verdict === 'unreadable') return sentences.unreadable
  return byKind[kind]?.[verdict] ?? sentences[verdict]
}

/** What the file says it lacks, where the person can bring it: the content that was signed or stamped. */
export function missingContent(
  report: Pick<Report, 'reason'>,
): 'contentNeeded' | 'stampedNeeded' | undefined {
  if (report.reason === 'integrity.content-missing') return 'contentNeeded'
  if (report.reason === 'timestamp.content-missing') return 'stampedNeeded'
  return undefined
}
