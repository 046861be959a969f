import type { StaffRole, StaffSession } from '@yunqian/api'
import {
  newId,
  type ArrivedRequest,
  type Platform,
  type StaffPrincipal,
  type Tx,
} from '../platform/index.ts'
import { AccountsError } from './errors.ts'
import { knownBrowserCookie } from './known-browser.ts'
import { csrfTokenOf, newToken, tokenHash } from './tokens.ts'

const sessionHours = 12
const idleHours = 2
const cookieName = 'yq_session'

export interface OpenedSession {
  readonly session: StaffSession
  /** The session's, and the one by which this browser is known from now on. */
  readonly cookies: readonly string[]
}

interface StaffRow {
  login: string
  name: string
  district: string
  passkeys: number
}

/** Opens a session for a member of staff, inside the transaction that let them in. */
export async function openSession(
  platform: Pick<Platform, 'clock' | 'random' | 'config' | 'sealer'>,
  tx: Tx,
  staff: { readonly tenantId: string; readonly staffId: string },
  openedBy: 'invitation' | 'password' | 'passkey',
): Promise<OpenedSession> {
  const token = newToken()
  const now = platform.clock.now()
  const expiresAt = new Date(now.getTime() + sessionHours * 3_600_000)
  await tx.execute(
    `insert into staff_session (tenant_id, session_id, staff_id, token_hash, opened_by, created_at, last_used_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $6, $7)`,
    [staff.tenantId, newId(platform), staff.staffId, tokenHash(token), openedBy, now, expiresAt],
  )
  const session = await describeSession(tx, staff, csrfTokenOf(token), expiresAt)
  const cookies = [
    cookie(platform, token, sessionHours * 3600),
    knownBrowserCookie(platform, session.login),
  ]
  return { session, cookies }
}

/** Ends all sessions of a member of staff. */
export async function endSessions(
  tx: Tx,
  of: { readonly tenantId: string; readonly staffId: string; readonly at: Date },
): Promise<void> {
  await tx.execute(
    `update staff_session set ended_at = $3
     where tenant_id = $1 and staff_id = $2 and ended_at is null`,
    [of.tenantId, of.staffId, of.at],
  )
}

/** The cookie that removes the session from the browser. */
export function endedCookie(platform: Pick<Platform, 'config'>): string {
  return cookie(platform, '', 0)
}

/** Lets a member of staff in by the session cookie; throws `platform.unauthenticated`. */
export async function authenticateStaff(
  platform: Pick<Platform, 'db' | 'clock'>,
  request: ArrivedRequest,
): Promise<StaffPrincipal> {
  const token = readCookie(request.headers.cookie)
  if (!token) throw new AccountsError('platform.unauthenticated')
  const now = platform.clock.now()
  const found = await platform.db.tx('no-tenant', (tx) =>
    tx.queryOne<{
      tenant_id: string
      session_id: string
      staff_id: string
      last_used_at: Date
    }>('select * from resolve_session($1, $2)', [tokenHash(token), now]),
  )
  if (!found) throw new AccountsError('platform.unauthenticated')
  const staff = { tenantId: found.tenant_id, staffId: found.staff_id }
  // Nobody at the desk for so long is nobody at the desk.
  if (now.getTime() - found.last_used_at.getTime() > idleHours * 3_600_000)
    throw new AccountsError('platform.unauthenticated')
  const roles = await platform.db.tx(staff, async (tx) => {
    if (now.getTime() - found.last_used_at.getTime() > 60_000)
      await tx.execute(
        'update staff_session set last_used_at = $3 where tenant_id = $1 and session_id = $2',
        [staff.tenantId, found.session_id, now],
      )
    return rolesOf(tx, staff)
  })
  return {
    kind: 'staff',
    ...staff,
    sessionId: found.session_id,
    roles: roles.map(({ role, centreId }) => ({ role, ...(centreId ? { centreId } : {}) })),
    csrfToken: csrfTokenOf(token),
  }
}

/** What the console shows of a session. */
export async function describeSession(
  tx: Tx,
  staff: { readonly tenantId: string; readonly staffId: string },
  csrfToken: string,
  expiresAt: Date,
): Promise<StaffSession> {
  const row = await tx.queryOne<StaffRow>(
    `select s.login, s.name, d.name as district,
       (select count(*) from staff_passkey p where p.tenant_id = s.tenant_id and p.staff_id = s.staff_id) as passkeys
     from staff s join district d using (tenant_id) where s.tenant_id = $1 and s.staff_id = $2`,
    [staff.tenantId, staff.staffId],
  )
  if (!row) throw new AccountsError('platform.unauthenticated')
  return {
    staffId: staff.staffId,
    login: row.login,
    name: row.name,
    roles: await rolesOf(tx, staff),
    district: { tenantId: staff.tenantId, name: row.district },
    csrfToken,
    expiresAt: expiresAt.toISOString(),
    passkeys: row.passkeys,
  }
}

export async function rolesOf(
  tx: Tx,
  staff: { readonly tenantId: string; readonly staffId: string },
): Promise<{ role: StaffRole; centreId?: string; centreName?: string }[]> {
  const rows = await tx.query<{ role: StaffRole; centre_id: string | null; name: string | null }>(
    `select r.role, r.centre_id, c.name from staff_role r left join centre c using (tenant_id, centre_id)
     where r.tenant_id = $1 and r.staff_id = $2 order by r.role, c.name`,
    [staff.tenantId, staff.staffId],
  )
  return rows.map(({ role, centre_id, name }) => ({
    role,
    ...(centre_id && name !== null ? { centreId: centre_id, centreName: name } : {}),
  }))
}

function cookie({ config }: Pick<Platform, 'config'>, token: string, maxAge: number): string {
  const secure = config.publicUrl.startsWith('https:') ? '; Secure' : ''
  return `${cookieName}=${token}; Path=/console; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secure}`
}

function readCookie(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(';') : (header ?? '')
  return /(?:^|;\s*)yq_session=([A-Za-z0-9_-]{43})(?:;|$)/.exec(text)?.[1]
}
