import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openBlobFolder } from './blobs.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { openDatabase } from './database.ts'
import type { Log } from './log.ts'
import { migrate, requireMigrated } from './migrations.ts'
import { runningEmbeddedPostgres, startEmbeddedPostgres } from './postgres/index.ts'
import { systemRandom } from './random.ts'
import type { Platform } from './room.ts'
import { readSealer } from './sealing.ts'
import { openSignals } from './signals/index.ts'

/** A migrated database that is ready, and how to leave it. */
export interface ReadyDatabase {
  readonly appUrl: string
  /** Settles when an embedded server ended without being told to; never for an external one. */
  readonly lost: Promise<void>
  stop(): Promise<void>
}

/** Starts or reaches the database and brings its schema up to this program. */
export async function readyDatabase(config: Config, log: Log): Promise<ReadyDatabase> {
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o711 })
  if (config.databaseUrl && config.ownerDatabaseUrl) {
    await migrate({ ownerUrl: config.ownerDatabaseUrl, log })
    const lost = new Promise<void>(() => undefined)
    return { appUrl: config.databaseUrl, lost, stop: async () => undefined }
  }
  const server = await startEmbeddedPostgres({ folder: config.postgresFolder, log })
  try {
    await migrate({ ownerUrl: server.ownerUrl, log })
  } catch (error) {
    await server.stop()
    throw error
  }
  const lost = server.exited.then(({ expected }) =>
    expected ? new Promise<void>(() => undefined) : undefined,
  )
  return { appUrl: server.appUrl, lost, stop: () => server.stop() }
}

/** The database of a platform that may be running: joined when it is, started for us when it is not. */
export async function joinDatabase(config: Config, log: Log): Promise<ReadyDatabase> {
  const running = config.databaseUrl
    ? undefined
    : await runningEmbeddedPostgres(config.postgresFolder)
  if (!running) return readyDatabase(config, log)
  const lost = new Promise<void>(() => undefined)
  return { appUrl: running.appUrl, lost, stop: async () => undefined }
}

export const platformKeyFile = (config: Config): string => join(config.keysFolder, 'platform.key')

/** Opens everything the rooms stand on; the platform key must exist. */
export async function openPlatform(
  config: Config,
  log: Log,
  appUrl: string,
): Promise<Platform & { close(): Promise<void> }> {
  const sealer = readSealer(platformKeyFile(config))
  mkdirSync(config.objectsFolder, { recursive: true, mode: 0o700 })
  const db = openDatabase(appUrl, { log })
  try {
    await db.tx('no-tenant', (tx) => requireMigrated((sql) => tx.query(sql)))
    const signals = await openSignals({ url: appUrl, log, random: systemRandom })
    return {
      config,
      db,
      clock: systemClock,
      random: systemRandom,
      sealer,
      blobs: openBlobFolder(config.objectsFolder),
      signals,
      log,
      close: async () => {
        await signals.close()
        await db.close()
      },
    }
  } catch (error) {
    await db.close()
    throw error
  }
}
