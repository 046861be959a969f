import { timingSafeEqual } from 'node:crypto'
import type { Application } from '@yunqian/api'
import { appendEvent } from '../evidence/index.ts'
import {
  newId,
  type ApplicationPrincipal,
  type ArrivedRequest,
  type Platform,
  type Tx,
} from '../platform/index.ts'
import { requireOpenCentre } from './centres.ts'
import { AccountsError } from './errors.ts'
import { newToken, tokenHash } from './tokens.ts'

interface ApplicationRow {
  application_id: string
  name: string
  centre_id: string
  centre_name: string
  state: 'active' | 'revoked'
  key_hint: string
  created_at: Date
  last_used_at: Date | null
}

interface ByStaff {
  readonly tenantId: string
  readonly staffId?: string
}

/**
 * Lets a program in by `Authorization: Bearer yq_<application>_<secret>`; throws `platform.unauthenticated`. `lastSeen` is
 * this process's memory of when it last wrote down a program's use.
 */
export async function authenticateApplication(
  { db, clock }: Pick<Platform, 'db' | 'clock'>,
  request: ArrivedRequest,
  lastSeen: Map<string, number>,
): Promise<ApplicationPrincipal> {
  const header = request.headers.authorization
  const parts = /^Bearer yq_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})$/i.exec(
    typeof header === 'string' ? header : '',
  )
  const [, applicationId, secret] = parts ?? []
  if (!applicationId || !secret || !isUuid(applicationId))
    throw new AccountsError('platform.unauthenticated')
  const [found] = await db.once<{
    tenant_id: string
    centre_id: string
    name: string
    state: string
    secret_hash: Uint8Array
    centre_state: string
  }>('no-tenant', 'select * from resolve_application($1)', [applicationId])
  if (!found || found.state !== 'active' || !timingSafeEqual(found.secret_hash, tokenHash(secret)))
    throw new AccountsError('platform.unauthenticated')
  const tenantId = found.tenant_id
  // What was signed stays within reach of a closed centre's program; nothing new begins there.
  if (found.centre_state !== 'open' && request.method !== 'GET')
    throw new AccountsError('accounts.centre-closed')
  // Once a minute is enough to see whether a key is in use.
  const now = clock.now()
  if (now.getTime() - (lastSeen.get(applicationId) ?? 0) >= 60_000) {
    lastSeen.set(applicationId, now.getTime())
    await db.once(
      { tenantId },
      `update application set last_used_at = $3 where tenant_id = $1 and application_id = $2
         and (last_used_at is null or last_used_at < $3::timestamptz - interval '1 minute')`,
      [tenantId, applicationId, now],
    )
  }
  return {
    kind: 'application',
    tenantId,
    applicationId,
    centreId: found.centre_id,
    name: found.name,
  }
}

/** Registers a program of a centre; its key is returned once and not kept. */
export async function createApplication(
  platform: Pick<Platform, 'clock' | 'random'>,
  tx: Tx,
  given: ByStaff & { readonly name: string; readonly centreId: string },
): Promise<{ readonly application: Application; readonly key: string }> {
  await requireOpenCentre(tx, given.tenantId, given.centreId)
  const applicationId = newId(platform)
  const now = platform.clock.now()
  const { key, hash, hint } = newKey(applicationId)
  await tx.execute(
    `insert into application (tenant_id, application_id, centre_id, name, state, secret_hash, key_hint, created_at)
     values ($1, $2, $3, $4, 'active', $5, $6, $7)`,
    [given.tenantId, applicationId, given.centreId, given.name.trim(), hash, hint, now],
  )
  const subject = { applicationId, centreId: given.centreId, ...by(given) }
  await appendEvent(tx, { type: 'application.created', at: now, subject })
  return { application: await applicationById(tx, { ...given, applicationId }), key }
}

/** Replaces a program's key; the old one stops working with the commit. */
export async function rotateApplicationKey(
  platform: Pick<Platform, 'clock'>,
  tx: Tx,
  given: ByStaff & { readonly applicationId: string },
): Promise<{ readonly application: Application; readonly key: string }> {
  const { key, hash, hint } = newKey(given.applicationId)
  const changed = await tx.execute(
    `update application set secret_hash = $3, key_hint = $4
     where tenant_id = $1 and application_id = $2 and state = 'active'`,
    [given.tenantId, given.applicationId, hash, hint],
  )
  if (changed === 0) throw new AccountsError('accounts.application-unknown')
  const subject = { applicationId: given.applicationId, ...by(given) }
  const at = platform.clock.now()
  await appendEvent(tx, {
    type: 'application.created',
    at,
    subject,
    data: { change: 'key-rotated' },
  })
  return { application: await applicationById(tx, given), key }
}

/** Stops a program for good. */
export async function revokeApplication(
  platform: Pick<Platform, 'clock'>,
  tx: Tx,
  given: ByStaff & { readonly applicationId: string },
): Promise<Application> {
  const changed = await tx.execute(
    `update application set state = 'revoked' where tenant_id = $1 and application_id = $2`,
    [given.tenantId, given.applicationId],
  )
  if (changed === 0) throw new AccountsError('accounts.application-unknown')
  const subject = { applicationId: given.applicationId, ...by(given) }
  await appendEvent(tx, { type: 'application.revoked', at: platform.clock.now(), subject })
  return applicationById(tx, given)
}

/** Programs of a district, or of the centres named, newest first. */
export async function listApplications(
  tx: Tx,
  tenantId: string,
  centreIds: readonly string[] | null,
): Promise<Application[]> {
  const rows = await tx.query<ApplicationRow>(
    `${selectApplication} where a.tenant_id = $1 and ($2::uuid[] is null or a.centre_id = any ($2))
     order by a.created_at desc`,
    [tenantId, centreIds],
  )
  return rows.map(view)
}

/** Throws `accounts.application-unknown`. */
async function applicationById(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly applicationId: string },
): Promise<Application> {
  const row = await tx.queryOne<ApplicationRow>(
    `${selectApplication} where a.tenant_id = $1 and a.application_id = $2`,
    [wanted.tenantId, wanted.applicationId],
  )
  if (!row) throw new AccountsError('accounts.application-unknown')
  return view(row)
}

const selectApplication = `
  select a.application_id, a.name, a.centre_id, c.name as centre_name, a.state, a.key_hint, a.created_at, a.last_used_at
  from application a join centre c using (tenant_id, centre_id)`

function view(row: ApplicationRow): Application {
  return {
    applicationId: row.application_id,
    name: row.name,
    centreId: row.centre_id,
    centreName: row.centre_name,
    state: row.state,
    keyHint: row.key_hint,
    createdAt: row.created_at.toISOString(),
    ...(row.last_used_at ? { lastUsedAt: row.last_used_at.toISOString() } : {}),
  }
}

function newKey(applicationId: string): { key: string; hash: Uint8Array; hint: string } {
  const secret = newToken()
  return {
    key: `yq_${applicationId}_${secret}`,
    hash: tokenHash(secret),
    hint: `…${secret.slice(-4)}`,
  }
}

function by({ staffId }: ByStaff): { staffId?: string } {
  return staffId ? { staffId } : {}
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)
}
