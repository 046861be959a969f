/** What a long-running command stops when it is told to, or when whoever started it is gone. */
export interface Stoppable {
  stop(): Promise<void>
  /** Settles when it cannot go on by itself. */
  readonly lost: Promise<void>
}

const patienceMs = 12_000
// Read while loading: whoever started us may be killed while we still start, and then nobody would be missed.
const parent = process.ppid

/**
 * Holds until SIGTERM, SIGINT, SIGHUP, the loss of our parent or of what we depend on, then stops. The exit code is 0
 * when told, 70 when lost. A second signal, or a stop that takes too long, ends the process at once.
 */
export async function untilTold(running: Stoppable): Promise<number> {
  const code = await new Promise<number>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.on(signal, () => resolve(0))
    void running.lost.then(() => resolve(70))
    if (process.env['YUNQIAN_PARENT'] === String(parent))
      setInterval(() => {
        if (process.ppid !== parent) resolve(0)
      }, 500).unref()
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => process.exit(75))
  setTimeout(() => process.exit(75), patienceMs).unref()
  await running.stop()
  return code
}
