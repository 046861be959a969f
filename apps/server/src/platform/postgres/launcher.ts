import { createHash } from 'node:crypto'
import { type ChildProcess } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { PlatformError } from '../errors.ts'
import type { Log } from '../log.ts'
import { binariesIn, copyBinaries, packagedBinaries, type PostgresBinaries } from './binaries.ts'
import { openCluster, type Cluster } from './cluster.ts'
import { identityFor, spawnAs, type Identity } from './identity.ts'
import { becomeOpener, whenAccepting, type Opener } from './opener.ts'
import { ensureDatabase } from './roles.ts'

export interface EmbeddedPostgresOptions {
  /** Where the cluster lives; created when absent. */
  readonly folder: string
  /** A TCP port on 127.0.0.1; by default one that is free. */
  readonly port?: number
  /** A `bin` folder of another PostgreSQL (15 or newer) instead of the packaged binaries. */
  readonly binaries?: string
  readonly log: Log
}

export interface EmbeddedPostgres {
  readonly port: number
  readonly pid: number
  /** Owns the schema and runs migrations. */
  readonly ownerUrl: string
  /** The running service: not the owner, bound by row-level security and its grants. */
  readonly appUrl: string
  readonly superuserUrl: string
  /** Settles when the server is gone; `expected` is true after `stop()`. */
  readonly exited: Promise<{ readonly expected: boolean }>
  stop(): Promise<void>
}

/**
 * Starts the PostgreSQL that belongs to a folder. A server left behind by a killed launcher is stopped first; one
 * that a living launcher uses is refused (`platform.postgres-in-use`).
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const patience = performance.now() + patienceMs
  for (;;) {
    try {
      return await startOnce(options)
    } catch (error) {
      const { details } = error as { details?: { passing?: unknown } }
      if (details?.passing !== true || performance.now() > patience) throw error
      await new Promise((settled) => setTimeout(settled, 500))
    }
  }
}

// When a postmaster was killed outright its sessions take a moment to notice, longer on a busy machine, and PostgreSQL
// refuses to start beside them; and a port that was free may be taken by the time it is opened. Waiting is all there is
// to do for the one, another port for the other; anything else is told at once.
const passing = /pre-existing shared memory block|Address already in use/
const patienceMs = 60_000

async function startOnce(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options
  const folder = resolve(options.folder)
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  // 1. Which programs, as whom, on which files.
  const { binaries, identity, home } = await settle(folder, options.binaries)
  const cluster = await openCluster(home, binaries, identity)
  // 2. A server of a dead launcher is stopped; of a living one, respected.
  await stopOrphan(cluster, log)
  // 3. Ours.
  const port = options.port ?? (await freePort())
  const { child, said } = await spawnPostgres(cluster, binaries, identity, port)
  const pid = child.pid as number
  const superuserUrl = url('postgres', cluster.passwords.superuser, port, 'postgres')
  let stopping = false
  const exited = new Promise<{ expected: boolean }>((settled) => {
    child.on('exit', () => settled({ expected: stopping }))
  })
  let opener: Opener | undefined
  const stop = async (): Promise<void> => {
    stopping = true
    await opener?.release()
    await stopServer(pid, () => child.exitCode !== null || child.signalCode !== null)
    await exited
  }
  const hold = async (): Promise<void> => {
    opener = await whenAccepting(
      () => becomeOpener(superuserUrl, relock),
      () => child.exitCode === null && child.signalCode === null,
      60_000,
    )
  }
  // PostgreSQL restarts all sessions when one of its processes is killed; the lock went with ours.
  const relock = (): void => {
    if (stopping || child.exitCode !== null || child.signalCode !== null) return
    hold().catch(() => {
      log.error({ port }, 'lost the database session that holds the data directory')
      setTimeout(relock, 500).unref()
    })
  }
  try {
    await hold()
    if (!opener) throw new Error('unreachable: hold() resolved without an opener')
    await ensureDatabase(opener.client, superuserUrl, cluster.passwords)
  } catch (error) {
    await stop()
    throw explain(error, cluster, said())
  }
  log.info({ port, pid, method: identity.method }, 'embedded PostgreSQL is ready')
  const ownerUrl = url('yunqian_owner', cluster.passwords.owner, port, 'yunqian')
  const appUrl = url('yunqian_app', cluster.passwords.app, port, 'yunqian')
  return { port, pid, ownerUrl, appUrl, superuserUrl, exited, stop }
}

/**
 * The address of the server that a living launcher runs on a folder, for a program beside it; undefined when none
 * runs. Starts and stops nothing.
 */
