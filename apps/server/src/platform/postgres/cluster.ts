import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { PlatformError } from '../errors.ts'
import type { PostgresBinaries } from './binaries.ts'
import { giveTo, spawnAs, type Identity } from './identity.ts'

/** A database cluster on disk: `data` is PostgreSQL's, the passwords beside it are the launcher's (mode 0600). */
export interface Cluster {
  readonly folder: string
  readonly data: string
  readonly passwords: ClusterPasswords
}

export interface ClusterPasswords {
  readonly superuser: string
  readonly owner: string
  readonly app: string
}

/**
 * Opens the cluster in `folder`, creating it when there is none. Creation happens aside and becomes visible by one
 * rename, so a death in between leaves nothing that looks like a cluster, and of two creators one wins.
 */
export async function openCluster(
  folder: string,
  binaries: PostgresBinaries,
  identity: Identity,
): Promise<Cluster> {
  const place = join(folder, 'cluster')
  if (!existsSync(place)) await createCluster(folder, place, binaries, identity)
  const version = Number(readFileSync(join(place, 'data', 'PG_VERSION'), 'utf8'))
  if (version !== binaries.majorVersion)
    throw new PlatformError(
      'platform.postgres-version',
      `the database files were written by PostgreSQL ${version}, the binaries are ${binaries.majorVersion}`,
      { version, binaries: binaries.majorVersion },
    )
  const passwords = JSON.parse(readFileSync(join(place, 'passwords.json'), 'utf8'))
  return { folder: place, data: join(place, 'data'), passwords: passwords as ClusterPasswords }
}

async function createCluster(
  folder: string,
  place: string,
  binaries: PostgresBinaries,
  identity: Identity,
): Promise<void> {
  for (const left of readdirSync(folder))
    if (left.startsWith('cluster.new-') && !isAlive(Number(left.split('-')[1])))
      rmSync(join(folder, left), { recursive: true, force: true })
  const aside = join(folder, `cluster.new-${process.pid}-${randomBytes(4).toString('hex')}`)
  const data = join(aside, 'data')
  const passwordFile = join(aside, 'initial-password')
  mkdirSync(aside, { mode: identity.method === 'user' ? 0o711 : 0o700 })
  mkdirSync(data, { mode: 0o700 })
  giveTo(identity, data)
  const passwords: ClusterPasswords = {
    superuser: randomBytes(24).toString('hex'),
    owner: randomBytes(24).toString('hex'),
    app: randomBytes(24).toString('hex'),
  }
  writeFileSync(join(aside, 'passwords.json'), JSON.stringify(passwords), { mode: 0o600 })
  writeFileSync(passwordFile, passwords.superuser, { mode: 0o600 })
  giveTo(identity, passwordFile)
  await initdb(join(binaries.bin, 'initdb'), identity, data, passwordFile)
  rmSync(passwordFile)
  appendFileSync(join(data, 'postgresql.conf'), settings)
  try {
    renameSync(aside, place)
  } catch (error) {
    rmSync(aside, { recursive: true, force: true })
    if (!existsSync(place)) throw error
  }
}

function initdb(program: string, identity: Identity, data: string, pwfile: string): Promise<void> {
  const args = ['-D', data, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${pwfile}`]
  args.push('--encoding=UTF8', '--locale=C', '--no-instructions')
  const child = spawnAs(identity, program, args, ['ignore', 'ignore', 'pipe'])
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) return resolve()
      reject(
        new PlatformError('platform.postgres-unavailable', `initdb failed: ${errors.trim()}`, {
          exitCode: code,
        }),
      )
    })
  })
}

// Terse, and no statements: PostgreSQL's DETAIL lines quote values, and values here are people's.
const settings = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = on
full_page_writes = on
synchronous_commit = on
max_connections = 80
shared_buffers = 64MB
jit = off
password_encryption = scram-sha-256
log_error_verbosity = terse
log_min_error_statement = panic
log_statement = none
log_parameter_max_length_on_error = 0
timezone = 'UTC'
log_timezone = 'UTC'
`

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
