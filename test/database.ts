// A fresh, migrated database for every test that asks: `const { db } = await createTestDatabase()`. One PostgreSQL
// serves the whole run (test/postgres-server.ts); a database is copied from a migrated template.
import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'
import { openDatabase, type Database } from '@yunqian/server'

export interface TestDatabase {
  /** As the running service: bound by row-level security and grants. */
  readonly db: Database
  /** As the schema owner: sees every tenant. */
  readonly owner: Database
  readonly appUrl: string
  readonly ownerUrl: string
  /** Closes both handles and removes the database. */
  drop(): Promise<void>
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgres')
  if (!server)
    throw new Error(
      'no PostgreSQL was started for this file: name it *.db.test.ts or put it in test/',
    )
  const name = `test_${randomBytes(8).toString('hex')}`
  await administer(
    server.superuserUrl,
    `create database ${name} template yunqian owner yunqian_owner`,
  )
  const appUrl = inDatabase(server.appUrl, name)
  const ownerUrl = inDatabase(server.ownerUrl, name)
  const db = openDatabase(appUrl, { connections: 8 })
  const owner = openDatabase(ownerUrl, { connections: 2 })
  const drop = async (): Promise<void> => {
    await Promise.all([db.close(), owner.close()])
    await administer(server.superuserUrl, `drop database ${name} with (force)`)
  }
  return { db, owner, appUrl, ownerUrl, drop }
}

async function administer(superuserUrl: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: superuserUrl })
  await client.connect()
  try {
    // Only one copy of the template at a time: CREATE DATABASE wants its source to itself.
    await client.query('select pg_advisory_lock($1, $2)', [0x79756e71, 3])
    await client.query(sql)
  } finally {
    await client.end()
  }
}

function inDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
