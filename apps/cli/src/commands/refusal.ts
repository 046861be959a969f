/** Says why a command could not do its work, without a stack for what we foresaw; returns the exit code. */
export function refuse(error: unknown): number {
  const { code, message, stack } = error as { code?: unknown; message?: unknown; stack?: unknown }
  const foreseen = typeof code === 'string' && code.includes('.')
  const text = foreseen ? `${message} [${code}]` : String(stack ?? error)
  process.stderr.write(`yunqian: ${text}\n`)
  if (code === 'platform.config-invalid') return 78
  return foreseen ? 69 : 70
}

/**
 * Ends the process with a coded exit on an error nobody caught, such as a connection dying between two owners: the
 * next start finds what is committed, and stops a database left behind.
 */
export function endOnUnforeseen(): void {
  process.once('uncaughtException', (error) => process.exit(refuse(error)))
}
