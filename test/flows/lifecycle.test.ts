// The command as an operator meets it: a process of its own, signals, and what remains afterwards.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const main = join(root, 'apps/cli/src/main.ts')
let folder: string
let port: number
const children: ChildProcess[] = []

interface Running {
  readonly child: ChildProcess
  readonly text: () => string
  readonly ended: Promise<number | null>
}

const launch = (
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
  detached = false,
): Running => {
  const child = spawn(command, args, {
    cwd: root,
    detached,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  children.push(child)
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { child, text: () => text, ended }
}
const options = (): string[] => ['start', '--data', folder, '--port', String(port), '--no-clinic']
const start = (): Running => launch(process.execPath, [main, ...options()])
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const until = async (what: () => boolean | Promise<boolean>, running?: Running): Promise<void> => {
  for (let i = 0; i < 1000; i++) {
    if (await what()) return
    if (running && running.child.exitCode !== null) break
    await pause(50)
  }
  throw new Error(`it did not come to pass\n${running?.text() ?? ''}`)
}
const healthy = async (): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    (response) => response.ok,
    () => false,
  )
/** Processes whose command line names our data directory. */
const remaining = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
      } catch {
        return false
      }
    })
    .map(Number)
const postgresPid = (): number =>
  Number(readFileSync(join(folder, 'postgres/cluster/data/postmaster.pid'), 'utf8').split('\n')[0])

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yunqian-life-'))
  port = await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as AddressInfo
      server.close(() => resolve(free))
    })
  })
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const pid of remaining()) {
    try {
      process.kill(pid, 'SIGQUIT')
    } catch {
      // It went by itself.
    }
  }
  await until(() => remaining().length === 0)
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(process.platform !== 'linux')('yunqian start (needs /proc, so Linux)', () => {
  it('leaves no process after SIGTERM, and comes back on the same data', async () => {
    const first = start()
    await until(healthy, first)
    await until(() => first.text().includes('/console/#/invitation/'), first)
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(remaining()).toEqual([])
    const second = start()
    await until(healthy, second)
    expect(second.text()).not.toContain('Empty data directory')
  })

  it('takes one Ctrl-C for one, though terminal and door both pass it on', async () => {
    // A group of its own, as a terminal has one: the signal reaches door and service, and the door's reaches it again.
    const door = launch('node', [join(root, 'bin/yunqian.mjs'), ...options()], {}, true)
    await until(healthy, door)
    await until(() => door.text().includes('Ctrl-C'), door)
    process.kill(-door.child.pid!, 'SIGINT')
    expect(await door.ended).toBe(0)
    expect(remaining()).toEqual([])
  })

  it('recovers after SIGKILL of itself, and after SIGKILL of its database', async () => {
    const first = start()
    await until(healthy, first)
    const orphan = postgresPid()
    first.child.kill('SIGKILL')
    await first.ended
    const second = start()
    await until(healthy, second)
    expect(postgresPid()).not.toBe(orphan)
    process.kill(postgresPid(), 'SIGKILL')
    expect(await second.ended).toBe(70)
    const third = start()
    await until(healthy, third)
  })

  it('goes when whoever started it through the door is killed outright', async () => {
    const door = launch('node', [join(root, 'bin/yunqian.mjs'), ...options()])
    await until(healthy, door)
    door.child.kill('SIGKILL')
    await until(() => remaining().length === 0)
  })

  it('goes as well when the door is killed while it is still starting', async () => {
    const door = launch('node', [join(root, 'bin/yunqian.mjs'), ...options()])
    // The door's own command line names the folder, too.
    await until(() => remaining().length > 1, door)
    door.child.kill('SIGKILL')
    await until(() => remaining().length === 0)
  })

  it('refuses a second start on the same data, and rows without their keys', async () => {
    const first = start()
    await until(healthy, first)
    const second = start()
    expect(await second.ended).toBe(69)
    expect(second.text()).toContain('platform.postgres-in-use')
    first.child.kill('SIGTERM')
    await first.ended
    renameSync(join(folder, 'keys'), join(folder, 'keys-elsewhere'))
    const third = start()
    expect(await third.ended).toBe(69)
    expect(third.text()).toContain('platform.key-missing')
    expect(remaining()).toEqual([])
  })

  it('says usage with 64, bad configuration with 78, and creates only when told to', async () => {
    expect(await launch(process.execPath, [main]).ended).toBe(64)
    expect(await launch(process.execPath, [main, 'start', '--what']).ended).toBe(64)
    expect(await launch(process.execPath, [main, 'init', '--profile', 'other']).ended).toBe(64)
    expect(await launch(process.execPath, [main, 'ca-tls', '--peer', 'one']).ended).toBe(64)
    const bad = launch(process.execPath, [main, 'check-config'], { YUNQIAN_PORT: 'many' })
    expect(await bad.ended).toBe(78)
    const data = { YUNQIAN_DATA: folder, YUNQIAN_PORT: String(port) }
    const service = launch(process.execPath, [main, 'server'], data)
    expect(await service.ended).toBe(69)
    expect(service.text()).toContain('platform.not-initialised')
    const init = launch(process.execPath, [main, 'init'], data)
    expect(await init.ended).toBe(0)
    expect(init.text()).toContain('/console/#/invitation/')
    const again = launch(process.execPath, [main, 'init'], data)
    expect(await again.ended).toBe(69)
    expect(remaining()).toEqual([])
  })
})
