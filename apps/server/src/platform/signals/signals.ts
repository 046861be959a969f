import { Client } from 'pg'
import type { Tx } from '../database.ts'
import type { Log } from '../log.ts'

/**
 * Wakes whoever waits for a row to change, in every process of the service: a notification is sent by the
 * transaction that changes the row, and so arrives only after its commit.
 */
export interface Signals {
  /** Names this process to the others while it lives. */
  readonly processId: number
  /** To be called inside the transaction that makes the change. Topics are ids, never content. */
  notify(tx: Tx, ...topics: readonly string[]): Promise<void>
  subscribe(...topics: readonly string[]): Subscription
  /** False once the process that bore this id has ended or lost its connection: what it held in memory is gone. */
  isAlive(tx: Tx, processId: number): Promise<boolean>
  close(): Promise<void>
}

/** Counts from the moment of `subscribe`: a signal between two calls of `next` is not lost. */
export interface Subscription {
  /** Resolves at the next signal, after `timeoutMs`, or when `abort` fires, whichever is first. */
  next(timeoutMs: number, abort?: AbortSignal): Promise<void>
  close(): void
}

const channel = 'yunqian_signal'
// First half of the advisory lock each process holds over its own number.
const lockClass = 0x79756e73
const reconnectAfterMs = 500

/** Opens the listening connection; `url` is the running service's own. */
export async function openSignals(options: {
  readonly url: string
  readonly log: Log
  /** Four random bytes name the process. */
  readonly random: (length: number) => Uint8Array
}): Promise<Signals> {
  const waiting = new Map<string, Set<() => void>>()
  const wake = (topic: string): void => waiting.get(topic)?.forEach((resolve) => resolve())
  const wakeAll = (): void => [...waiting.keys()].forEach(wake)
  const state: { client: Client | undefined; closing: boolean } = {
    client: undefined,
    closing: false,
  }
  const processId = new DataView(Uint8Array.from(options.random(4)).buffer).getInt32(0)

  const connect = async (): Promise<void> => {
    const client = new Client({ connectionString: options.url, keepAlive: true })
    client.on('notification', ({ payload }) => payload !== undefined && wake(payload))
    // 'end' follows every loss; 'error' alone would end the process.
    client.on('error', () => options.log.warn({}, 'the listening connection failed'))
    // Of the connection in use: one that never came to be ends as well, and its loop is at work already.
    client.on('end', () => state.client === client && void reconnect())
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
      const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as held', [
        lockClass,
        processId,
      ])
      if (rows[0]?.held !== true) throw new Error('the process number is taken')
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
    state.client = client
    // What was sent while nobody listened is lost; everyone looks again.
    wakeAll()
  }
  const reconnect = async (): Promise<void> => {
    state.client = undefined
    while (!state.closing && !state.client) {
      await new Promise((resolve) => setTimeout(resolve, reconnectAfterMs))
      if (state.closing) return
      await connect().catch(() => options.log.warn({}, 'the listening connection is not back yet'))
    }
  }
  await connect()

  return {
    processId,
    notify: async (tx, ...topics) => {
      await tx.query('select pg_notify($1, topic) from unnest($2::text[]) topic', [
        channel,
        [...new Set(topics)],
      ])
    },
    subscribe: (...topics) => subscribe(waiting, topics),
    isAlive: async (tx, wanted) => {
      if (wanted === processId) return true
      const row = await tx.queryOne<{ free: boolean }>(
        'select pg_try_advisory_xact_lock_shared($1, $2) as free',
        [lockClass, wanted],
      )
      return row?.free !== true
    },
    close: async () => {
      state.closing = true
      wakeAll()
      await state.client?.end()
    },
  }
}

function subscribe(waiting: Map<string, Set<() => void>>, topics: readonly string[]): Subscription {
  let missed = false
  let resolveNext: (() => void) | undefined
  const onSignal = (): void => {
    missed = true
    resolveNext?.()
  }
  for (const topic of topics) {
    const listeners = waiting.get(topic) ?? new Set()
    waiting.set(topic, listeners.add(onSignal))
  }
  return {
    next: async (timeoutMs, abort) => {
      if (!missed && !abort?.aborted) {
        let timer: NodeJS.Timeout | undefined
        await new Promise<void>((resolve) => {
          resolveNext = resolve
          timer = setTimeout(resolve, timeoutMs)
          abort?.addEventListener('abort', () => resolve(), { once: true })
        })
        clearTimeout(timer)
      }
      missed = false
      resolveNext = undefined
    },
    close: () => {
      for (const topic of topics) {
        const listeners = waiting.get(topic)
        listeners?.delete(onSignal)
        if (listeners?.size === 0) waiting.delete(topic)
      }
    },
  }
}
