import { commitment, leafHashes } from '@yunqian/evidence'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { appendEvent } from './append-event.ts'
import { eventsAbout, pendingEvents } from './store.ts'

const tenantId = '01900000-0000-7000-8000-000000000011'
const taskId = '01900000-0000-7000-8000-000000000012'
const at = new Date('2026-11-24T08:00:00.123Z')
let test: TestDatabase

beforeAll(async () => {
  test = await createTestDatabase()
  await test.db.tx({ tenantId }, (tx) =>
    tx.execute(`insert into district values ($1, 'one', now())`, [tenantId]),
  )
})
afterAll(() => test.drop())

describe('appendEvent', () => {
  it('is durable with the caller’s rows and gone with them', async () => {
    const failing = test.db.tx({ tenantId }, async (tx) => {
      await appendEvent(tx, { type: 'signing.opened', at, subject: { taskId } })
      throw new Error('the caller changed its mind')
    })
    await expect(failing).rejects.toThrow('changed its mind')
    expect(await test.db.tx({ tenantId }, (tx) => eventsAbout(tx, 'taskId', taskId))).toEqual([])

    const { eventId } = await test.db.tx({ tenantId }, (tx) =>
      appendEvent(tx, { type: 'signing.opened', at, subject: { taskId } }),
    )
    const [event] = await test.db.tx({ tenantId }, (tx) => eventsAbout(tx, 'taskId', taskId))
    expect(event).toMatchObject({ eventId, index: undefined })
    expect(event?.record).toMatchObject({ tenant: tenantId, at: at.toISOString() })
    expect(event?.leaf).toEqual(leafHashes(event?.bytes as Uint8Array))
  })

  it('keeps personal values out of the record and their salts sealed beside it', async () => {
    const sealed: Uint8Array[] = []
    const sealer = {
      seal: (purpose: string, salt: Uint8Array) => {
        expect(purpose).toBe('evidence.salt')
        sealed.push(salt)
        return Uint8Array.from(salt, (byte) => byte ^ 0xff)
      },
    }
    const { eventId } = await test.db.tx({ tenantId }, (tx) =>
      appendEvent(tx, {
        type: 'enrollment.approved',
        at,
        subject: { enrollmentId: taskId },
        personal: { sealer, values: { name: '陈某某' } },
      }),
    )
    const events = await test.db.tx({ tenantId }, (tx) => pendingEvents(tx, 100))
    const { record, bytes } = events.find((event) => event.eventId === eventId) ?? expect.fail()
    expect(record.commitments).toEqual({ name: commitment(sealed[0] as Uint8Array, '陈某某') })
    expect(new TextDecoder().decode(bytes)).not.toContain('陈')
  })

  it.each(['evidence_event', 'evidence_leaf', 'evidence_node', 'evidence_checkpoint'])(
    'leaves the service no way to change or remove rows of %s',
    async (table) => {
      for (const sql of [
        `update ${table} set tenant_id = tenant_id`,
        `delete from ${table}`,
        `truncate ${table}`,
        `alter table ${table} disable row level security`,
        `drop table ${table}`,
      ])
        await expect(
          test.db.tx({ tenantId }, (tx) => tx.execute(sql)),
          sql,
        ).rejects.toMatchObject({ code: '42501' })
    },
  )

  it('refuses an event outside a tenant', async () => {
    await expect(
      test.db.tx('no-tenant', (tx) => appendEvent(tx, { type: 'key.created', at, subject: {} })),
    ).rejects.toThrow('tenant')
  })
})
