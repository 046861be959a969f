import type { Signals } from './signals.ts'

// A state that ends by the clock sends no signal; this is how late a waiting caller may learn of it.
const lookAgainAfterMs = 5000

/**
 * Answers at once when `done` holds of what `load` returns, otherwise holds the caller until a signal on one of the
 * topics made it hold, or `waitSeconds` passed; then answers with what there is.
 */
export async function longPoll<T>(
  signals: Signals,
  poll: {
    readonly topics: readonly string[]
    readonly waitSeconds: number
    readonly abort?: AbortSignal
  },
  load: () => Promise<T>,
  done: (value: T) => boolean,
): Promise<T> {
  const deadline = performance.now() + poll.waitSeconds * 1000
  // Before the first load: a change between load and wait must not be missed.
  const subscription = signals.subscribe(...poll.topics)
  try {
    for (;;) {
      const value = await load()
      const left = deadline - performance.now()
      if (done(value) || left <= 0 || poll.abort?.aborted) return value
      await subscription.next(Math.min(left, lookAgainAfterMs), poll.abort)
    }
  } finally {
    subscription.close()
  }
}
