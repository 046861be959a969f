import { appendEvent } from '../evidence/index.ts'
import type { Platform, Tx } from '../platform/index.ts'
import { AccountsError } from './errors.ts'
import { fitsPassword } from './password.ts'
import { openSession, type OpenedSession } from './sessions.ts'
import { tokenHash } from './tokens.ts'

// Per login and per address: five failures are free, then the wait doubles from 30 s up to an hour.
const free = { login: 5, address: 30 }
const firstWaitMs = 30_000
const longestWaitMs = 3_600_000
const forgetAfterMs = 24 * 3_600_000

/**
 * Signs in by password. Unknown login and wrong password look alike and take alike
 * (`accounts.sign-in-failed`); too many failures wait (`accounts.sign-in-throttled`).
 */
export async function signIn(
  platform: Platform,
  given: { readonly login: string; readonly password: string; readonly ip: string },
): Promise<OpenedSession> {
  const login = given.login.trim().toLowerCase()
  const subjects = {
    login: tokenHash(`login:${login}`),
    address: tokenHash(`address:${given.ip}`),
  }
  // 1. Nobody may try while blocked; a blocked try is not even computed.
  await refuseIfBlocked(platform, subjects)
  // 2. Compare.
  const found = await platform.db.tx('no-tenant', (tx) =>
    tx.queryOne<{ tenant_id: string; staff_id: string; password_hash: string; state: string }>(
      'select * from resolve_staff($1)',
      [login],
    ),
  )
  const fits = await fitsPassword(given.password, found?.password_hash)
  if (!found || !fits || found.state !== 'active') {
    await countFailure(platform, subjects)
    throw new AccountsError('accounts.sign-in-failed')
  }
  // 3. Session, event and the end of the count are one commit.
  const staff = { tenantId: found.tenant_id, staffId: found.staff_id }
  return platform.db.tx(staff, async (tx) => {
    await tx.execute('delete from sign_in_failure where subject_hash = $1', [subjects.login])
    return enter(platform, tx, staff, 'password')
  })
}

/** Opens a session and records that it was opened. */
export async function enter(
  platform: Platform,
  tx: Tx,
  staff: { readonly tenantId: string; readonly staffId: string },
  by: 'invitation' | 'password' | 'passkey',
): Promise<OpenedSession> {
  const opened = await openSession(platform, tx, staff, by)
  const subject = { staffId: staff.staffId }
  await appendEvent(tx, {
    type: 'staff.signed-in',
    at: platform.clock.now(),
    subject,
    data: { by },
  })
  return opened
}

type Subjects = Readonly<Record<'login' | 'address', Uint8Array>>

async function refuseIfBlocked({ db, clock }: Platform, subjects: Subjects): Promise<void> {
  const now = clock.now()
  const row = await db.tx('no-tenant', (tx) =>
    tx.queryOne<{ until: Date | null }>(
      'select max(blocked_until) as until from sign_in_failure where subject_hash = any ($1) and blocked_until > $2',
      [Object.values(subjects), now],
    ),
  )
  if (!row?.until) return
  const retryAfterSeconds = Math.ceil((row.until.getTime() - now.getTime()) / 1000)
  throw new AccountsError('accounts.sign-in-throttled', { retryAfterSeconds })
}

async function countFailure({ db, clock }: Platform, subjects: Subjects): Promise<void> {
  const now = clock.now()
  await db.tx('no-tenant', async (tx) => {
    await tx.execute('delete from sign_in_failure where last_at < $1', [
      new Date(now.getTime() - forgetAfterMs),
    ])
    for (const kind of ['login', 'address'] as const) {
      const row = await tx.queryOne<{ failures: number }>(
        `insert into sign_in_failure (subject_hash, failures, blocked_until, last_at) values ($1, 1, $2, $2)
         on conflict (subject_hash) do update set failures = sign_in_failure.failures + 1, last_at = $2
         returning failures`,
        [subjects[kind], now],
      )
      const beyond = (row?.failures ?? 0) - free[kind]
      if (beyond < 0) continue
      const waitMs = Math.min(firstWaitMs * 2 ** Math.min(beyond, 20), longestWaitMs)
      await tx.execute('update sign_in_failure set blocked_until = $2 where subject_hash = $1', [
        subjects[kind],
        new Date(now.getTime() + waitMs),
      ])
    }
  })
}
