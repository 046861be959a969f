import { buildHttpApp, forgetExpiredAnswers, type HttpApp } from './http/index.ts'
import { PlatformError } from './errors.ts'
import { startJobRunner } from './jobs.ts'
import { mountPages } from './pages.ts'
import { startPeriodic } from './periodic.ts'
import type { Platform, Room } from './room.ts'

export interface ServeOptions {
  readonly version: string
  /** Whether this process answers requests, does waiting work, or both. */
  readonly answers: boolean
  readonly works: boolean
}

export interface Serving {
  /** Where it listens, when it answers. */
  readonly address: string | undefined
  stop(): Promise<void>
}

/** Brings the rooms up in the order that survives a death: recover, then work, then answer. */
export async function serve(
  platform: Platform,
  rooms: readonly Room[],
  options: ServeOptions,
): Promise<Serving> {
  const { log } = platform
  // 1. What a death interrupted is finished or abandoned by the functions of the happy path.
  for (const room of rooms) await room.recover?.()
  // 2. Waiting work, and work by the clock.
  const handlers = options.works ? rooms.flatMap((room) => room.jobs ?? []) : []
  const jobs = startJobRunner({ ...platform, holder: platform.signals.processId }, handlers)
  const periodic = startPeriodic(options.works ? [...rooms, housekeeping(platform)] : [], log)
  // 3. The door opens last.
  const app = options.answers ? await openDoor(platform, rooms, options.version) : undefined
  const stop = async (): Promise<void> => {
    await app?.server.close()
    await Promise.all([jobs.stop(), periodic.stop()])
    for (const room of rooms) await room.close?.()
  }
  return { address: app && addressOf(app), stop }
}

async function openDoor(
  platform: Platform,
  rooms: readonly Room[],
  version: string,
): Promise<HttpApp> {
  const { config } = platform
  const app = await buildHttpApp({
    ...platform,
    holder: platform.signals.processId,
    publicUrl: config.publicUrl,
    version,
    rateLimits: config,
    trustedProxies: config.trustedProxies,
    authenticators: Object.assign({}, ...rooms.map((room) => room.authenticators ?? {})),
  })
  mountHealth(app, platform)
  await mountPages(app)
  for (const room of rooms) await room.routes?.(app)
  try {
    await app.server.listen({ host: config.host, port: config.port })
  } catch (error) {
    await app.server.close()
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error
    throw new PlatformError(
      'platform.port-in-use',
      `port ${config.port} is taken; set YUNQIAN_PORT 端口 ${config.port} 已被占用，请设置 YUNQIAN_PORT`,
      { port: config.port },
      error,
    )
  }
  return app
}

function mountHealth(app: HttpApp, { db, clock }: Platform): void {
  const look = async (): Promise<{ healthy: boolean; body: object }> => {
    const began = performance.now()
    const database = await db
      .tx('no-tenant', (tx) => tx.queryOne<{ at: Date }>('select clock_timestamp() as at'))
      .catch(() => undefined)
    const offsetMs = database ? Math.abs(database.at.getTime() - clock.now().getTime()) : undefined
    const healthy = database !== undefined && !app.stopping.aborted
    return {
      healthy,
      body: {
        status: healthy ? 'ok' : 'unavailable',
        live: true,
        database: database ? 'ok' : 'unavailable',
        databaseMs: Math.round(performance.now() - began),
        ...(offsetMs === undefined ? {} : { clockOffsetMs: offsetMs }),
        time: clock.now().toISOString(),
      },
    }
  }
  for (const path of ['/healthz', '/readyz'])
    app.server.get(path, { logLevel: 'silent' }, async (_request, reply) => {
      const { healthy, body } = await look()
      return reply
        .code(healthy ? 200 : 503)
        .header('cache-control', 'no-store')
        .send(body)
    })
}

function housekeeping({ db, clock }: Platform): Room {
  const run = (): Promise<void> => forgetExpiredAnswers(db, clock.now())
  return { name: 'platform', periodic: [{ name: 'expired-answers', everyMs: 600_000, run }] }
}

function addressOf(app: HttpApp): string {
  const [address] = app.server.addresses()
  return typeof address === 'object' ? `http://${address.address}:${address.port}` : String(address)
}
