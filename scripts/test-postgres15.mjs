// Runs every test that needs a database on the binaries of Debian's PostgreSQL 15, the oldest we promise, instead of the
// packaged ones.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './prepare.mjs'
import { runUnderRuntime } from './run-under-runtime.mjs'

const bin = process.env.YUNQIAN_TEST_POSTGRES ?? '/usr/lib/postgresql/15/bin'
if (existsSync(join(bin, 'initdb'))) {
  const wanted = ['.db.test.ts', 'test/flows/database-restart']
  const filters = process.argv.length > 2 ? process.argv.slice(2) : wanted
  process.exitCode = await runUnderRuntime(
    [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...filters],
    { cwd: root, env: { YUNQIAN_TEST_POSTGRES: bin } },
  )
} else {
  process.stdout.write(
    `SKIPPED: the suite on PostgreSQL 15, because ${bin} holds no initdb (Debian 12: apt-get install postgresql)\n`,
  )
}
