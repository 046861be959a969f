import { describe, expect, it } from 'vitest'
import { judgeRevocation } from './revocation-rule.ts'
import type { RevocationQuestion, StatusStatement } from './revocation-rule.ts'

const hour = (n: number) => new Date(Date.UTC(2026, 10, 24, n))
const statement = (change: Partial<StatusStatement>): StatusStatement => ({
  form: 'ocsp',
  status: 'good',
  thisUpdate: hour(9),
  nextUpdate: hour(10),
  revokedAt: undefined,
  reason: undefined,
  ...change,
})
const signedAt8: RevocationQuestion = {
  time: hour(8),
  proven: true,
  service: false,
  published: true,
  statusCurrentForHours: 24,
  clockToleranceSeconds: 0,
}
const revoked = (n: number, reason?: string, thisUpdate = hour(9)) =>
  statement({ status: 'revoked', revokedAt: hour(n), reason, thisUpdate })

const cases: [string, StatusStatement[], Partial<RevocationQuestion>, string][] = [
  ['good after signing', [statement({})], {}, 'revocation.good'],
  ['good in the same second', [statement({ thisUpdate: hour(8) })], {}, 'revocation.good'],
  [
    'good, but from before signing',
    [statement({ thisUpdate: hour(7) })],
    {},
    'revocation.before-signing',
  ],
  ['revoked before signing', [revoked(7)], {}, 'revocation.revoked'],
  ['revoked at the very moment', [revoked(8)], {}, 'revocation.revoked'],
  ['revoked after signing', [revoked(9)], {}, 'revocation.revoked-later'],
  [
    'revoked after signing, nothing proves the time',
    [revoked(9)],
    { time: hour(12), proven: false },
    'revocation.revoked-no-proven-time',
  ],
  [
    'good and revoked before: bad news counts',
    [statement({}), revoked(7)],
    {},
    'revocation.revoked',
  ],
  ['on hold when signing', [revoked(7, 'certificateHold')], {}, 'revocation.suspended'],
  [
    'held and lifted before signing',
    [revoked(5, 'certificateHold', hour(6)), statement({})],
    {},
    'revocation.good',
  ],
  ['held after signing', [revoked(9, 'certificateHold')], {}, 'revocation.revoked-later'],
  [
    'held when signing, lifted later',
    [revoked(7, 'certificateHold', hour(9)), statement({ thisUpdate: hour(11) })],
    {},
    'revocation.suspended',
  ],
  [
    'current now, no timestamp',
    [statement({})],
    { time: new Date(hour(9).getTime() + 1), proven: false },
    'revocation.good',
  ],
  [
    'out of date now, no timestamp',
    [statement({})],
    { time: hour(12), proven: false },
    'revocation.stale',
  ],
  [
    'no nextUpdate: current for a day',
    [statement({ nextUpdate: undefined })],
    { time: hour(20), proven: false },
    'revocation.good',
  ],
  ['unknown to the issuer', [statement({ status: 'unknown' })], {}, 'revocation.unknown'],
  ['nothing, though published', [], {}, 'revocation.missing'],
  ['nothing published', [], { published: false }, 'revocation.none-published'],
  [
    'a service with a CRL of the week',
    [statement({ thisUpdate: hour(1), nextUpdate: hour(20), form: 'crl' })],
    { service: true },
    'revocation.good',
  ],
  ['a service with nothing', [], { service: true }, 'revocation.not-checked-for-service'],
  ['a service revoked before', [revoked(7)], { service: true }, 'revocation.revoked'],
]

describe('judgeRevocation', () => {
  it.each(cases)('%s', (_, statements, change, code) => {
    expect(judgeRevocation(statements, { ...signedAt8, ...change })).toBe(code)
  })
})
