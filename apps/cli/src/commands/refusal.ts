/** Says why a command could not do its work, without a stack for what we foresaw; returns the exit code. */
export function refuse(error: unknown): number {
  const { code, message, stack } = error as { code?: unknown; message?: unknown; stack?: unknown }
  const foreseen = typeof code === 'string' && code.includes('.')
  const text = foreseen ? `${message} [${code}]` : String(stack ?? error)
  process.stderr.write(`yunqian: ${text}\n`)
  if (code === 'platform.config-invalid') return 78
  return foreseen ? 69 : 70
}
