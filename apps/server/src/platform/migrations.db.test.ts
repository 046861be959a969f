import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { silentLog } from './log.ts'
import { migrate, readMigrations, requireMigrated } from './migrations.ts'

let test: TestDatabase
let folder: string
const put = (file: string, sql: string): void => writeFileSync(join(folder, file), sql)
const run = (): Promise<readonly { name: string }[]> =>
  migrate({ ownerUrl: test.ownerUrl, folder, log: silentLog })
const ledger = (sql: string): Promise<{ number: number; checksum: string }[]> =>
  test.db.tx('no-tenant', (tx) => tx.query(sql))

beforeEach(async () => {
  test = await createTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'yunqian-migrations-'))
  await test.owner.tx('no-tenant', (tx) => tx.execute('delete from schema_migration'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await test.drop()
})

it('applies what is missing, once, in order', async () => {
  put('0102-second.sql', 'insert into a values (2)')
  put('0101-first.sql', 'create table a (n int)')
  expect((await run()).map((m) => m.name)).toEqual(['first', 'second'])
  expect(await run()).toEqual([])
})

it('is applied by one of several that start together', async () => {
  put('0101-first.sql', 'create table a (n int); insert into a values (1)')
  const applied = await Promise.all([run(), run(), run()])
  expect(applied.map((list) => list.length).sort()).toEqual([0, 0, 1])
})

it('refuses an applied file that was altered, here and in the running service', async () => {
  put('0101-first.sql', 'create table a (n int)')
  await run()
  await expect(requireMigrated(ledger, folder)).resolves.toBeUndefined()
  put('0101-first.sql', 'create table a (n int8)')
  await expect(run()).rejects.toMatchObject({ code: 'platform.migration-altered' })
  await expect(requireMigrated(ledger, folder)).rejects.toMatchObject({
    code: 'platform.migration-altered',
  })
})

it('accepts the same file with other line ends', async () => {
  put('0101-first.sql', 'create table a (\n n int)')
  await run()
  put('0101-first.sql', 'create table a (\r\n n int)')
  expect(await run()).toEqual([])
})

it('refuses a database of a newer program, and a service on an older schema', async () => {
  put('0101-first.sql', 'create table a (n int)')
  put('0102-second.sql', 'create table b (n int)')
  await run()
  rmSync(join(folder, '0102-second.sql'))
  await expect(run()).rejects.toMatchObject({ code: 'platform.migration-unknown' })
  put('0103-third.sql', 'create table c (n int)')
  await expect(requireMigrated(ledger, folder)).rejects.toMatchObject({
    code: 'platform.migration-pending',
  })
})

it('leaves nothing of a migration that failed half-way', async () => {
  put('0101-first.sql', 'create table a (n int); select 1 / 0')
  await expect(run()).rejects.toMatchObject({ code: '22012' })
  put('0101-first.sql', 'create table a (n int)')
  expect(await run()).toHaveLength(1)
})

it('refuses a misnamed file and a number used twice', () => {
  put('first.sql', '')
  expect(() => readMigrations(folder)).toThrow('NNNN-what.sql')
  rmSync(join(folder, 'first.sql'))
  put('0101-first.sql', '')
  put('0101-again.sql', '')
  expect(() => readMigrations(folder)).toThrow('twice')
})
