import { describe, expect, it } from 'vitest'
import type { JsonValue } from './canonical-json.ts'
import { commitment } from './commitment.ts'
import { checkEvent, decodeEvent, encodeEvent } from './event.ts'
import type { EventRecord } from './event.ts'

const record: EventRecord = {
  v: 1,
  id: '01932f3e-0000-7000-8000-000000000001',
  type: 'signing.signed',
  at: '2026-11-24T08:00:00.000Z',
  tenant: '01932f3e-0000-7000-8000-000000000002',
  subject: { taskId: '01932f3e-0000-7000-8000-000000000003' },
  document: { sm3: 'ab'.repeat(32), sha256: 'cd'.repeat(32) },
  commitments: { idNumber: commitment(new Uint8Array(32), 'nobody') },
}

describe('event record', () => {
  it('reads back what it writes', () => {
    expect(decodeEvent(encodeEvent(record))).toEqual(record)
  })

  it.each([
    ['an unknown type', { type: 'signing.imagined' }],
    ['a time without milliseconds', { at: '2026-11-24T08:00:00Z' }],
    ['an unknown member', { name: 'someone' }],
    ['a short digest', { document: { sm3: 'ab', sha256: 'cd'.repeat(32) } }],
    ['a subject that is not text', { subject: { taskId: 1 } }],
    ['another version', { v: 2 }],
  ])('refuses %s', (_, change) => {
    const changed = { ...record, ...change } as unknown as JsonValue
    expect(() => checkEvent(changed)).toThrow('evidence.event-malformed')
  })

  it('commits to a value without showing it, and differently under another salt', () => {
    const salt = Uint8Array.from({ length: 32 }, (_, i) => i)
    const other = Uint8Array.from({ length: 32 }, (_, i) => i + 1)
    expect(commitment(salt, '13800000000')).toBe(commitment(salt, '13800000000'))
    expect(commitment(salt, '13800000000')).not.toBe(commitment(other, '13800000000'))
    expect(commitment(salt, '13800000000')).toMatch(/^[0-9a-f]{64}$/)
  })
})
