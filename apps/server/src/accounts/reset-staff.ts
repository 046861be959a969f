import { appendEvent } from '../evidence/index.ts'
import { newId, type Platform, type Tx } from '../platform/index.ts'
import { AccountsError } from './errors.ts'
import { hashPassword, isWeakPassword } from './password.ts'
import { endSessions, type OpenedSession } from './sessions.ts'
import { enter } from './sign-in.ts'
import { newToken, tokenHash } from './tokens.ts'

const validForHours = 24

interface Reset {
  readonly tenantId: string
  readonly resetId: string
  readonly staffId: string
}

/**
 * Makes a one-time link for a member of staff who lost password and passkeys; links made before end with it, and so does
 * every session, which may be somebody else's. The link is not stored and cannot be shown again. Throws
 * `accounts.staff-unknown` for who is not there or is disabled.
 */
export async function makeResetLink(
  platform: Pick<Platform, 'clock' | 'random' | 'config'>,
  tx: Tx,
  given: {
    readonly tenantId: string
    readonly staffId: string
    /** Absent for who operates the server. */
    readonly by?: string
  },
): Promise<{ readonly link: string; readonly expiresAt: Date }> {
  const { tenantId, staffId, by } = given
  const at = platform.clock.now()
  // 1. The account, locked: of two links made at once the later ends the earlier.
  const known = await tx.query(
    `select 1 from staff where tenant_id = $1 and staff_id = $2 and state = 'active' for no key update`,
    [tenantId, staffId],
  )
  if (known.length === 0) throw new AccountsError('accounts.staff-unknown')
  await tx.execute(
    `update staff_reset set expires_at = $3
     where tenant_id = $1 and staff_id = $2 and used_at is null and expires_at > $3`,
    [tenantId, staffId, at],
  )
  // 2. The link.
  const token = newToken()
  const resetId = newId(platform)
  const expiresAt = new Date(at.getTime() + validForHours * 3_600_000)
  await tx.execute(
    `insert into staff_reset (tenant_id, reset_id, staff_id, token_hash, made_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [tenantId, resetId, staffId, tokenHash(token), by ?? null, at, expiresAt],
  )
  // 3. Nobody stays in, and it is told.
  await endSessions(tx, { tenantId, staffId, at })
  const subject = { staffId, resetId, ...(by ? { by } : {}) }
  await appendEvent(tx, { type: 'staff.changed', at, subject, data: { change: 'reset-link' } })
  return { link: `${platform.config.publicUrl}/console/#/reset/${token}`, expiresAt }
}

/** Whose account a link opens; throws `accounts.reset-unknown`. */
export async function lookAtReset(
  platform: Platform,
  token: string,
): Promise<{ district: string; login: string; name: string }> {
  const reset = await resolve(platform, token)
  return platform.db.tx(reset, (tx) => accountOf(tx, reset))
}

/**
 * Uses a link once: a new password, passkeys and sessions of before gone, and a session, in one commit. Throws
 * `accounts.reset-unknown`, `accounts.password-weak`.
 */
export async function resetStaff(
  platform: Platform,
  given: { readonly token: string; readonly password: string },
): Promise<OpenedSession> {
  const reset = await resolve(platform, given.token)
  const { tenantId, staffId, resetId } = reset
  const { login } = await platform.db.tx(reset, (tx) => accountOf(tx, reset))
  if (isWeakPassword(given.password, login)) throw new AccountsError('accounts.password-weak')
  const hash = await hashPassword(given.password)
  return platform.db.tx({ tenantId }, async (tx) => {
    const at = platform.clock.now()
    // Only one of two that use it at once finds it unused; an account disabled meanwhile stays shut.
    const written = await tx.execute(
      `update staff set password_hash = $3
       where tenant_id = $1 and staff_id = $2 and state = 'active'`,
      [tenantId, staffId, hash],
    )
    const used = await tx.execute(
      `update staff_reset set used_at = $3
       where tenant_id = $1 and reset_id = $2 and used_at is null and expires_at > $3`,
      [tenantId, resetId, at],
    )
    if (written !== 1 || used !== 1) throw new AccountsError('accounts.reset-unknown')
    // Lost is lost: a passkey left behind could be in other hands.
    await tx.execute('delete from staff_passkey where tenant_id = $1 and staff_id = $2', [
      tenantId,
      staffId,
    ])
    await endSessions(tx, { tenantId, staffId, at })
    const subject = { staffId, resetId }
    await appendEvent(tx, { type: 'staff.changed', at, subject, data: { change: 'reset' } })
    return enter(platform, tx, { tenantId, staffId }, 'password')
  })
}

async function resolve({ db, clock }: Platform, token: string): Promise<Reset> {
  const row = await db.tx('no-tenant', (tx) =>
    tx.queryOne<{ tenant_id: string; reset_id: string; staff_id: string }>(
      'select * from resolve_staff_reset($1, $2)',
      [tokenHash(token), clock.now()],
    ),
  )
  if (!row) throw new AccountsError('accounts.reset-unknown')
  return { tenantId: row.tenant_id, resetId: row.reset_id, staffId: row.staff_id }
}

async function accountOf(
  tx: Tx,
  { tenantId, staffId }: Reset,
): Promise<{ district: string; login: string; name: string }> {
  const row = await tx.queryOne<{ district: string; login: string; name: string }>(
    `select d.name as district, s.login, s.name from staff s join district d using (tenant_id)
     where s.tenant_id = $1 and s.staff_id = $2`,
    [tenantId, staffId],
  )
  if (!row) throw new AccountsError('accounts.reset-unknown')
  return row
}
