import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { after, makeAuthority, type Authority } from '../../../../test/authority/authority.ts'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { appendEvent } from './append-event.ts'
import { audit } from './audit.ts'
import { sequenceEvents } from './sequence-events.ts'

const tenantId = '01900000-0000-7000-8000-000000000031'
let test: TestDatabase
let authority: Authority

beforeAll(async () => {
  authority = await makeAuthority('sm2-with-sm3')
})
beforeEach(async () => {
  test = await createTestDatabase()
  await test.db.tx({ tenantId }, (tx) =>
    tx.execute(`insert into district values ($1, 'one', now())`, [tenantId]),
  )
  const deps = { db: test.db, clock: { now: () => after(1) }, logKey: authority.log }
  for (let i = 0; i < 5; i++) {
    await test.db.tx({ tenantId }, (tx) =>
      appendEvent(tx, { type: 'key.created', at: after(1, i), subject: { keyId: tenantId } }),
    )
    await sequenceEvents(deps, tenantId)
  }
  return () => test.drop()
})

const codes = async (): Promise<string[]> => {
  const { findings } = await audit({
    db: test.db,
    now: after(2),
    trustAnchors: [authority.root.certificate],
    intermediates: [authority.issuing.certificate],
    parts: [],
  })
  return [...new Set(findings.map((finding) => finding.code))]
}
const asOwner = (sql: string): Promise<number> =>
  test.owner.tx('no-tenant', (tx) => tx.execute(sql))

describe('audit', () => {
  it('finds nothing in a sound log', async () => {
    expect(await codes()).toEqual([])
  })

  it.each([
    [
      'a rewritten event',
      `update evidence_event set record = convert_to(replace(convert_from(record, 'UTF8'), 'key.created', 'key.deleted'), 'UTF8')
       where event_id = (select event_id from evidence_leaf where leaf_index = 2)`,
      ['audit.event-altered', 'audit.node-altered', 'audit.checkpoint-differs'],
    ],
    [
      'a lost event',
      `delete from evidence_leaf where leaf_index = 4`,
      ['audit.log-shortened', 'audit.event-lost'],
    ],
    [
      'a changed node',
      `update evidence_node set sm3 = sha256 where level = 2`,
      ['audit.node-altered'],
    ],
    [
      'a changed checkpoint',
      `update evidence_checkpoint set cms = (select cms from evidence_checkpoint where size = 1) where size = 3`,
      ['audit.checkpoint-signature'],
    ],
    [
      'a right too many',
      `grant update on evidence_event to yunqian_app`,
      ['audit.not-insert-only'],
    ],
  ])('finds %s', async (_, sql, expected) => {
    await asOwner(sql)
    const found = await codes()
    for (const code of expected) expect(found).toContain(code)
  })
})
