// What every room stands on, over a real database and an empty folder: for tests that mount a few rooms and speak HTTP.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  buildHttpApp,
  createSealer,
  newId,
  openBlobFolder,
  openSignals,
  readConfig,
  silentLog,
  systemRandom,
  type HttpApp,
  type Log,
  type Platform,
  type Room,
} from '@yunqian/server'
import { addCentre, createDistrict, invite } from '../../apps/server/src/accounts/index.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'

export interface TestPlatform extends Platform {
  readonly test: TestDatabase
  readonly folder: string
  /** Time stands still until a test moves it. */
  readonly time: { now: Date; pass(ms: number): void; reset(): void }
  /** Everything that was logged, a line each. */
  readonly logged: string[]
  /** The HTTP face with these rooms behind it; closed with the platform. */
  mount(rooms: readonly Room[]): Promise<HttpApp>
  close(): Promise<void>
}

export async function createTestPlatform(
  settings: Parameters<typeof readConfig>[1] = {},
): Promise<TestPlatform> {
  const test = await createTestDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'yunqian-rooms-'))
  const logged: string[] = []
  const write = (fields: object, message: string): void =>
    void logged.push(JSON.stringify({ fields, message }))
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const time = {
    now: new Date(),
    pass: (ms: number) => void (time.now = new Date(time.now.getTime() + ms)),
    reset: () => void (time.now = new Date()),
  }
  const platform: Platform = {
    config: readConfig({}, { ...settings, dataFolder: folder }),
    db: test.db,
    clock: { now: () => time.now },
    random: systemRandom,
    sealer: createSealer(systemRandom(32)),
    blobs: openBlobFolder(folder),
    signals: await openSignals({ url: test.appUrl, log: silentLog, random: systemRandom }),
    log,
  }
  const mounted: HttpApp[] = []
  const mount = async (rooms: readonly Room[]): Promise<HttpApp> => {
    const app = await buildHttpApp({
      ...platform,
      holder: platform.signals.processId,
      publicUrl: platform.config.publicUrl,
      version: '0',
      rateLimits: { publicPerMinute: 1e5, personPerMinute: 1e5, applicationPerMinute: 1e5 },
      trustedProxies: [],
      authenticators: Object.assign({}, ...rooms.map((room) => room.authenticators ?? {})),
    })
    for (const room of rooms) await room.routes?.(app)
    mounted.push(app)
    return app
  }
  const close = async (): Promise<void> => {
    for (const app of mounted) await app.server.close()
    await platform.signals.close()
    await test.drop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...platform, test, folder, time, logged, mount, close }
}

let codes = 0

/** A district with centres of these names, and the token of its first administrator's invitation. */
export async function foundDistrict(
  platform: Platform,
  ...names: readonly string[]
): Promise<{
  readonly tenantId: string
  readonly token: string
  readonly centres: readonly { readonly centreId: string; readonly code: string }[]
}> {
  const tenantId = newId(platform)
  return platform.db.tx({ tenantId }, async (tx) => {
    await createDistrict(platform, tx, { tenantId, name: '福田区' })
    const centres: { centreId: string; code: string }[] = []
    for (const name of names) {
      const code = `C${String(++codes).padStart(3, '0')}`
      centres.push({ centreId: await addCentre(platform, tx, { tenantId, code, name }), code })
    }
    const { link } = await invite(platform, tx, tenantId, { role: 'district-admin' })
    return { tenantId, token: link.split('/').at(-1)!, centres }
  })
}
