import { Worker } from 'node:worker_threads'
import type { Report } from '@yunqian/verify'
import { VerificationRoomError } from './errors.ts'
import type { VerifyQuestion } from './verify-question.ts'

export interface VerificationThreads {
  /** Throws `platform.overloaded` when too many wait or one takes too long. */
  verify(question: VerifyQuestion): Promise<Report>
  close(): Promise<void>
}

export interface ThreadLimits {
  readonly running: number
  readonly waiting: number
  readonly timeoutMs: number
  readonly heapMegabytes: number
}

const LIMITS: ThreadLimits = { running: 2, waiting: 16, timeoutMs: 30_000, heapMegabytes: 512 }

/**
 * Runs verifications in threads of their own, few at a time, each with a limit of time and memory: whatever a
 * stranger sends, the service keeps answering.
 */
export function openVerificationThreads(limits: ThreadLimits = LIMITS): VerificationThreads {
  const running = new Set<Worker>()
  const waiting: (() => void)[] = []
  let taken = 0
  const enter = async (): Promise<void> => {
    if (taken < limits.running) {
      taken++
      return
    }
    if (waiting.length >= limits.waiting) throw new VerificationRoomError('platform.overloaded')
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  // The place passes from hand to hand, so that nobody overtakes those who wait.
  const leave = (): void => {
    const next = waiting.shift()
    if (next) next()
    else taken--
  }
  return {
    verify: async (question) => {
      await enter()
      try {
        return await runThread(question, limits, running)
      } finally {
        leave()
      }
    },
    close: async () => {
      await Promise.all([...running].map((worker) => worker.terminate()))
    },
  }
}

function runThread(
  question: VerifyQuestion,
  limits: ThreadLimits,
  running: Set<Worker>,
): Promise<Report> {
  const worker = new Worker(new URL('./verify-worker.ts', import.meta.url), {
    workerData: question,
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMegabytes },
  })
  running.add(worker)
  return new Promise<Report>((resolve, reject) => {
    const overloaded = (): void => reject(new VerificationRoomError('platform.overloaded'))
    const timer = setTimeout(overloaded, limits.timeoutMs)
    worker.once('message', resolve)
    // Out of memory, terminated, or a fault of ours: the file could not be judged here.
    worker.once('error', overloaded)
    worker.once('exit', overloaded)
    worker.once('exit', () => clearTimeout(timer))
  }).finally(() => {
    running.delete(worker)
    void worker.terminate()
  })
}
