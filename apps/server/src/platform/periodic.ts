import type { Log } from './log.ts'
import type { Room } from './room.ts'

/** Runs each room's work by the clock: first at once, never twice at a time, until stopped. */
export function startPeriodic(rooms: readonly Room[], log: Log): { stop(): Promise<void> } {
  const stop = new AbortController()
  const works = rooms.flatMap((room) => room.periodic ?? [])
  const loops = works.map(async ({ name, everyMs, run }) => {
    while (!stop.signal.aborted) {
      await run().catch((error: unknown) => {
        const { code, name: kind } = error as { code?: unknown; name?: unknown }
        log.error({ work: name, code: code ?? kind }, 'work by the clock failed')
      })
      await pause(everyMs, stop.signal)
    }
  })
  return {
    stop: async () => {
      stop.abort()
      await Promise.all(loops)
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
