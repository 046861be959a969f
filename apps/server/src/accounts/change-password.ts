import { appendEvent } from '../evidence/index.ts'
import type { Platform, StaffPrincipal } from '../platform/index.ts'
import { AccountsError } from './errors.ts'
import { hashPassword, isWeakPassword } from './password.ts'
import { endSessions, openSession, type OpenedSession } from './sessions.ts'
import { checkPassword, type CameFrom } from './sign-in.ts'

/**
 * Another password for whoever knows the present one: counted like a sign-in. Every session ends, the stolen ones among
 * them, and this browser gets a new one. Throws `accounts.sign-in-failed`, `accounts.sign-in-throttled`,
 * `accounts.password-weak`.
 */
export async function changePassword(
  platform: Platform,
  staff: StaffPrincipal,
  given: { readonly current: string; readonly password: string } & CameFrom,
): Promise<OpenedSession> {
  const row = await platform.db.tx(staff, (tx) =>
    tx.queryOne<{ login: string }>(
      'select login from staff where tenant_id = $1 and staff_id = $2',
      [staff.tenantId, staff.staffId],
    ),
  )
  if (!row) throw new AccountsError('platform.unauthenticated')
  const { login } = row
  await checkPassword(platform, { ...given, login, password: given.current })
  if (isWeakPassword(given.password, login)) throw new AccountsError('accounts.password-weak')
  const hash = await hashPassword(given.password)
  const at = platform.clock.now()
  return platform.db.tx(staff, async (tx) => {
    const name = { tenantId: staff.tenantId, staffId: staff.staffId }
    await tx.execute('update staff set password_hash = $3 where tenant_id = $1 and staff_id = $2', [
      name.tenantId,
      name.staffId,
      hash,
    ])
    await endSessions(tx, { ...name, at })
    const subject = { staffId: name.staffId }
    await appendEvent(tx, { type: 'staff.changed', at, subject, data: { change: 'password' } })
    return openSession(platform, tx, name, 'password')
  })
}
