// A database of the version before certificates had a history, with certificates in every state, brought up to this one:
// the history is rebuilt from the events, and the audit finds row, history and events telling one story.
import { randomBytes, randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSealer, newId, silentLog, systemRandom, type Tx } from '@yunqian/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { appendEvent } from '../evidence/index.ts'
import { migrate, migrationsFolder } from '../platform/index.ts'
import { changesOf } from './history.ts'
import { certificatesAudit } from './index.ts'

type Done = 'issued' | 'suspended' | 'resumed' | 'revoked'
type By = { staffId: string } | { deviceId: string } | { room: string } | undefined
interface Step {
  readonly done: Done
  readonly by?: By
  readonly reason?: string
}

let test: TestDatabase
const tenantId = randomUUID()
const staffId = randomUUID()
const deviceId = randomUUID()
const start = Date.parse('2026-03-02T01:00:00Z')
const sealer = createSealer(randomBytes(32))
const ids = { clock: { now: () => new Date(start) }, random: systemRandom }

const lives: Readonly<Record<string, readonly Step[]>> = {
  untouched: [{ done: 'issued' }],
  lost: [{ done: 'issued' }, { done: 'suspended', by: { deviceId }, reason: '本人挂失' }],
  found: [
    { done: 'issued' },
    { done: 'suspended', by: { deviceId }, reason: '本人挂失' },
    { done: 'resumed', by: { staffId }, reason: '手机已找回' },
  ],
  ended: [
    { done: 'issued' },
    { done: 'suspended', by: { room: 'signing' }, reason: 'pin-exhausted' },
    { done: 'resumed', by: { staffId }, reason: '已核实身份' },
    { done: 'suspended', by: { staffId }, reason: '停职' },
    { done: 'revoked', by: { staffId }, reason: '离职' },
  ],
  writtenByStaff: [{ done: 'issued' }, { done: 'suspended', by: { staffId }, reason: '本人挂失' }],
}
const states = { issued: 'valid', suspended: 'suspended', resumed: 'valid', revoked: 'revoked' }
const certificateIds = new Map(Object.keys(lives).map((name) => [name, newId(ids)]))

beforeAll(async () => {
  test = await createTestDatabase()
  await test.owner.tx('no-tenant', async (tx) => {
    await tx.execute('drop schema public cascade')
    await tx.execute('create schema public')
  })
  const before = mkdtempSync(join(tmpdir(), 'yunqian-before-'))
  for (const file of readdirSync(migrationsFolder))
    if (file < '0070') cpSync(join(migrationsFolder, file), join(before, file))
  await migrate({ ownerUrl: test.ownerUrl, folder: before, log: silentLog })
  rmSync(before, { recursive: true })
  await test.owner.tx({ tenantId }, async (tx) => {
    await settle(tx)
    for (const [name, steps] of Object.entries(lives)) await live(tx, name, steps)
  })
  await migrate({ ownerUrl: test.ownerUrl, log: silentLog })
})
afterAll(() => test.drop())

async function settle(tx: Tx): Promise<void> {
  const at = new Date(start)
  await tx.execute('insert into district values ($1, $2, $3)', [tenantId, '福田区', at])
  await tx.execute(`insert into staff values ($1, $2, 'chen', '陈静怡', 'x', 'active', $3)`, [
    tenantId,
    staffId,
    at,
  ])
  await tx.execute(
    `insert into device (tenant_id, device_id, name, state, request_key, created_at)
     values ($1, $2, '手机', 'active', $3, $4)`,
    [tenantId, deviceId, randomBytes(91), at],
  )
}

/** As that version wrote it: the row in its last state, an event for every step, and no history. */
async function live(tx: Tx, name: string, steps: readonly Step[]): Promise<void> {
  const certificateId = certificateIds.get(name)!
  const [personId, keyId] = [randomUUID(), randomUUID()]
  const serialNumberHex = randomBytes(16).toString('hex')
  const [first, last] = [new Date(start), new Date(start + (steps.length - 1) * 60_000)]
  await tx.execute(`insert into person values ($1, $2, '张伟', '', $3, '', '', $4)`, [
    tenantId,
    personId,
    randomBytes(32),
    first,
  ])
  const { done, reason } = steps.at(-1)!
  await tx.execute(
    `insert into certificate (tenant_id, certificate_id, person_id, key_id, serial_number_hex, state, state_since,
       state_reason, subject, issuer, not_before, not_after, created_at, der)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'CN=张伟', 'CN=CA', $9, '2027-03-02T01:00:00Z', $9, '\\x30')`,
    [
      tenantId,
      certificateId,
      personId,
      keyId,
      serialNumberHex,
      states[done],
      last,
      reason ?? null,
      first,
    ],
  )
  for (const [i, step] of steps.entries())
    await appendEvent(tx, {
      type: `certificate.${step.done}`,
      at: new Date(start + i * 60_000),
      subject: { certificateId, personId, keyId, serialNumberHex, ...step.by },
      ...(step.reason ? { personal: { sealer, values: { reason: step.reason } } } : {}),
    })
}

it('the history has every change in its order, by whom and when, and the reason that was kept', async () => {
  const wanted = { tenantId, certificateIds: [...certificateIds.values()] }
  const changes = await test.db.tx({ tenantId }, (tx) => changesOf(tx, wanted))
  const who = (by: By) => {
    if (by && 'staffId' in by) return { kind: 'staff', name: '陈静怡' }
    return by && 'deviceId' in by ? { kind: 'holder', name: '手机' } : { kind: 'system' }
  }
  for (const [name, steps] of Object.entries(lives)) {
    const told = changes.get(certificateIds.get(name)!)!
    expect(told.map(({ change, at, by }) => ({ change, at, by }))).toEqual(
      steps.map(({ done, by }, i) => ({
        change: done,
        at: new Date(start + i * 60_000).toISOString(),
        by: who(by),
      })),
    )
    expect(told.slice(0, -1).every(({ reason }) => reason === undefined)).toBe(true)
  }
  const lastReason = (name: string) => changes.get(certificateIds.get(name)!)!.at(-1)!.reason
  expect(lastReason('ended')).toBe('离职')
  expect(lastReason('found')).toBe('手机已找回')
  // What the server wrote for a holder became a code; what staff wrote stays as it was written.
  expect(lastReason('lost')).toBe('loss-reported')
  expect(lastReason('writtenByStaff')).toBe('本人挂失')
})

it('the audit agrees, and still notices what does not', async () => {
  const clock = { now: () => new Date(start + 3_600_000) }
  const findings = async () =>
    (await certificatesAudit({ db: test.db, clock }).audit(tenantId)).map(({ code }) => code)
  expect(await findings()).toEqual([])
  await test.owner.tx({ tenantId }, (tx) =>
    tx.execute(`update certificate set state = 'valid' where certificate_id = $1`, [
      certificateIds.get('lost'),
    ]),
  )
  expect(await findings()).toEqual(['audit.certificate-history'])
})
