// Database, CA, api and worker as processes of their own, each with its own data folder: the platform's holds nothing of
// the CA's, the CA's nothing of the platform's.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTestDatabase, type TestDatabase } from '../database.ts'

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))
const dyingCa = fileURLToPath(new URL('./dying-ca.ts', import.meta.url))

export interface Process {
  /** Everything it has printed. */
  text(): string
  alive(): boolean
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>
  kill(): Promise<void>
  ended(): Promise<void>
}

export interface SeparateHosts {
  readonly url: string
  readonly caUrl: string
  readonly invitation: string
  readonly clinicKey: string
  readonly folders: { readonly ca: string; readonly platform: string; readonly root: string }
  readonly database: TestDatabase
  startCa(environment?: NodeJS.ProcessEnv): Promise<Process>
  /** The same CA over the same folder, which kills itself at a moment of its next issuing. */
  startDyingCa(moment: 'before it keeps' | 'after it kept'): Promise<Process>
  startPlatform(role: 'api' | 'worker'): Promise<Process>
  /** `yunqian ca-tls` on the CA's host. */
  caTls(...args: string[]): Promise<void>
  end(): Promise<void>
}

export async function separateHosts(): Promise<SeparateHosts> {
  const database = await createTestDatabase()
  const root = mkdtempSync(join(tmpdir(), 'yunqian-hosts-'))
  const folders = { root, ca: join(root, 'ca-host'), platform: join(root, 'platform-host') }
  const [port, caPort] = [await freePort(), await freePort()]
  const url = `http://localhost:${port}`
  const caUrl = `https://127.0.0.1:${caPort}`
  const common = { ...process.env, YUNQIAN_PUBLIC_URL: url }
  const platformEnv = {
    ...common,
    YUNQIAN_DATA: folders.platform,
    YUNQIAN_PORT: String(port),
    DATABASE_URL: database.appUrl,
    OWNER_DATABASE_URL: database.ownerUrl,
  }
  const caEnv = {
    ...common,
    YUNQIAN_DATA: folders.ca,
    YUNQIAN_CA_PORT: String(caPort),
    YUNQIAN_CA_PEERS:
      'yunqian-platform:issue-certificate+sign-revocation-list,lists-only:sign-revocation-list',
  }
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [main, 'init'], { env: platformEnv })
  // The ceremony's folder goes to the CA's host, and is nowhere else any more.
  mkdirSync(join(folders.ca, 'keys'), { recursive: true, mode: 0o700 })
  renameSync(join(folders.platform, 'keys', 'ca'), join(folders.ca, 'keys', 'ca'))
  const started: Process[] = []
  const launch = async (args: string[], env: NodeJS.ProcessEnv): Promise<Process> => {
    const made = await start(args, env)
    started.push(made)
    return made
  }
  return {
    url,
    caUrl,
    folders,
    database,
    invitation: /#\/invitation\/([\w-]{22,64})/.exec(stdout)![1]!,
    clinicKey: readFileSync(join(folders.platform, 'clinic', 'application.key'), 'utf8').trim(),
    startCa: (environment) =>
      launch([main, 'server', '--role', 'ca'], { ...caEnv, ...environment }),
    startDyingCa: (moment) => launch([dyingCa, moment], caEnv),
    startPlatform: (role) =>
      launch([main, 'server', '--role', role], { ...platformEnv, YUNQIAN_CA_URL: caUrl }),
    caTls: async (...args) =>
      void (await run(process.execPath, [main, 'ca-tls', ...args], { env: caEnv })),
    end: async () => {
      await Promise.all(started.map((one) => one.stop()))
      await database.drop()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** A copy of a folder, for what an attacker would have taken. */
export function copyOf(folder: string, to: string): string {
  cpSync(folder, to, { recursive: true })
  return to
}

async function start(args: string[], env: NodeJS.ProcessEnv): Promise<Process> {
  const child: ChildProcess = spawn(process.execPath, args, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  child.stdout?.on('data', (chunk) => (printed += String(chunk)))
  child.stderr?.on('data', (chunk) => (printed += String(chunk)))
  const alive = (): boolean => child.exitCode === null && child.signalCode === null
  const ended = async (): Promise<void> => {
    if (alive()) await once(child, 'exit')
  }
  while (!/"ready"/.test(printed)) {
    if (!alive()) throw new Error(`a process did not start: ${printed.slice(-2000)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    text: () => printed,
    alive,
    ended,
    stop: async () => {
      child.kill('SIGTERM')
      await ended()
      return child.exitCode
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended()
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
