/**
 * `valid`: every check that bears on the question passed. `invalid`: something is proven wrong. `indeterminate`:
 * nothing is proven wrong, but something needed is missing. `unreadable`: not a thing this program can judge.
 */
export type Verdict = 'valid' | 'invalid' | 'indeterminate' | 'unreadable'

const order: readonly Verdict[] = ['valid', 'indeterminate', 'invalid', 'unreadable']

/** The worst of several verdicts; of none, `valid`. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>(
    (worst, verdict) => (order.indexOf(verdict) > order.indexOf(worst) ? verdict : worst),
    'valid',
  )
}
