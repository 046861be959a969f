import { Worker } from 'node:worker_threads'
import type { WorkAnswer, WorkRequest, Works } from './messages.ts'

/** Whose work it is: what strangers send may not take the last thread, nor the places of those who sign. */
type Lane = 'ours' | 'anyone'

interface RunOptions {
  readonly lane: Lane
  /** Buffers of the input that move to the thread and are empty here afterwards. */
  readonly transfer?: readonly ArrayBufferLike[]
  /** The caller left: waiting work is dropped, running work is ended with its thread. */
  readonly signal?: AbortSignal
}

/** Threads for work that would hold up the event loop. */
export interface Threads<W extends Works> {
  /**
   * Runs one work. Rejects with the work's own refusal (`code`, `details`), or with `platform.overloaded` when too many
   * wait, when it takes too long or too much memory, or when its thread dies.
   */
  run<Name extends keyof W & string>(
    name: Name,
    input: Parameters<W[Name]>[0],
    options: RunOptions,
  ): Promise<Awaited<ReturnType<W[Name]>>>
  close(): Promise<void>
}

export interface ThreadLimits {
  /** At most so many run at once; of `anyone`'s one fewer, where there is more than one. */
  readonly threads: number
  /** Works that may wait, of each lane. */
  readonly waiting: number
  /** Bytes to be handed over that may wait, of each lane. */
  readonly waitingBytes: number
  readonly timeoutMs: number
  readonly heapMegabytes: number
  /** A thread without work is ended after this, and its memory with it. */
  readonly idleMs: number
}

const usual: ThreadLimits = {
  threads: 2,
  waiting: 32,
  waitingBytes: 256 * 1_048_576,
  timeoutMs: 30_000,
  heapMegabytes: 512,
  idleMs: 30_000,
}

/** A work could not be done here and now. */
class ThreadsError extends Error {
  override readonly name = 'ThreadsError'
  readonly code = 'platform.overloaded'
}

/** What a work refused, as it said it. */
class WorkRefused extends Error {
  override readonly name = 'WorkRefused'
  readonly code: string
  readonly details: unknown

  constructor(code: string, details: unknown) {
    super(code)
    this.code = code
    this.details = details
  }
}

interface Job {
  readonly request: WorkRequest
  readonly options: RunOptions
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  job?: Job | undefined
  timer?: NodeJS.Timeout | undefined
}

/** Threads that run `script`, which calls `serveThread`; started when there is work and ended when there is none. */
export function openThreads<W extends Works>(
  script: URL,
  limits: ThreadLimits = usual,
): Threads<W> {
  const pool = new ThreadPool(script, limits)
  return {
    run: (name, input, options) => pool.run({ name, input }, options),
    close: () => pool.close(),
  }
}

class ThreadPool {
  readonly #script: URL
  readonly #limits: ThreadLimits
  readonly #threads = new Set<Thread>()
  readonly #waiting: Record<Lane, Job[]> = { ours: [], anyone: [] }
  #closed = false

  constructor(script: URL, limits: ThreadLimits) {
    this.#script = script
    this.#limits = limits
  }

  run(request: WorkRequest, options: RunOptions): Promise<never> {
    return new Promise<never>((resolve, reject) => {
      const job: Job = { request, options, resolve, reject }
      const { lane, signal } = options
      if (signal?.aborted) return reject(signal.reason)
      this.#waiting[lane].push(job)
      signal?.addEventListener('abort', () => this.#leave(job), { once: true })
      this.#startNext()
      // Refused after trying to start: with a free thread nobody has to wait.
      const queue = this.#waiting[lane]
      const full = queue.length > this.#limits.waiting || bytesOf(queue) > this.#limits.waitingBytes
      if (this.#closed || full) {
        const at = queue.indexOf(job)
        if (at >= 0) queue.splice(at, 1)
        reject(new ThreadsError('too much work is waiting'))
      }
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const queue of Object.values(this.#waiting))
      for (const job of queue.splice(0)) job.reject(new ThreadsError('the service is stopping'))
    await Promise.all(
      [...this.#threads].map((thread) => this.#end(thread, 'the service is stopping')),
    )
  }

  #startNext(): void {
    for (;;) {
      const lane = this.#laneToServe()
      if (!lane || this.#closed) return
      const idle = [...this.#threads].find((thread) => !thread.job)
      if (!idle && this.#threads.size >= this.#limits.threads) return
      this.#start(idle ?? this.#newThread(), this.#waiting[lane].shift()!)
    }
  }

  #laneToServe(): Lane | undefined {
    if (this.#waiting.ours.length > 0) return 'ours'
    const running = [...this.#threads].filter(({ job }) => job?.options.lane === 'anyone').length
    const most = Math.max(1, this.#limits.threads - 1)
    return this.#waiting.anyone.length > 0 && running < most ? 'anyone' : undefined
  }

  #newThread(): Thread {
    const worker = new Worker(this.#script, {
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.heapMegabytes },
    })
    const thread: Thread = { worker }
    this.#threads.add(thread)
    worker.on('message', (answer: WorkAnswer) => this.#answered(thread, answer))
    // Out of memory, or a fault of ours: one failed work, not a dead service.
    worker.on('error', () => void this.#end(thread, 'the thread failed'))
    worker.on('exit', () => void this.#end(thread, 'the thread ended'))
    return thread
  }

  #start(thread: Thread, job: Job): void {
    clearTimeout(thread.timer)
    thread.job = job
    thread.timer = setTimeout(
      () => void this.#end(thread, 'the work took too long'),
      this.#limits.timeoutMs,
    )
    try {
      thread.worker.postMessage(job.request, (job.options.transfer ?? []) as ArrayBuffer[])
    } catch (error) {
      // What cannot be handed over, or was handed over before, fails alone: thrown from here it would fail the service.
      job.reject(error)
      void this.#end(thread, 'the work could not be handed over')
    }
  }

  #answered(thread: Thread, answer: WorkAnswer): void {
    const { job } = thread
    thread.job = undefined
    clearTimeout(thread.timer)
    thread.timer = setTimeout(() => void this.#end(thread, 'idle'), this.#limits.idleMs).unref()
    if (job) settle(job, answer)
    this.#startNext()
  }

  #leave(job: Job): void {
    const { lane, signal } = job.options
    const queue = this.#waiting[lane]
    const at = queue.indexOf(job)
    if (at >= 0) queue.splice(at, 1)
    job.reject(signal?.reason)
    const thread = [...this.#threads].find((one) => one.job === job)
    if (thread) void this.#end(thread, 'the caller left')
  }

  async #end(thread: Thread, why: string): Promise<void> {
    clearTimeout(thread.timer)
    if (!this.#threads.delete(thread)) return
    thread.job?.reject(new ThreadsError(why))
    thread.job = undefined
    const ended = thread.worker.terminate()
    this.#startNext()
    await ended
  }
}

const bytesOf = (queue: readonly Job[]): number =>
  queue
    .flatMap(({ options }) => options.transfer ?? [])
    .reduce((sum, buffer) => sum + buffer.byteLength, 0)

function settle(job: Job, answer: WorkAnswer): void {
  if ('value' in answer) return job.resolve(answer.value as never)
  if ('code' in answer) return job.reject(new WorkRefused(answer.code, answer.details))
  job.reject(Object.assign(new Error('a work failed'), answer))
}
