import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { PlatformError } from './errors.ts'
import type { Log } from './log.ts'

/** The migrations of this program. */
export const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))

export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
  /** SM3 of the file with LF line ends, hex. */
  readonly checksum: string
}

export interface MigrateOptions {
  /** The schema owner's connection; the running service's role cannot migrate. */
  readonly ownerUrl: string
  readonly folder?: string
  readonly log: Log
}

/**
 * Applies every migration that is missing, each in its own transaction, under a lock that lets several starting
 * processes wait for one. Refuses when an applied file was altered or is unknown to this program.
 */
export async function migrate(options: MigrateOptions): Promise<readonly Migration[]> {
  const migrations = readMigrations(options.folder ?? migrationsFolder)
  const client = new Client({ connectionString: options.ownerUrl })
  await client.connect()
  try {
    // Held by the session: released by commit of nothing, only by its end, so a death frees it too.
    await client.query('select pg_advisory_lock($1, $2)', [0x79756e71, 2])
    await client.query(ledger)
    const pending = await compare(client, migrations)
    for (const migration of pending) {
      await apply(client, migration)
      options.log.info({ number: migration.number, name: migration.name }, 'migration applied')
    }
    return pending
  } finally {
    await client.end()
  }
}

/** Refuses to serve on a schema that lacks one of our migrations; newer ones are fine (expand, migrate, contract). */
export async function requireMigrated(
  query: (sql: string) => Promise<{ number: number; checksum: string }[]>,
  folder: string = migrationsFolder,
): Promise<void> {
  const applied = await query('select number, checksum from schema_migration').catch(() => [])
  for (const migration of readMigrations(folder)) {
    const row = applied.find((found) => found.number === migration.number)
    if (!row)
      throw new PlatformError(
        'platform.migration-pending',
        'the database schema is older than this program; run `yunqian migrate` 请先执行数据库迁移',
        { number: migration.number, migration: migration.name },
      )
    if (row.checksum !== migration.checksum) throw altered(migration)
  }
}

/** The migrations in a folder, by number; a misnamed file or a number used twice is refused. */
export function readMigrations(folder: string): readonly Migration[] {
  const migrations = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => {
      const parts = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file)
      if (!parts?.[1] || !parts[2])
        throw new PlatformError('platform.migration-name', 'a migration is NNNN-what.sql', { file })
      const sql = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n')
      const checksum = createHash('sm3').update(sql).digest('hex')
      return { number: Number(parts[1]), name: parts[2], sql, checksum }
    })
    .sort((a, b) => a.number - b.number)
  for (const [index, migration] of migrations.entries())
    if (migrations[index + 1]?.number === migration.number)
      throw new PlatformError('platform.migration-name', 'a migration number is used twice', {
        number: migration.number,
      })
  return migrations
}

async function compare(
  client: Client,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  const { rows } = await client.query<{ number: number; checksum: string }>(
    'select number, checksum from schema_migration order by number',
  )
  for (const row of rows) {
    const migration = migrations.find((known) => known.number === row.number)
    if (!migration)
      throw new PlatformError(
        'platform.migration-unknown',
        'the database holds a migration this program does not know; it belongs to a newer version',
        { number: row.number },
      )
    if (migration.checksum !== row.checksum) throw altered(migration)
  }
  return migrations.filter(({ number }) => !rows.some((row) => row.number === number))
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(migration.sql)
    await client.query(
      'insert into schema_migration (number, name, checksum) values ($1, $2, $3)',
      [migration.number, migration.name, migration.checksum],
    )
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

function altered({ number, name }: Migration): PlatformError {
  return new PlatformError(
    'platform.migration-altered',
    'an applied migration differs from its file; migrations are never edited 已执行的迁移文件被改动',
    { number, migration: name },
  )
}

const ledger = `
create table if not exists schema_migration (
  number integer primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default now()
)`
