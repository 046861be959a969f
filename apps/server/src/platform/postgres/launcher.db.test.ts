import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../log.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './launcher.ts'

const binaries = process.env['YUNQIAN_TEST_POSTGRES']
const options = { log: silentLog, ...(binaries ? { binaries } : {}) }
const launcher = fileURLToPath(new URL('launcher.ts', import.meta.url))
const root = process.getuid?.() === 0
const setpriv = spawnSync('setpriv', ['--version']).status === 0
let folder: string
const running: EmbeddedPostgres[] = []
const children: ChildProcess[] = []

const start = async (): Promise<EmbeddedPostgres> => {
  const server = await startEmbeddedPostgres({ ...options, folder })
  running.push(server)
  return server
}

/** Starts the launcher in a process of its own, to be killed; resolves to the server's process id. */
const startElsewhere = async (...as: string[]): Promise<{ child: ChildProcess; pid: number }> => {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(launcher)})
    const quiet = () => {}
    const server = await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)},
      ${binaries ? `binaries: ${JSON.stringify(binaries)},` : ''}
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet } })
    process.on('SIGTERM', async () => { await server.stop(); process.exit(0) })
    console.log(server.pid)`
  const command = [...as, process.execPath, '--input-type=module', '-e', script]
  const child = spawn(command[0] as string, command.slice(1), { stdio: ['ignore', 'pipe', 2] })
  children.push(child)
  const pid = await new Promise<number>((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => resolve(Number(line.toString())))
    child.once('exit', (code) => reject(new Error(`the launcher left with ${code}`)))
  })
  return { child, pid }
}
const ended = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => child.once('exit', resolve))
// A process nobody has reaped yet still has an id, but no command line.
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}
const ask = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yunqian-launcher-'))
})
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop()
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

describe('the embedded PostgreSQL', () => {
  it('is durable, local, and keeps its passwords to itself', async () => {
    const server = await start()
    expect(await ask(server.superuserUrl, 'show fsync')).toEqual([{ fsync: 'on' }])
    expect(await ask(server.superuserUrl, 'show synchronous_commit')).toEqual([
      { synchronous_commit: 'on' },
    ])
    expect(await ask(server.superuserUrl, 'show listen_addresses')).toEqual([
      { listen_addresses: '127.0.0.1' },
    ])
    expect(statSync(join(folder, 'cluster', 'passwords.json')).mode & 0o777).toBe(0o600)
    const without = new URL(server.appUrl)
    without.password = 'guess'
    await expect(ask(without.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
  })

  it('gives the service a role that owns nothing and obeys row-level security', async () => {
    const server = await start()
    const roles = await ask(
      server.superuserUrl,
      `select rolname, rolsuper, rolbypassrls from pg_roles where rolname like 'yunqian%' order by 1`,
    )
    expect(roles).toEqual([
      { rolname: 'yunqian_app', rolsuper: false, rolbypassrls: false },
      { rolname: 'yunqian_owner', rolsuper: false, rolbypassrls: true },
    ])
    await expect(ask(server.appUrl, 'create table mine (n int)')).rejects.toMatchObject({
      code: '42501',
    })
  })

  it('refuses a second opener while the first lives, in this process or another', async () => {
    const server = await start()
    await expect(start()).rejects.toMatchObject({ code: 'platform.postgres-in-use' })
    expect(await ask(server.appUrl, 'select 1 as n')).toEqual([{ n: 1 }])
    await server.stop()
    const { child } = await startElsewhere()
    await expect(start()).rejects.toMatchObject({ code: 'platform.postgres-in-use' })
    child.kill('SIGTERM')
    await ended(child)
  })

  it('leaves one cluster and one opener when two start on an empty folder', async () => {
    const outcomes = await Promise.allSettled([start(), start()])
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
  })

  it('takes over what a SIGKILL left behind, with every committed row', async () => {
    const { child, pid } = await startElsewhere()
    child.kill('SIGKILL')
    await ended(child)
    expect(alive(pid)).toBe(true)
    const server = await start()
    expect(alive(pid)).toBe(false)
    expect(server.pid).not.toBe(pid)
    await ask(server.ownerUrl, 'create table kept (n int)')
    process.kill(server.pid, 'SIGKILL')
    expect(await server.exited).toEqual({ expected: false })
    const again = await start()
    expect(await ask(again.ownerUrl, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }])
  })

  it('waits for the last session of a killed server, however long that takes', async () => {
    const server = await start()
    const session = new Client({ connectionString: server.superuserUrl })
    session.on('error', () => undefined)
    await session.connect()
    const { rows } = await session.query<{ pid: number }>('select pg_backend_pid() as pid')
    const backend = rows[0]!.pid
    process.kill(backend, 'SIGSTOP')
    process.kill(server.pid, 'SIGKILL')
    await server.exited
    const again = start()
    const said = (): number =>
      readFileSync(join(folder, 'cluster', 'postgres.log'), 'utf8').split('pre-existing shared')
        .length - 1
    while (said() < 12) await new Promise((resolve) => setTimeout(resolve, 50))
    process.kill(backend, 'SIGCONT')
    expect(await ask((await again).superuserUrl, 'select 1 as n')).toEqual([{ n: 1 }])
  }, 180_000)

  it('says at once when it cannot start', async () => {
    const server = await start()
    await server.stop()
    const log = join(folder, 'cluster', 'postgres.log')
    const before = readFileSync(log, 'utf8').length
    appendFileSync(join(folder, 'cluster', 'data', 'postgresql.conf'), '\nnonsense = 1\n')
    await expect(start()).rejects.toMatchObject({ code: 'platform.postgres-unavailable' })
    const said = readFileSync(log, 'utf8').slice(before)
    expect(said.split('unrecognized configuration parameter').length - 1).toBe(1)
  })

  it('keeps its hold when PostgreSQL restarts its sessions', async () => {
    const server = await start()
    const [holder] = await ask(
      server.superuserUrl,
      `select pid from pg_locks where locktype = 'advisory'`,
    )
    process.kill(holder?.['pid'] as number, 'SIGKILL')
    for (;;) {
      const rows = await ask(
        server.superuserUrl,
        `select pid from pg_locks where locktype = 'advisory'`,
      ).catch(() => [])
      if (rows.length === 1 && rows[0]?.['pid'] !== holder?.['pid']) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await expect(start()).rejects.toMatchObject({ code: 'platform.postgres-in-use' })
  })

  it('leaves no process after stop and keeps values out of its log', async () => {
    const server = await start()
    await ask(server.ownerUrl, 'create table people (id_number text unique)')
    const twice = `insert into people values ('440301199001011234'), ('440301199001011234')`
    await expect(ask(server.ownerUrl, twice)).rejects.toMatchObject({ code: '23505' })
    await server.stop()
    expect(alive(server.pid)).toBe(false)
    expect(readFileSync(join(folder, 'cluster', 'postgres.log'), 'utf8')).not.toContain('440301')
  })

  describe.skipIf(!root || !setpriv)('started by root (skipped elsewhere: needs setpriv)', () => {
    it('runs directly as an ordinary user on that user’s folder, also under root afterwards', async () => {
      chownSync(folder, 65_534, 65_534)
      chmodSync(folder, 0o700)
      const user = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
      const { child } = await startElsewhere(...user)
      child.kill('SIGTERM')
      await ended(child)
      expect(statSync(join(folder, 'cluster', 'data')).uid).toBe(65_534)
      const server = await start()
      expect(await ask(server.appUrl, 'select 1 as n')).toEqual([{ n: 1 }])
    })
  })
})
