// Vitest's global setup: one embedded PostgreSQL for the run, migrated once, removed afterwards. With
// YUNQIAN_TEST_POSTGRES=/usr/lib/postgresql/15/bin the same suite runs on those binaries.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate, silentLog } from '@yunqian/server'
import { startEmbeddedPostgres } from '@yunqian/server/embedded-postgres'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { superuserUrl: string; ownerUrl: string; appUrl: string } | undefined
  }
}

const prefix = 'yunqian-test-postgres-'

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | void> {
  // Internal to vitest, and only a saving: without it every run starts a server.
  const { filenamePattern } = project.vitest as unknown as { filenamePattern?: string[] }
  const { testFiles } = await project.globTestFiles(filenamePattern)
  const wanted = testFiles.some((file) => /\.db\.test\.ts$|[\\/]test[\\/]/.test(file))
  if (!wanted) return project.provide('postgres', undefined)
  sweep()
  const folder = mkdtempSync(join(tmpdir(), prefix))
  const binaries = process.env['YUNQIAN_TEST_POSTGRES']
  const server = await startEmbeddedPostgres({
    folder,
    log: silentLog,
    ...(binaries ? { binaries } : {}),
  })
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ us: process.pid, server: server.pid }))
  await relax(server.superuserUrl)
  await migrate({ ownerUrl: server.ownerUrl, log: silentLog })
  const { superuserUrl, ownerUrl, appUrl } = server
  project.provide('postgres', { superuserUrl, ownerUrl, appUrl })
  return async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

// Tests of durability start their own server; for all others nothing outlives the run, so nothing is flushed.
async function relax(superuserUrl: string): Promise<void> {
  const client = new Client({ connectionString: superuserUrl })
  await client.connect()
  await client.query('alter system set fsync = off')
  await client.query('alter system set synchronous_commit = off')
  await client.query('alter system set full_page_writes = off')
  await client.query('select pg_reload_conf()')
  await client.end()
}

/** Stops servers of runs that were killed, so that no test leaves a process behind for long. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const note = join(tmpdir(), name, 'run.json')
    if (!name.startsWith(prefix) || !existsSync(note)) continue
    const { us, server } = JSON.parse(readFileSync(note, 'utf8')) as { us: number; server: number }
    if (signal(us, 0)) continue
    const theirs = join(tmpdir(), name, 'cluster', 'data')
    const command = `/proc/${server}/cmdline`
    if (existsSync(command) && readFileSync(command, 'utf8').includes(theirs))
      signal(server, 'SIGQUIT')
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

function signal(pid: number, what: 0 | 'SIGQUIT'): boolean {
  try {
    return process.kill(pid, what)
  } catch {
    return false
  }
}
