import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, dirname } from 'node:path'
import { runtime } from './prepare.mjs'

/**
 * Runs a script under the locked Node and becomes it as far as a parent can: same streams, same exit code,
 * signals passed on. The Node that started us (20 or newer) does nothing but wait.
 */
export function runUnderRuntime(args, { cwd, env = {} } = {}) {
  const node = runtime()
  const path = dirname(node) + delimiter + (process.env.PATH ?? '')
  const child = spawn(node, args, {
    cwd,
    stdio: 'inherit',
    // What we run leaves when we are gone, also when we were killed outright.
    env: { ...process.env, PATH: path, YUNQIAN_PARENT: String(process.pid), ...env },
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  leaveWithNpm(child)
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
}

// npm killed outright cannot pass a signal on; its script would live on, holding the database.
function leaveWithNpm(child) {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM')
  }, 500)
  watch.unref()
}
