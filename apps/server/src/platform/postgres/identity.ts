import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { chownSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PlatformError } from '../errors.ts'

const run = promisify(execFile)
const nobody = 65_534

/**
 * PostgreSQL refuses to run as root, so root starts it as somebody else: in a user namespace, where root's own
 * files look like an ordinary user's, or by giving up its user id. Anyone else starts it directly.
 */
export type Identity =
  | { readonly method: 'direct' }
  | { readonly method: 'namespace' }
  | { readonly method: 'user'; readonly uid: number; readonly gid: number }

/** The identity for a cluster folder; an existing one keeps the identity its data belongs to. */
export async function identityFor(cluster: string, bin: string): Promise<Identity | undefined> {
  const us = process.getuid?.()
  const data = join(cluster, 'data')
  const owner = existsSync(data) ? statSync(data) : undefined
  if (us !== 0) {
    if (owner && us !== undefined && owner.uid !== us)
      throw new PlatformError(
        'platform.postgres-not-ours',
        'the database files belong to another user; start as that user',
        { folder: cluster, owner: owner.uid },
      )
    return { method: 'direct' }
  }
  if (owner && owner.uid !== 0) {
    const user = { method: 'user', uid: owner.uid, gid: owner.gid } as const
    return (await works(user, bin)) ? user : undefined
  }
  if (await works({ method: 'namespace' }, bin)) return { method: 'namespace' }
  if (owner) return undefined
  const user = { method: 'user', uid: nobody, gid: nobody } as const
  return (await works(user, bin)) && (await reaches(user, join(cluster, '..'))) ? user : undefined
}

/** Starts a program of the cluster under the identity; in its own session, so that a Ctrl-C reaches only us. */
export function spawnAs(
  identity: Identity,
  program: string,
  args: readonly string[],
  stdio: StdioOptions,
): ChildProcess {
  const [command, rest] = commandFor(identity, program, args)
  return spawn(command, rest, { stdio, detached: true, cwd: '/', env: environment() })
}

/** Hands a file or folder to the identity that must read it. */
export function giveTo(identity: Identity, path: string): void {
  if (identity.method === 'user') chownSync(path, identity.uid, identity.gid)
}

async function works(identity: Identity, bin: string): Promise<boolean> {
  const [command, rest] = commandFor(identity, join(bin, 'postgres'), ['--version'])
  return run(command, rest, { cwd: '/', env: environment() }).then(
    () => true,
    () => false,
  )
}

async function reaches(identity: Identity, folder: string): Promise<boolean> {
  const [command, rest] = commandFor(identity, 'test', ['-x', folder])
  return run(command, rest, { cwd: '/' }).then(
    () => true,
    () => false,
  )
}

function commandFor(
  identity: Identity,
  program: string,
  args: readonly string[],
): [string, string[]] {
  if (identity.method === 'direct') return [program, [...args]]
  if (identity.method === 'namespace')
    return ['unshare', ['--user', '--map-user=1000', '--', program, ...args]]
  const ids = ['--reuid', String(identity.uid), '--regid', String(identity.gid), '--clear-groups']
  return ['setpriv', [...ids, '--', program, ...args]]
}

// Nothing of our environment: a PGOPTIONS or LD_PRELOAD of the caller must not change the database.
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}
