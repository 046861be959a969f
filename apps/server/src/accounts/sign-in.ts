import { appendEvent } from '../evidence/index.ts'
import type { Platform, Tx } from '../platform/index.ts'
import { AccountsError } from './errors.ts'
import { knownBrowser } from './known-browser.ts'
import { fitsPassword } from './password.ts'
import { openSession, type OpenedSession } from './sessions.ts'
import { tokenHash } from './tokens.ts'

// Failures before one has to wait, which doubles from 30 s up to an hour: of a login in browsers it was never signed in
// with, of a login in one browser it was, and of an address. A stranger fills the first; the holder, whose browser has the
// second, still comes in, and so does a passkey.
const free = { login: 5, browser: 5, address: 30 }
const firstWaitMs = 30_000
const longestWaitMs = 3_600_000
const forgetAfterMs = 24 * 3_600_000

/** Where a try comes from. */
export interface CameFrom {
  readonly ip: string
  readonly cookie: string | string[] | undefined
}

interface Try extends CameFrom {
  readonly login: string
  readonly password: string
}

/**
 * Signs in by password. Unknown login and wrong password look alike and take alike
 * (`accounts.sign-in-failed`); too many failures wait (`accounts.sign-in-throttled`).
 */
export async function signIn(platform: Platform, given: Try): Promise<OpenedSession> {
  const staff = await checkPassword(platform, given)
  return platform.db.tx(staff, (tx) => enter(platform, tx, staff, 'password'))
}

/** Whose password this is; counts failures. Throws `accounts.sign-in-failed`, `accounts.sign-in-throttled`. */
export async function checkPassword(
  platform: Platform,
  given: Try,
): Promise<{ readonly tenantId: string; readonly staffId: string }> {
  const login = given.login.trim().toLowerCase()
  const browser = knownBrowser(platform, login, given.cookie)
  const subjects: Subject[] = [
    browser ? subject('browser', browser) : subject('login', login),
    subject('address', given.ip),
  ]
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
  // 3. The end of the count, but for the address: a right password of one's own must not buy guesses at others'.
  await platform.db.tx('no-tenant', (tx) =>
    tx.execute('delete from sign_in_failure where subject_hash = $1', [subjects[0]!.hash]),
  )
  return { tenantId: found.tenant_id, staffId: found.staff_id }
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

interface Subject {
  readonly kind: keyof typeof free
  readonly hash: Uint8Array
}

const subject = (kind: Subject['kind'], name: string): Subject => ({
  kind,
  hash: tokenHash(`${kind}:${name}`),
})

async function refuseIfBlocked(
  { db, clock }: Platform,
  subjects: readonly Subject[],
): Promise<void> {
  const now = clock.now()
  const row = await db.tx('no-tenant', (tx) =>
    tx.queryOne<{ until: Date | null }>(
      'select max(blocked_until) as until from sign_in_failure where subject_hash = any ($1) and blocked_until > $2',
      [subjects.map(({ hash }) => hash), now],
    ),
  )
  if (!row?.until) return
  const retryAfterSeconds = Math.ceil((row.until.getTime() - now.getTime()) / 1000)
  throw new AccountsError('accounts.sign-in-throttled', { retryAfterSeconds })
}

async function countFailure({ db, clock }: Platform, subjects: readonly Subject[]): Promise<void> {
  const now = clock.now()
  await db.tx('no-tenant', async (tx) => {
    await tx.execute('delete from sign_in_failure where last_at < $1', [
      new Date(now.getTime() - forgetAfterMs),
    ])
    for (const { kind, hash } of subjects) {
      const row = await tx.queryOne<{ failures: number }>(
        `insert into sign_in_failure (subject_hash, failures, blocked_until, last_at) values ($1, 1, $2, $2)
         on conflict (subject_hash) do update set failures = sign_in_failure.failures + 1, last_at = $2
         returning failures`,
        [hash, now],
      )
      const beyond = (row?.failures ?? 0) - free[kind]
      if (beyond < 0) continue
      const waitMs = Math.min(firstWaitMs * 2 ** Math.min(beyond, 20), longestWaitMs)
      await tx.execute('update sign_in_failure set blocked_until = $2 where subject_hash = $1', [
        hash,
        new Date(now.getTime() + waitMs),
      ])
    }
  })
}
