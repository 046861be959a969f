// Start-up time to ready, and the memory of the idle service with its database, as `npm start` runs them.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Suite } from './rounds.ts'

const door = fileURLToPath(new URL('../bin/yunqian.mjs', import.meta.url))
const idleSeconds = 40

export const suite: Suite = {
  name: 'start',
  report: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'yunqian-bench-'))
    try {
      const first = await start(folder)
      await first.stop()
      const times: number[] = []
      for (let i = 0; i < 2; i++) {
        const again = await start(folder)
        times.push(again.seconds)
        await again.stop()
      }
      const idle = await start(folder)
      times.push(idle.seconds)
      await setTimeout(idleSeconds * 1000)
      const memory = memoryOf(idle.child.pid!)
      await idle.stop()
      const middle = times.toSorted((a, b) => a - b)[1]!
      return (
        `Start  (npm start without the installation)\n` +
        `  ready on an empty folder, keys and database made   ${first.seconds.toFixed(1)} s\n` +
        `  ready on an established one, median of 3           ${middle.toFixed(1)} s\n` +
        `  memory after ${idleSeconds} s without requests: ${memory}\n`
      )
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function start(folder: string): Promise<{
  readonly child: ChildProcess
  readonly seconds: number
  stop(): Promise<void>
}> {
  const begun = performance.now()
  const flags = ['--data', folder, '--port', '0', '--clinic-port', '0']
  const child = spawn(process.execPath, [door, 'start', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  for await (const chunk of child
    .stdout!.setEncoding('utf8')
    .iterator({ destroyOnReturn: false })) {
    said += chunk as string
    if (said.includes('Yunqian is ready')) break
  }
  child.stdout!.resume()
  return {
    child,
    seconds: (performance.now() - begun) / 1000,
    stop: async () => {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** Proportional memory of a process and all below it: pages they share are counted once. */
function memoryOf(pid: number): string {
  const parts = new Map<string, number>()
  for (const one of treeOf(pid)) {
    const name = readFileSync(`/proc/${one}/comm`, 'utf8').trim()
    const group = name.startsWith('postgres') ? 'PostgreSQL' : 'Node'
    const rollup = readFileSync(`/proc/${one}/smaps_rollup`, 'utf8')
    const bytes = Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024
    parts.set(group, (parts.get(group) ?? 0) + bytes)
  }
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`
  const all = [...parts.values()].reduce((sum, bytes) => sum + bytes, 0)
  const named = [...parts].map(([name, bytes]) => `${name} ${megabytes(bytes)}`)
  return `${megabytes(all)} in all (${named.join(', ')})`
}

function treeOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    const listed = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim()
    return listed === '' ? [] : listed.split(' ').map(Number)
  })
  return [pid, ...children.flatMap(treeOf)]
}
