import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { isUniqueViolation, openDatabase } from './database.ts'

const one = '01900000-0000-7000-8000-000000000001'
const two = '01900000-0000-7000-8000-000000000002'
let test: TestDatabase

beforeAll(async () => {
  test = await createTestDatabase()
  for (const tenantId of [one, two])
    await test.db.tx({ tenantId }, (tx) =>
      tx.execute('insert into district values ($1, $2, now())', [tenantId, tenantId]),
    )
})
afterAll(() => test.drop())

describe('a transaction', () => {
  it('keeps what it committed and nothing of what it threw', async () => {
    await expect(
      test.db.tx({ tenantId: one }, async (tx) => {
        await tx.execute(`update district set name = 'gone'`)
        throw new Error('stop')
      }),
    ).rejects.toThrow('stop')
    const row = await test.db.tx({ tenantId: one }, (tx) =>
      tx.queryOne<{ name: string }>('select name from district'),
    )
    expect(row?.name).toBe(one)
  })

  it('does not pretend to have committed when a statement failed unnoticed', async () => {
    const swallowing = test.db.tx('no-tenant', async (tx) => {
      await tx.query('select 1 / 0').catch(() => undefined)
    })
    await expect(swallowing).rejects.toMatchObject({ code: 'platform.transaction-aborted' })
  })

  it('lets no statement out after its end, when of two works side by side one failed', async () => {
    let failed = (): void => undefined
    const failure = new Promise<void>((resolve) => (failed = resolve))
    let late: Promise<unknown> = Promise.resolve()
    const work = test.db.tx({ tenantId: one }, (tx) => {
      late = failure.then(() => tx.execute(`update district set name = 'late'`))
      late.catch(() => undefined)
      return Promise.all([late, tx.execute('select 1/0')])
    })
    await expect(work).rejects.toMatchObject({ code: '22012' })
    failed()
    await expect(late).rejects.toThrow('after the end')
  })

  it('returns int8 as number, refuses one beyond 2^53, and dates as text', async () => {
    const row = await test.db.tx('no-tenant', (tx) =>
      tx.queryOne(
        `select 9007199254740991::int8 as n, '2026-01-31'::date as d, array[1,2]::int8[] as a`,
      ),
    )
    expect(row).toEqual({ n: Number.MAX_SAFE_INTEGER, d: '2026-01-31', a: [1, 2] })
    await expect(
      test.db.tx('no-tenant', (tx) => tx.query('select 9007199254740992::int8')),
    ).rejects.toMatchObject({ code: 'platform.unsafe-integer' })
  })

  it('runs again after a serialization failure only when asked to', async () => {
    const collide = (retries: number): Promise<unknown> => {
      let met = false
      return test.db.tx(
        { tenantId: one },
        async (tx) => {
          await tx.query('select name from district')
          if (!met) {
            met = true
            await test.db.tx({ tenantId: one }, (other) =>
              other.execute(`update district set name = name || '+'`),
            )
          }
          await tx.execute(`update district set name = name || '-'`)
        },
        { isolation: 'repeatable read', retries },
      )
    }
    await expect(collide(0)).rejects.toMatchObject({ code: '40001' })
    await expect(collide(1)).resolves.toBeUndefined()
  })
})

describe('a BEGIN that fails', () => {
  it('takes along what left together with it', async () => {
    const spoilt = await spoilingBegin(test.appUrl)
    const db = openDatabase(spoilt.url, { connections: 1 })
    const insert = 'insert into passkey_challenge values ($1, null, now())'
    try {
      const syntaxError = { code: '42601' }
      await expect(
        db.tx('no-tenant', (tx) => tx.execute(insert, [Uint8Array.of(1)])),
      ).rejects.toMatchObject(syntaxError)
      await expect(db.once('no-tenant', insert, [Uint8Array.of(2)])).rejects.toMatchObject(
        syntaxError,
      )
      await expect(
        db.once({ tenantId: one }, `update district set name = 'alone'`),
      ).rejects.toMatchObject(syntaxError)
      expect(spoilt.count()).toBe(3)
      spoilt.stop()
      // The same connection serves the next one, which writes as ever.
      await db.once('no-tenant', insert, [Uint8Array.of(3)])
    } finally {
      await db.close()
      spoilt.close()
    }
    const rows = await test.owner.tx('no-tenant', (tx) =>
      tx.query('select challenge from passkey_challenge'),
    )
    expect(rows).toEqual([{ challenge: Uint8Array.of(3) }])
  })
})

