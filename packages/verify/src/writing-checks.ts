import type { SignedData } from '@yunqian/pki'
import { check } from './policy.ts'
import type { Check } from './report.ts'

/**
 * What is to be said of a CMS that is not written as DER and RFC 5652 have it. BER alone has been re-encoded and hides
 * nothing; a version or list that does not fit is what an altered octet would look like.
 */
export function writingChecks({ irregularities }: SignedData): readonly Check[] {
  const others = irregularities.filter((irregularity) => irregularity !== 'ber')
  if (others.length > 0) return [check('signature.irregular', { irregularities: others })]
  return irregularities.length > 0 ? [check('signature.ber-encoded')] : []
}
