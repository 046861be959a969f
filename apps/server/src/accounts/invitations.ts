import type { StaffRole } from '@yunqian/api'
import { appendEvent } from '../evidence/index.ts'
import { isUniqueViolation, newId, type Platform, type Tx } from '../platform/index.ts'
import { AccountsError } from './errors.ts'
import { hashPassword, isWeakPassword } from './password.ts'
import type { OpenedSession } from './sessions.ts'
import { enter } from './sign-in.ts'
import { newToken, tokenHash } from './tokens.ts'

const validForHours = 72

export interface Invitation {
  readonly role: StaffRole
  readonly centreId?: string
  readonly suggestedName?: string
  /** Absent for the first administrator, whom the installation invites. */
  readonly invitedBy?: string
}

/** Writes an invitation and returns its one-time link; the link is not stored and cannot be shown again. */
export async function invite(
  platform: Pick<Platform, 'clock' | 'random' | 'config'>,
  tx: Tx,
  tenantId: string,
  invitation: Invitation,
): Promise<{ readonly link: string; readonly expiresAt: Date }> {
  const token = newToken()
  const now = platform.clock.now()
  const expiresAt = new Date(now.getTime() + validForHours * 3_600_000)
  const { role, centreId = null, suggestedName = null, invitedBy = null } = invitation
  const id = newId(platform)
  await tx.execute(
    `insert into invitation (tenant_id, invitation_id, token_hash, role, centre_id, suggested_name, invited_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [tenantId, id, tokenHash(token), role, centreId, suggestedName, invitedBy, now, expiresAt],
  )
  const subject = { invitationId: id, ...(invitedBy ? { staffId: invitedBy } : {}) }
  await appendEvent(tx, { type: 'staff.invited', at: now, subject, data: { role } })
  return { link: `${platform.config.publicUrl}/console/#/invitation/${token}`, expiresAt }
}

/** Invitations nobody has accepted and that have not expired. */
export async function openInvitations(
  tx: Tx,
  tenantId: string,
  now: Date,
): Promise<
  {
    invitationId: string
    name?: string
    role: StaffRole
    centreName?: string
    expiresAt: string
  }[]
> {
  const rows = await tx.query<{
    invitation_id: string
    suggested_name: string | null
    role: StaffRole
    centre: string | null
    expires_at: Date
  }>(
    `select i.invitation_id, i.suggested_name, i.role, c.name as centre, i.expires_at
     from invitation i left join centre c using (tenant_id, centre_id)
     where i.tenant_id = $1 and i.accepted_at is null and i.expires_at > $2 order by i.created_at`,
    [tenantId, now],
  )
  return rows.map((row) => ({
    invitationId: row.invitation_id,
    ...(row.suggested_name === null ? {} : { name: row.suggested_name }),
    role: row.role,
    ...(row.centre === null ? {} : { centreName: row.centre }),
    expiresAt: row.expires_at.toISOString(),
  }))
}

/** Withdraws an invitation nobody has accepted: its time is over now. Throws `accounts.invitation-unknown`. */
export async function withdrawInvitation(
  platform: Pick<Platform, 'clock'>,
  tx: Tx,
  given: { readonly tenantId: string; readonly invitationId: string; readonly staffId: string },
): Promise<void> {
  const at = platform.clock.now()
  const withdrawn = await tx.execute(
    `update invitation set expires_at = $3
     where tenant_id = $1 and invitation_id = $2 and accepted_at is null and expires_at > $3`,
    [given.tenantId, given.invitationId, at],
  )
  if (withdrawn === 0) throw new AccountsError('accounts.invitation-unknown')
  const subject = { staffId: given.staffId, invitationId: given.invitationId }
  await appendEvent(tx, { type: 'staff.changed', at, subject, data: { change: 'withdrawn' } })
}

/** What an invited person sees before accepting; throws `accounts.invitation-unknown`. */
export async function lookAtInvitation(
  platform: Platform,
  token: string,
): Promise<{ district: string; roles: string[]; suggestedName?: string; expiresAt: string }> {
  const { tenantId, invitationId } = await resolve(platform, token)
  return platform.db.tx({ tenantId }, async (tx) => {
    const row = await tx.queryOne<{
      district: string
      role: string
      suggested_name: string | null
      expires_at: Date
    }>(
      `select d.name as district, i.role, i.suggested_name, i.expires_at
       from invitation i join district d using (tenant_id)
       where i.tenant_id = $1 and i.invitation_id = $2`,
      [tenantId, invitationId],
    )
    if (!row) throw new AccountsError('accounts.invitation-unknown')
    return {
      district: row.district,
      roles: [row.role],
      ...(row.suggested_name ? { suggestedName: row.suggested_name } : {}),
      expiresAt: row.expires_at.toISOString(),
    }
  })
}

/** Accepts an invitation once: makes the account, its role and a session in one commit. */
export async function acceptInvitation(
  platform: Platform,
  given: {
    readonly token: string
    readonly login: string
    readonly password: string
    readonly name: string
  },
): Promise<OpenedSession> {
  const { tenantId, invitationId } = await resolve(platform, given.token)
  if (isWeakPassword(given.password, given.login)) throw new AccountsError('accounts.password-weak')
  const passwordHash = await hashPassword(given.password)
  const staffId = newId(platform)
  const now = platform.clock.now()
  try {
    return await platform.db.tx({ tenantId }, async (tx) => {
      await tx.execute(`insert into staff values ($1, $2, $3, $4, $5, 'active', $6)`, [
        tenantId,
        staffId,
        given.login,
        given.name.trim(),
        passwordHash,
        now,
      ])
      // Only one of two that accept at once finds it unaccepted.
      const taken = await tx.queryOne<{ role: string; centre_id: string | null }>(
        `update invitation set accepted_at = $3, accepted_by = $4
         where tenant_id = $1 and invitation_id = $2 and accepted_at is null and expires_at > $3
         returning role, centre_id`,
        [tenantId, invitationId, now, staffId],
      )
      if (!taken) throw new AccountsError('accounts.invitation-unknown')
      await tx.execute('insert into staff_role values ($1, $2, $3, $4)', [
        tenantId,
        staffId,
        taken.role,
        taken.centre_id,
      ])
      const subject = { staffId, invitationId }
      await appendEvent(tx, {
        type: 'staff.changed',
        at: now,
        subject,
        data: { change: 'accepted' },
      })
      return enter(platform, tx, { tenantId, staffId }, 'invitation')
    })
  } catch (error) {
    if (isUniqueViolation(error, 'staff_login_key')) throw new AccountsError('accounts.login-taken')
    throw error
  }
}

async function resolve(
  { db, clock }: Platform,
  token: string,
): Promise<{ tenantId: string; invitationId: string }> {
  const row = await db.tx('no-tenant', (tx) =>
    tx.queryOne<{ tenant_id: string; invitation_id: string }>(
      'select * from resolve_invitation($1, $2)',
      [tokenHash(token), clock.now()],
    ),
  )
  if (!row) throw new AccountsError('accounts.invitation-unknown')
  return { tenantId: row.tenant_id, invitationId: row.invitation_id }
}
