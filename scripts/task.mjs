// npm run <task>: prepares the clone, then runs the task's steps in order and stops at the first that fails.
import { join } from 'node:path'
import { ensureInstalled, ensurePagesBuilt, root } from './prepare.mjs'
import { runUnderRuntime } from './run-under-runtime.mjs'

const tool = (...parts) => join(root, 'node_modules', ...parts)
const script = (name) => join(root, 'scripts', name)
const rest = process.argv.slice(3)

const tasks = {
  test: {
    pages: true,
    steps: [[script('debian-packages.mjs')], [tool('vitest', 'vitest.mjs'), 'run', ...rest]],
  },
  // Kills the platform at every commit of enrolment and signing; `npm test` takes a sample.
  'test:crash': {
    environment: { YUNQIAN_CRASH_SWEEP: '1' },
    steps: [[tool('vitest', 'vitest.mjs'), 'run', 'test/crash', '--maxWorkers=2', ...rest]],
  },
  // The same database tests on Debian's PostgreSQL 15, the oldest we promise.
  'test:postgres15': {
    pages: true,
    steps: [
      [script('debian-packages.mjs'), 'postgresql-15'],
      [script('test-postgres15.mjs'), ...rest],
    ],
  },
  check: {
    steps: [
      [tool('ts7', 'bin', 'tsc'), '--noEmit', '-p', 'tsconfig.json'],
      [script('check-pages.mjs')],
      [tool('oxlint', 'bin', 'oxlint'), '--deny-warnings'],
      [tool('oxfmt', 'bin', 'oxfmt'), '--check', '.'],
      [script('check-directions.mjs')],
      [tool('knip', 'bin', 'knip.js')],
    ],
  },
  format: { steps: [[tool('oxfmt', 'bin', 'oxfmt'), '.']] },
  build: { pages: true, steps: [] },
  bench: { pages: false, steps: [[join(root, 'bench', 'main.ts'), ...rest]] },
}

const task = tasks[process.argv[2]]
if (!task) {
  process.stderr.write(`usage: task.mjs ${Object.keys(tasks).join(' | ')}\n`)
  process.exit(64)
}
ensureInstalled()
Object.assign(process.env, task.environment)
if (task.pages) ensurePagesBuilt()
for (const step of task.steps) {
  process.exitCode = await runUnderRuntime(step, { cwd: root })
  if (process.exitCode !== 0) break
}