export async function runningEmbeddedPostgres(
  folder: string,
): Promise<{ readonly appUrl: string } | undefined> {
  const place = resolve(folder)
  if (!existsSync(place)) return undefined
  const { binaries, identity, home } = await settle(place, undefined)
  if (!existsSync(join(home, 'cluster'))) return undefined
  const cluster = await openCluster(home, binaries, identity)
  const file = join(cluster.data, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const [pid = '', , , port = ''] = readFileSync(file, 'utf8').split('\n')
  if (!servesCluster(Number(pid), cluster)) return undefined
  return { appUrl: url('yunqian_app', cluster.passwords.app, Number(port), 'yunqian') }
}

async function settle(
  folder: string,
  bin: string | undefined,
): Promise<{ binaries: PostgresBinaries; identity: Identity; home: string }> {
  const binaries = bin ? await binariesIn(bin) : await packagedBinaries(folder)
  const identity = await identityFor(join(folder, 'cluster'), binaries.bin)
  if (identity) return { binaries, identity, home: folder }
  // Root, without user namespaces, below a folder closed to others: programs and files go where another user can
  // reach them, under a name that follows from the folder.
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  const home = join('/var/lib/yunqian', name)
  mkdirSync(home, { recursive: true, mode: 0o711 })
  const copy = await copyBinaries(dirname(binaries.bin), home)
  const there = await identityFor(join(home, 'cluster'), copy.bin)
  if (there) return { binaries: copy, identity: there, home }
  throw new PlatformError(
    'platform.postgres-unavailable',
    'PostgreSQL must not run as root and no other identity works here; start as an ordinary user or set DATABASE_URL',
    { folder },
  )
}

/** Stops the server recorded in `postmaster.pid` if no launcher lives that holds it. */
async function stopOrphan(cluster: Cluster, log: Log): Promise<void> {
  const file = join(cluster.data, 'postmaster.pid')
  if (!existsSync(file)) return
  const [pidLine = '', , , portLine = ''] = readFileSync(file, 'utf8').split('\n')
  const pid = Number(pidLine)
  if (!Number.isSafeInteger(pid) || pid <= 0 || !servesCluster(pid, cluster)) return
  const superuserUrl = url('postgres', cluster.passwords.superuser, Number(portLine), 'postgres')
  const opener = await whenAccepting(
    () => becomeOpener(superuserUrl, () => undefined),
    () => servesCluster(pid, cluster),
    30_000,
  ).catch((error: unknown) => {
    if (servesCluster(pid, cluster)) throw error
  })
  if (!opener) return
  log.warn({ pid }, 'stopping the PostgreSQL that a killed Yunqian left behind')
  const stopped = stopServer(pid, () => !servesCluster(pid, cluster))
  await opener.release()
  await stopped
}

// A process id alone may have been given to someone else since; on Linux the command line settles it.
function servesCluster(pid: number, cluster: Cluster): boolean {
  try {
    process.kill(pid, 0)
    if (process.platform !== 'linux') return true
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(cluster.data)
  } catch {
    return false
  }
}

/** Fast shutdown: sessions are ended, a checkpoint is written. Immediate shutdown after ten seconds, which recovers at next start. */
async function stopServer(pid: number, gone: () => boolean): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 3_000],
    ['SIGKILL', 3_000],
  ] as const) {
    if (gone()) return
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    const deadline = performance.now() + patienceMs
    while (!gone() && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function spawnPostgres(
  cluster: Cluster,
  binaries: PostgresBinaries,
  identity: Identity,
  port: number,
): Promise<{ child: ChildProcess; said: () => string }> {
  const logFile = join(cluster.folder, 'postgres.log')
  if (existsSync(logFile) && statSync(logFile).size > 4_000_000) renameSync(logFile, `${logFile}.1`)
  const output = openSync(logFile, 'a', 0o600)
  const before = statSync(logFile).size
  const program = join(binaries.bin, 'postgres')
  const child = spawnAs(
    identity,
    program,
    ['-D', cluster.data, '-p', String(port)],
    ['ignore', output, output],
  )
  closeSync(output)
  await new Promise<void>((started, failed) => {
    child.once('spawn', () => started())
    child.once('error', failed)
  })
  return { child, said: () => readFileSync(logFile).subarray(before).toString('utf8') }
}

function explain(error: unknown, cluster: Cluster, said: string): unknown {
  if (error instanceof PlatformError) return error
  return new PlatformError(
    'platform.postgres-unavailable',
    'PostgreSQL did not start; its own words are in postgres.log of the folder',
    { folder: cluster.folder, passing: passing.test(said) },
    error,
  )
}

function url(role: string, password: string, port: number, database: string): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/${database}`
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
