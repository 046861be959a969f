import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

const schema = `
create table if not exists his_user (
  his_user_id text primary key, person_id text not null unique, name text not null, certificate_serial text not null
) strict;
create table if not exists session (
  token_hash text primary key, his_user_id text not null references his_user, expires_at text not null
) strict;
create table if not exists login_attempt (
  attempt_id text primary key, browser_hash text not null, login_request_id text not null, used integer not null default 0
) strict;
create table if not exists visit (
  visit_id text primary key, day text not null, number text not null, at text not null, name text not null,
  sex text not null, age text not null, complaint text not null, allergies text not null,
  unique (day, number)
) strict;
create table if not exists record (
  visit_id text primary key references visit, author text not null references his_user, body text not null,
  state text not null check (state in ('draft', 'submitted')), paper_id text, pdf blob, boxes text, document_id text,
  submitted_at text
) strict;
create table if not exists signing (
  signing_id text primary key, visit_id text not null references visit, his_user_id text not null references his_user,
  place text not null check (place in ('author', 'reviewer')), task_id text unique, state text not null, qr text,
  asked_at text not null, signed_at text, reason text
) strict;
`

/** What came after the first form, in order; `user_version` says how many a file has had. */
const changes = ['alter table signing add column problem text']

/** The clinic's own small database: one SQLite file, synchronous, in WAL mode with full sync. */
export interface Store {
  all<T>(sql: string, ...values: SQLInputValue[]): readonly T[]
  one<T>(sql: string, ...values: SQLInputValue[]): T | undefined
  run(sql: string, ...values: SQLInputValue[]): number
  close(): void
}

export function openStore(folder: string | ':memory:'): Store {
  if (folder !== ':memory:') mkdirSync(folder, { recursive: true })
  const database = new DatabaseSync(folder === ':memory:' ? folder : join(folder, 'clinic.sqlite'))
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 5000;',
  )
  database.exec(schema)
  const had = Number(database.prepare('pragma user_version').get()?.['user_version'] ?? 0)
  for (const [index, change] of changes.slice(had).entries())
    database.exec(`begin; ${change}; pragma user_version = ${had + index + 1}; commit;`)
  return {
    all: <T>(sql: string, ...values: SQLInputValue[]) =>
      database.prepare(sql).all(...values) as T[],
    one: <T>(sql: string, ...values: SQLInputValue[]) =>
      database.prepare(sql).get(...values) as T | undefined,
    run: (sql, ...values) => Number(database.prepare(sql).run(...values).changes),
    close: () => database.close(),
  }
}
