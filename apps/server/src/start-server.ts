import { PlatformError, type Config, type Log, type Platform } from './platform/index.ts'
import { openPlatform, readyDatabase } from './platform/open-platform.ts'
import { serve } from './platform/serve.ts'
import { openDatabase } from './platform/database.ts'
import { remoteIssuer, type Issuer } from './issuance/index.ts'
import { authorityFolder, readChain } from './keys/authority/index.ts'
import { readTlsIdentity, tlsFolder, warnBeforeExpiry } from './keys/internal-tls/index.ts'
import { assemble } from './roles/assemble.ts'
import {
  ensurePlatformKey,
  found,
  inceptionOf,
  inviteFirstAdministrator,
  readClinicKey,
  type Founding,
} from './roles/initialise.ts'

export const serverRoles = ['all', 'api', 'worker', 'ca'] as const
export type ServerRole = (typeof serverRoles)[number]

export interface StartOptions {
  readonly config: Config
  readonly log: Log
  readonly role: ServerRole
  /** What to found on an empty data directory; absent: an empty one is refused. */
  readonly founding?: Founding
  /** Told before each step that creates something. */
  readonly tell?: (zh: string, en: string) => void
}

export interface RunningServer {
  readonly address: string | undefined
  /** One-time link, while the district has no administrator yet. */
  readonly invitation: { readonly link: string; readonly expiresAt: Date } | undefined
  readonly clinicKey: string | undefined
  /** Settles when the embedded database ended by itself; the process should stop. */
  readonly databaseLost: Promise<void>
  stop(): Promise<void>
}

const version = '0.1.0'

/** Starts one process of the platform: database, keys, rooms, work and door, in that order. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { config, log, role, tell = () => undefined } = options
  if (role === 'ca') return startCaAlone(config, log)
  const undo: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step().catch(() => undefined)
  }
  try {
    const database = await readyDatabase(config, log)
    undo.push(() => database.stop())
    const inception = await lookInside(config, database.appUrl)
    if (inception === 'empty') {
      // Only the trial founds by itself; a service in production is told to, by `yunqian init`, and so is whoever has a CA
      // elsewhere.
      if (!options.founding || config.caUrl)
        throw new PlatformError(
          'platform.not-initialised',
          'nothing has been created here yet; run `yunqian init` 尚未初始化，请先执行 yunqian init',
        )
      tell(
        '空数据目录：正在创建根、签发 CA、时间戳、OCSP 与日志密钥，以及区和社康…',
        'Empty data directory: creating root, issuing CA, TSA, OCSP and log keys, a district and a centre…',
      )
      ensurePlatformKey(config)
    }
    const platform = await openPlatform(config, log, database.appUrl)
    undo.push(() => platform.close())
    if (options.founding && inception === 'empty') await establish(platform, options.founding)
    const issuer = await issuerFor(platform)
    undo.push(async () => issuer.close())
    const rooms = assemble(platform, issuer)
    const serving = await serve(platform, rooms, {
      version,
      answers: role !== 'worker',
      works: role !== 'api',
    })
    undo.push(() => serving.stop())
    return {
      address: serving.address,
      invitation: await inviteFirstAdministrator(platform),
      clinicKey: readClinicKey(config),
      databaseLost: database.lost,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The CA process needs neither database nor platform key, so nothing of them is opened. */
async function startCaAlone(config: Config, log: Log): Promise<RunningServer> {
  const { startCa } = await import('./roles/ca.ts')
  const { address, stop } = await startCa(config, log)
  const databaseLost = new Promise<void>(() => undefined)
  return { address, invitation: undefined, clinicKey: undefined, databaseLost, stop }
}

/** The CA elsewhere when one is configured; otherwise its key is opened here, and only then is that code loaded. */
async function issuerFor(platform: Platform): Promise<Issuer & { close(): void }> {
  const { config, clock, log } = platform
  if (!config.caUrl) return (await import('./roles/ca.ts')).localIssuer(platform)
  const identity = readTlsIdentity(tlsFolder(config))
  warnBeforeExpiry(identity, clock.now(), log)
  const chain = readChain(authorityFolder(config), 'issuing')
  return remoteIssuer({ caUrl: config.caUrl, identity, chain, clock, log })
}

async function lookInside(config: Config, appUrl: string): Promise<'empty' | 'established'> {
  const db = openDatabase(appUrl, { connections: 1 })
  try {
    return await inceptionOf(config, db)
  } finally {
    await db.close()
  }
}

/** Creates keys, authority, the first district and centre, and invites its administrator; refuses where there is something. */
export async function initialisePlatform(options: {
  readonly config: Config
  readonly log: Log
  readonly founding: Founding
}): Promise<{ readonly link: string; readonly expiresAt: Date }> {
  const { config, log } = options
  const database = await readyDatabase(config, log)
  try {
    if ((await lookInside(config, database.appUrl)) !== 'empty')
      throw new PlatformError(
        'platform.already-initialised',
        'there is a platform here already; nothing was changed 此处已有平台，未做任何改动',
        { folder: config.dataFolder },
      )
    ensurePlatformKey(config)
    const platform = await openPlatform(config, log, database.appUrl)
    try {
      await establish(platform, options.founding)
      const invitation = await inviteFirstAdministrator(platform)
      if (!invitation) throw new Error('a district just founded has staff already')
      return invitation
    } finally {
      await platform.close()
    }
  } finally {
    await database.stop()
  }
}

/** Internal TLS of the CA: see `yunqian ca-tls`. */
export async function renewCaTls(
  config: Config,
  wanted: { readonly renew: boolean; readonly peer?: { name: string; folder: string } },
): Promise<void> {
  const { manageCaTls } = await import('./roles/ca.ts')
  await manageCaTls(config, wanted)
}

// Each step looks whether it was done: a death in between is finished by the next run.
async function establish(platform: Platform, founding: Founding): Promise<void> {
  const { holdCeremony } = await import('./roles/ca.ts')
  await holdCeremony(platform, founding)
  await found(platform, founding)
}
