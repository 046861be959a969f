import { CHECK_CODES } from './checks.ts'
import type { CheckCode, Weight } from './checks.ts'
import type { Check, Looked } from './report.ts'
import type { Verdict } from './verdict.ts'

/** What counts how much. Facts are the same under every policy; only verdicts differ. */
export interface Policy {
  readonly name: string
  /** Codes that weigh otherwise than the table in `checks.ts` says. */
  readonly weights: Readonly<Partial<Record<CheckCode, Weight>>>
  readonly minimumRsaBits: number
  /** How long a status without nextUpdate stays current. */
  readonly statusCurrentForHours: number
  /** How far a clock may be ahead of another before order in time counts as broken. */
  readonly clockToleranceSeconds: number
}

/** The default: a signer's status must be newer than the signature; what nobody can know does not condemn. */
export const STANDARD_POLICY: Policy = {
  name: 'yunqian-standard-1',
  weights: {},
  minimumRsaBits: 2048,
  statusCurrentForHours: 24,
  clockToleranceSeconds: 0,
}

/** For long-kept evidence: a trusted timestamp, certificate binding and status of every service are required. */
export const STRICT_POLICY: Policy = {
  ...STANDARD_POLICY,
  name: 'yunqian-strict-1',
  weights: {
    'timestamp.absent': 'indeterminate',
    'binding.absent': 'indeterminate',
    'revocation.none-published': 'indeterminate',
    'revocation.not-checked-for-service': 'indeterminate',
    'original.not-extractable': 'indeterminate',
    'original.differs': 'indeterminate',
    'signature.ber-encoded': 'indeterminate',
  },
}

/** Makes the answer `code`, with what was looked at. */
export function check(code: CheckCode, looked: Looked = {}): Check {
  const { check: id, result, zh, en } = CHECK_CODES[code]
  return { id, result, code, zh, en, looked }
}

/** What one answer does to the verdict under a policy. */
export function verdictOf(policy: Policy, code: CheckCode): Verdict {
  const weight = policy.weights[code] ?? CHECK_CODES[code].weight
  return weight === 'none' ? 'valid' : weight
}
