import { listTenants, makeResetLink } from '../accounts/index.ts'
import {
  type Config,
  type Database,
  type Log,
  openDatabase,
  PlatformError,
  systemClock,
  systemRandom,
} from '../platform/index.ts'
import { joinDatabase } from '../platform/open-platform.ts'

interface Administrator {
  readonly tenantId: string
  readonly staffId: string
  readonly login: string
}

/**
 * A one-time link for an administrator of whom nobody is left who could help: by login, or the only one there is. Works
 * while the platform runs and while it does not; opens no key. Throws `platform.administrator-unknown`.
 */
export async function resetAdministrator(
  config: Config,
  log: Log,
  login: string | undefined,
): Promise<{ readonly login: string; readonly link: string; readonly expiresAt: Date }> {
  const database = await joinDatabase(config, log)
  const db = openDatabase(database.appUrl, { connections: 2, log })
  try {
    const known = await administrators(db)
    const meant = login === undefined ? known : known.filter((one) => one.login === login)
    const [one] = meant
    if (!one || meant.length > 1) throw notTheOne(known)
    const platform = { config, clock: systemClock, random: systemRandom }
    const made = await db.tx(one, (tx) => makeResetLink(platform, tx, one))
    return { login: one.login, ...made }
  } finally {
    await db.close()
    await database.stop()
  }
}

async function administrators(db: Database): Promise<Administrator[]> {
  const found: Administrator[] = []
  for (const { tenantId } of await listTenants(db)) {
    const rows = await db.tx({ tenantId }, (tx) =>
      tx.query<{ staff_id: string; login: string }>(
        `select s.staff_id, s.login from staff s join staff_role r using (tenant_id, staff_id)
         where s.state = 'active' and r.role = 'district-admin' order by s.login`,
      ),
    )
    found.push(...rows.map((row) => ({ tenantId, staffId: row.staff_id, login: row.login })))
  }
  return found
}

function notTheOne(known: readonly Administrator[]): PlatformError {
  const logins = known.map(({ login }) => login).join(', ') || '–'
  return new PlatformError(
    'platform.administrator-unknown',
    `name one of the active administrators with --login: ${logins} 请用 --login 指定一位在用的管理员`,
  )
}
