import type { Centre } from '@yunqian/api'
import { appendEvent } from '../evidence/index.ts'
import { isUniqueViolation, newId, type Platform, type Tx } from '../platform/index.ts'
import type { Consequences } from './consequences.ts'
import { AccountsError } from './errors.ts'

interface CentreRow {
  centre_id: string
  code: string
  name: string
  state: 'open' | 'closed'
  created_at: Date
  doctors: number
}

/** What other rooms count by centre. */
export interface CentreCounts extends Pick<Consequences, 'countOpenTasks'> {
  /** Certificates a centre's people hold now. */
  countCertificates(tx: Tx, tenantId: string): Promise<ReadonlyMap<string, number>>
}

/** Centres of a district, open ones first; all of them where `centreIds` is null. */
export async function listCentres(
  tx: Tx,
  tenantId: string,
  centreIds: readonly string[] | null,
  counts: CentreCounts,
): Promise<Centre[]> {
  const rows = await tx.query<CentreRow>(
    `select c.centre_id, c.code, c.name, c.state, c.created_at,
       (select count(distinct m.person_id) from membership m
        where m.tenant_id = c.tenant_id and m.centre_id = c.centre_id and m.state = 'active') as doctors
     from centre c where c.tenant_id = $1 and ($2::uuid[] is null or c.centre_id = any ($2))
     order by c.state desc, c.code`,
    [tenantId, centreIds],
  )
  const certificates = await counts.countCertificates(tx, tenantId)
  const tasks = await counts.countOpenTasks(tx, tenantId)
  return rows.map((row) => ({
    centreId: row.centre_id,
    code: row.code,
    name: row.name,
    state: row.state,
    doctors: row.doctors,
    validCertificates: certificates.get(row.centre_id) ?? 0,
    openTasks: tasks.get(row.centre_id) ?? 0,
    createdAt: row.created_at.toISOString(),
  }))
}

/** Adds a centre; codes are unique over the whole platform because doctors find their district by them. */
export async function addCentre(
  platform: Pick<Platform, 'clock' | 'random'>,
  tx: Tx,
  given: {
    readonly tenantId: string
    readonly staffId?: string
    readonly code: string
    readonly name: string
  },
): Promise<string> {
  const centreId = newId(platform)
  const now = platform.clock.now()
  try {
    await tx.execute(`insert into centre values ($1, $2, $3, $4, 'open', $5)`, [
      given.tenantId,
      centreId,
      given.code,
      given.name.trim(),
      now,
    ])
  } catch (error) {
    if (isUniqueViolation(error)) throw new AccountsError('accounts.centre-code-taken')
    throw error
  }
  const subject = { centreId, ...(given.staffId ? { staffId: given.staffId } : {}) }
  await appendEvent(tx, { type: 'centre.changed', at: now, subject, data: { change: 'added' } })
  return centreId
}

/**
 * Renames, closes or reopens a centre. Closing ends what is under way there, in the same commit; people stay members and
 * certificates stay valid. Throws `accounts.centre-unknown`.
 */
export async function changeCentre(
  platform: Pick<Platform, 'clock'>,
  tx: Tx,
  given: {
    readonly tenantId: string
    readonly staffId: string
    readonly centreId: string
    readonly name?: string | undefined
    readonly state?: 'open' | 'closed' | undefined
  },
  consequences: Pick<Consequences, 'centreClosed'>,
): Promise<void> {
  const before = await tx.queryOne<{ state: string }>(
    'select state from centre where tenant_id = $1 and centre_id = $2 for update',
    [given.tenantId, given.centreId],
  )
  const changed = await tx.execute(
    `update centre set name = coalesce($3, name), state = coalesce($4, state)
     where tenant_id = $1 and centre_id = $2`,
    [given.tenantId, given.centreId, given.name?.trim() ?? null, given.state ?? null],
  )
  if (changed === 0) throw new AccountsError('accounts.centre-unknown')
  const at = platform.clock.now()
  if (given.state === 'closed' && before?.state === 'open')
    await consequences.centreClosed(tx, { ...given, at })
  await appendEvent(tx, {
    type: 'centre.changed',
    at,
    subject: { centreId: given.centreId, staffId: given.staffId },
    data: { change: given.state ?? 'renamed' },
  })
}

/** A centre that takes part; throws `accounts.centre-unknown` or `accounts.centre-closed`. */
export async function requireOpenCentre(
  tx: Tx,
  tenantId: string,
  centreId: string,
): Promise<string> {
  const row = await tx.queryOne<{ name: string; state: string }>(
    'select name, state from centre where tenant_id = $1 and centre_id = $2',
    [tenantId, centreId],
  )
  if (!row) throw new AccountsError('accounts.centre-unknown')
  if (row.state !== 'open') throw new AccountsError('accounts.centre-closed')
  return row.name
}

/** The name of a centre, open or closed. */
export async function centreName(tx: Tx, tenantId: string, centreId: string): Promise<string> {
  const row = await tx.queryOne<{ name: string }>(
    'select name from centre where tenant_id = $1 and centre_id = $2',
    [tenantId, centreId],
  )
  if (!row) throw new AccountsError('accounts.centre-unknown')
  return row.name
}
