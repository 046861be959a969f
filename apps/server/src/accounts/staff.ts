import type { consoleEndpoints, ReplyOf, StaffRole } from '@yunqian/api'
import { appendEvent } from '../evidence/index.ts'
import type { Platform, Tx } from '../platform/index.ts'
import { centreName } from './centres.ts'
import { AccountsError } from './errors.ts'
import { openInvitations } from './invitations.ts'
import { endSessions, rolesOf } from './sessions.ts'

type Staff = ReplyOf<typeof consoleEndpoints.listStaff>

export interface GrantedRole {
  readonly role: StaffRole
  readonly centreId?: string | undefined
}

/** Members of staff with their roles, and who is still invited. */
export async function listStaff(tx: Tx, tenantId: string, now: Date): Promise<Staff> {
  const rows = await tx.query<{
    staff_id: string
    login: string
    name: string
    state: 'active' | 'disabled'
  }>('select staff_id, login, name, state from staff where tenant_id = $1 order by name', [
    tenantId,
  ])
  const staff: Staff['staff'] = []
  for (const { staff_id: staffId, login, name, state } of rows)
    staff.push({ staffId, login, name, state, roles: await rolesOf(tx, { tenantId, staffId }) })
  return { staff, invitations: await openInvitations(tx, tenantId, now) }
}

/**
 * Disables or enables a member of staff, or gives other roles. Sessions of the disabled end in the same commit; roles are
 * read anew by every request. Throws `accounts.staff-unknown`, `accounts.last-administrator`,
 * `accounts.role-needs-district`, `accounts.centre-unknown`.
 */
export async function changeStaff(
  platform: Pick<Platform, 'clock'>,
  tx: Tx,
  given: {
    readonly tenantId: string
    readonly staffId: string
    readonly by: string
    readonly state?: 'active' | 'disabled' | undefined
    readonly roles?: readonly GrantedRole[] | undefined
  },
): Promise<void> {
  const { tenantId, staffId, state, roles } = given
  const at = platform.clock.now()
  // 1. One such change at a time in a district: two administrators who remove each other must not both succeed.
  await tx.execute('select from district where tenant_id = $1 for no key update', [tenantId])
  const known = await tx.query('select 1 from staff where tenant_id = $1 and staff_id = $2', [
    tenantId,
    staffId,
  ])
  if (known.length === 0) throw new AccountsError('accounts.staff-unknown')
  // 2. The change.
  if (state)
    await tx.execute('update staff set state = $3 where tenant_id = $1 and staff_id = $2', [
      tenantId,
      staffId,
      state,
    ])
  if (state === 'disabled') await endSessions(tx, { tenantId, staffId, at })
  if (roles) await replaceRoles(tx, { tenantId, staffId, roles })
  // 3. Somebody must be left who could undo it.
  if ((await administrators(tx, tenantId)) === 0)
    throw new AccountsError('accounts.last-administrator')
  const change = [...(state ? [state] : []), ...(roles ? ['roles'] : [])].join(',')
  const subject = { staffId, by: given.by }
  await appendEvent(tx, { type: 'staff.changed', at, subject, data: { change } })
}

/** Throws `accounts.role-needs-district` for an administrator of one centre. */
export function requireFitting({ role, centreId }: GrantedRole): void {
  if (role === 'district-admin' && centreId) throw new AccountsError('accounts.role-needs-district')
}

async function replaceRoles(
  tx: Tx,
  {
    tenantId,
    staffId,
    roles,
  }: { tenantId: string; staffId: string; roles: readonly GrantedRole[] },
): Promise<void> {
  await tx.execute('delete from staff_role where tenant_id = $1 and staff_id = $2', [
    tenantId,
    staffId,
  ])
  for (const granted of roles) {
    requireFitting(granted)
    if (granted.centreId) await centreName(tx, tenantId, granted.centreId)
    await tx.execute('insert into staff_role values ($1, $2, $3, $4) on conflict do nothing', [
      tenantId,
      staffId,
      granted.role,
      granted.centreId ?? null,
    ])
  }
}

async function administrators(tx: Tx, tenantId: string): Promise<number> {
  const row = await tx.queryOne<{ count: number }>(
    `select count(*) as count from staff s join staff_role r using (tenant_id, staff_id)
     where s.tenant_id = $1 and s.state = 'active' and r.role = 'district-admin' and r.centre_id is null`,
    [tenantId],
  )
  return row?.count ?? 0
}
