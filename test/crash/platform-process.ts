// The platform as a process of its own that can be killed at any moment and started again on what it left.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))

export interface PlatformProcess {
  readonly url: string
  /** The one-time link printed at the first start. */
  invitation(): string | undefined
  clinicKey(): string
  alive(): boolean
  pid(): number | undefined
  kill(): void
  start(): Promise<void>
  /** Ends it in order. */
  stop(): Promise<void>
  /** `yunqian audit --json`. */
  audit(): Promise<{ readonly findings: readonly object[]; readonly events: number }>
}

export function platformProcess(options: {
  readonly folder: string
  readonly port: number
  readonly appUrl: string
  readonly ownerUrl: string
  /** A command that becomes the one it is given, such as `unshare -m`. */
  readonly through?: readonly string[]
}): PlatformProcess {
  const { folder, port } = options
  const url = `http://localhost:${port}`
  const env = {
    ...process.env,
    DATABASE_URL: options.appUrl,
    OWNER_DATABASE_URL: options.ownerUrl,
    YUNQIAN_DATA: folder,
    YUNQIAN_PORT: String(port),
    // It starts hundreds of times.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  }
  let child: ChildProcess | undefined
  let printed = ''
  const alive = (): boolean => child?.exitCode === null && child.signalCode === null
  const ended = async (): Promise<void> => {
    if (child && alive()) await once(child, 'exit')
  }
  return {
    url,
    invitation: () => /\/console\/\S*?([A-Za-z0-9_-]{22,64})\s/.exec(printed)?.[1],
    clinicKey: () => readFileSync(join(folder, 'clinic', 'application.key'), 'utf8').trim(),
    alive,
    pid: () => child?.pid,
    kill: () => void child?.kill('SIGKILL'),
    start: async () => {
      await ended()
      printed = ''
      const [program = process.execPath, ...args] = [
        ...(options.through ?? []),
        process.execPath,
        main,
        'start',
        '--no-clinic',
      ]
      child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
      child.stdout?.on('data', (chunk) => (printed += String(chunk)))
      child.stderr?.on('data', (chunk) => (printed += String(chunk)))
      while (alive()) {
        const answer = await fetch(`${url}/readyz`).catch(() => undefined)
        // The introduction, with the link, comes after the door is open.
        if (answer?.ok && printed.includes('Ctrl-C')) return
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      // A strike may fall while it starts; anything else is a failure of the start itself.
      if (child.signalCode === 'SIGKILL') return
      throw new Error(`the platform did not start: ${printed.slice(-2000)}`)
    },
    stop: async () => {
      child?.kill('SIGTERM')
      await ended()
    },
    audit: async () => {
      const command = [main, 'audit', '--json']
      const { stdout } = await promisify(execFile)(process.execPath, command, {
        env,
        maxBuffer: 1 << 26,
      })
      return JSON.parse(stdout)
    },
  }
}
