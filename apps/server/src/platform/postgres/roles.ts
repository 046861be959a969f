import { Client } from 'pg'
import { PlatformError } from '../errors.ts'
import type { ClusterPasswords } from './cluster.ts'

/**
 * Makes the database and its two login roles, or finishes making them after a death in between. `yunqian_owner`
 * bypasses row-level security because the functions that resolve a tenant run with its rights; the service never
 * logs in as it.
 */
export async function ensureDatabase(
  superuser: Client,
  superuserUrl: string,
  passwords: ClusterPasswords,
): Promise<void> {
  const { rows } = await superuser.query<{ fsync: string }>('show fsync')
  if (rows[0]?.fsync !== 'on')
    throw new PlatformError(
      'platform.postgres-not-durable',
      'fsync is off in this cluster: what is acknowledged would not survive a power cut',
    )
  await ensureRole(superuser, 'yunqian_owner', passwords.owner, 'bypassrls')
  await ensureRole(superuser, 'yunqian_app', passwords.app, 'nobypassrls')
  const found = await superuser.query(`select 1 from pg_database where datname = 'yunqian'`)
  if (found.rowCount === 0) await superuser.query('create database yunqian owner yunqian_owner')
  const inside = new URL(superuserUrl)
  inside.pathname = '/yunqian'
  const client = new Client({ connectionString: inside.href })
  await client.connect()
  try {
    await client.query('revoke create on schema public from public')
    await client.query('revoke temporary on database yunqian from public')
  } finally {
    await client.end()
  }
}

async function ensureRole(
  superuser: Client,
  role: string,
  password: string,
  rls: string,
): Promise<void> {
  const found = await superuser.query('select 1 from pg_roles where rolname = $1', [role])
  const verb = found.rowCount === 0 ? 'create' : 'alter'
  await superuser.query(
    `${verb} role ${role} login nosuperuser nocreatedb nocreaterole ${rls} password '${password}'`,
  )
}