/** A proxy before PostgreSQL that makes every BEGIN a syntax error, and nothing else. */
async function spoilingBegin(databaseUrl: string) {
  const url = new URL(databaseUrl)
  const [host, port] = [url.hostname, Number(url.port)]
  const sockets = new Set<Socket>()
  let spoiling = true
  let count = 0
  const server = createServer((near) => {
    const far = connect(port, host)
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined))
    near.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1')
      const spoilt = text.replaceAll('begin isolation', () => (count++, 'bogus isolation'))
      far.write(spoiling ? Buffer.from(spoilt, 'latin1') : chunk)
    })
    far.on('data', (chunk: Buffer) => near.write(chunk))
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    count: () => count,
    stop: () => void (spoiling = false),
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

describe('the tenant wall', () => {
  it('shows a tenant only its own rows, however wide the query', async () => {
    const rows = await test.db.tx({ tenantId: one }, (tx) =>
      tx.query<{ tenant_id: string }>('select * from district where true or tenant_id is not null'),
    )
    expect(rows.map((row) => row.tenant_id)).toEqual([one])
  })

  it('shows nothing outside a tenant, also on a connection that served one before', async () => {
    for (let i = 0; i < 20; i++) {
      await test.db.tx({ tenantId: two }, (tx) => tx.query('select 1'))
      expect(await test.db.tx('no-tenant', (tx) => tx.query('select * from district'))).toEqual([])
    }
  })

  it('refuses to write, move or reach another tenant’s rows', async () => {
    await expect(
      test.db.tx({ tenantId: one }, (tx) =>
        tx.execute(`insert into district values (gen_random_uuid(), 'x', now())`),
      ),
    ).rejects.toMatchObject({ code: '42501' })
    await expect(
      test.db.tx({ tenantId: one }, (tx) =>
        tx.execute('update district set tenant_id = $1', [two]),
      ),
    ).rejects.toThrow()
    const touched = await test.db.tx({ tenantId: one }, (tx) =>
      tx.execute(`update district set name = 'mine' where tenant_id = $1`, [two]),
    )
    expect(touched).toBe(0)
  })

  it('refuses a reference into another tenant', async () => {
    await test.db.tx({ tenantId: two }, (tx) =>
      tx.execute(`insert into centre values ($1, $1, 'W2', 'west', 'open', now())`, [two]),
    )
    await expect(
      test.db.tx({ tenantId: one }, (tx) =>
        tx.execute(`insert into application values ($1, $1, $2, 'his', 'active', '', '', now())`, [
          one,
          two,
        ]),
      ),
    ).rejects.toMatchObject({ code: '23503' })
  })

  it('stands before every table that has a tenant, with the tenant first in its key', async () => {
    const rows = await test.owner.tx('no-tenant', (tx) =>
      tx.query<{ name: string; walled: boolean; first: string | null }>(`
        select c.relname as name,
          c.relrowsecurity and c.relforcerowsecurity and exists (
            select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant_wall') as walled,
          (select a.attname from pg_index i join pg_attribute a
             on a.attrelid = c.oid and a.attnum = i.indkey[0]
           where i.indrelid = c.oid and i.indisunique order by i.indisprimary desc limit 1) as first
        from pg_class c join pg_attribute t
          on t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped
        where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace`),
    )
    expect(rows.length).toBeGreaterThan(5)
    const open = rows.filter((row) => !row.walled || row.first !== 'tenant_id')
    expect(open.map((row) => row.name)).toEqual([])
  })

  it('is not the service’s to take down', async () => {
    for (const sql of [
      'alter table district disable row level security',
      'drop table job',
      `select tenant_wall('idempotency_record')`,
      'set role yunqian_owner',
      'create table mine (x int)',
    ])
      await expect(test.db.tx('no-tenant', (tx) => tx.execute(sql))).rejects.toThrow()
  })
})

it('names the violated key', async () => {
  const twice = test.db.tx({ tenantId: one }, async (tx) => {
    for (let i = 0; i < 2; i++)
      await tx.execute(
        `insert into centre values ($1, gen_random_uuid(), 'SAME', 'x', 'open', now())`,
        [one],
      )
  })
  const error = await twice.catch((caught: unknown) => caught)
  expect(isUniqueViolation(error, 'centre_code_key')).toBe(true)
  expect(isUniqueViolation(error, 'other')).toBe(false)
})
