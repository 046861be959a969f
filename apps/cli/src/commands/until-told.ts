/** What a long-running command stops when it is told to, or when whoever started it is gone. */
export interface Stoppable {
  stop(): Promise<void>
  /** Settles when it cannot go on by itself. */
  readonly lost: Promise<void>
}

const patienceMs = 12_000
// One press of Ctrl-C comes from the terminal and once more from every door above us.
const samePressMs = 1_000

/**
 * Holds until SIGTERM, SIGINT, SIGHUP, the loss of our parent or of what we depend on, then stops. The exit code is 0
 * when told, 70 when lost. Another signal after that, or a stop that takes too long, ends the process at once.
 */
export async function untilTold(running: Stoppable): Promise<number> {
  const code = await new Promise<number>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.on(signal, () => resolve(0))
    void running.lost.then(() => resolve(70))
    const orphaned = orphanhood()
    setInterval(() => {
      if (orphaned()) resolve(0)
    }, 500).unref()
  })
  setTimeout(() => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.on(signal, () => process.exit(75))
  }, samePressMs).unref()
  setTimeout(() => process.exit(75), patienceMs).unref()
  await running.stop()
  return code
}

/**
 * Tells whether the door that started us is gone. It may have been killed while we were still starting: then we are
 * somebody else's child by now, and only its process id tells. A door further up counts like our own.
 */
function orphanhood(): () => boolean {
  const door = Number(process.env['YUNQIAN_PARENT'] ?? Number.NaN)
  if (Number.isNaN(door)) return () => false
  if (process.ppid === door) return () => process.ppid !== door
  return () => {
    try {
      return !process.kill(door, 0)
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH'
    }
  }
}
