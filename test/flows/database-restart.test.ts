// A PostgreSQL of the house restarts under the running service, as it does at every upgrade: meanwhile every caller is told
// by code to try again, afterwards everything goes on, signatures under way included, and nothing is lost.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { parseCertificate, parsePem } from '@yunqian/pki'
import { auditPlatform, readConfig, silentLog } from '@yunqian/server'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@yunqian/server/embedded-postgres'
import { verifyAny } from '@yunqian/verify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  asAdministrator,
  callerWith,
  enrol,
  pin,
  startPlatform,
  type Caller,
  type WholePlatform,
} from './platform.ts'

const record = readFileSync(
  fileURLToPath(new URL('../../apps/cli/assets/outpatient-record.pdf', import.meta.url)),
)
const binaries = process.env['YUNQIAN_TEST_POSTGRES']
let place: string
let postgres: EmbeddedPostgres
let platform: WholePlatform
let administrator: Caller
let clinic: Caller
let settings: { databaseUrl: string; ownerDatabaseUrl: string }

const startPostgres = (port?: number): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({
    folder: join(place, 'postgres'),
    log: silentLog,
    ...(port === undefined ? {} : { port }),
    ...(binaries === undefined ? {} : { binaries }),
  })

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'yunqian-restart-'))
  postgres = await startPostgres()
  settings = { databaseUrl: postgres.appUrl, ownerDatabaseUrl: postgres.ownerUrl }
  platform = await startPlatform(join(place, 'data'), undefined, settings)
  administrator = await asAdministrator(platform)
  clinic = callerWith(platform.url, { authorization: `Bearer ${platform.server.clinicKey}` })
})
afterAll(async () => {
  await platform.stop()
  await postgres.stop()
  rmSync(place, { recursive: true, force: true })
})

const poolSize = 16
/** How many connections the service has to its database. */
async function connections(): Promise<number> {
  const client = new Client({ connectionString: postgres.superuserUrl })
  await client.connect()
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where usename = 'yunqian_app'`,
  )
  await client.end()
  return rows[0]!.count
}

const away = { code: 'platform.overloaded', status: 503, retryable: true }
const ready = async (): Promise<number> => (await fetch(`${platform.url}/readyz`)).status

it('restarts between and during the steps of a signature, and everything goes on', async () => {
  let before: (path: string) => Promise<void> = async () => undefined
  // The phone's line to the platform, with something happening before a request of it.
  const line: typeof fetch = async (address, request) => {
    await before(String(address))
    return fetch(address, request)
  }
  const { phone, personId } = await enrol(platform, administrator, undefined, line)
  const document = {
    title: '门诊病历',
    documentType: 'outpatient-record',
    mediaType: 'application/pdf',
    content: record.toString('base64'),
  }
  const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', document)
  const { port } = postgres

  // 1. Away: told by code, on every face, and no worse for it.
  await postgres.stop()
  await expect(clinic('POST', '/v1/documents', document)).rejects.toMatchObject(away)
  await expect(clinic('GET', `/v1/documents/${documentId}`)).rejects.toMatchObject(away)
  await expect(administrator('GET', '/console/api/people')).rejects.toMatchObject(away)
  await expect(phone.state()).rejects.toMatchObject({ code: 'platform.overloaded' })
  expect(await ready()).toBe(503)
  postgres = await startPostgres(port)
  expect(await ready()).toBe(200)

  // 2. Restarted before every step that the phone takes while it signs; its nonces outlive that, in both memories.
  const task = await clinic<{ signingTaskId: string; qr: string }>('POST', '/v1/signing-tasks', {
    documentId,
    form: 'pdf',
    signer: { personId },
  })
  const waiting = clinic<{ state: string }>(
    'GET',
    `/v1/signing-tasks/${task.signingTaskId}?wait=25&state=waiting`,
  ).catch((error: unknown) => error)
  let restarts = 0
  before = async (address) => {
    if (!address.includes('/signing-sessions')) return
    restarts++
    await postgres.stop()
    postgres = await startPostgres(port)
  }
  const { taskId } = await phone.scan(task.qr)
  const signed = await phone.sign(await phone.openTask(taskId), pin)
  expect(restarts).toBeGreaterThanOrEqual(3)
  expect(['signed', 'completed']).toContain(signed.task.state)
  await waiting

  // 3. Told signed is signed: it completes by itself, no try is missing, and nothing was done twice.
  const path = `/v1/signing-tasks/${task.signingTaskId}?wait=25&state=signed`
  expect(await clinic('GET', path)).toMatchObject({ state: 'completed' })
  expect((await phone.state()).key?.triesLeft).toBe(5)
  const bytes = await clinic<Uint8Array>('GET', `/v1/documents/${documentId}/content`)
  const { root } = await clinic<{ root: string }>('GET', '/v1/trust')
  const trustAnchors = parsePem(root).map(({ der }) => parseCertificate(der))
  expect(verifyAny(bytes, { trustAnchors, now: new Date() }).verdict).toBe('valid')
  const config = readConfig({}, { ...settings, dataFolder: join(place, 'data') })
  expect((await auditPlatform(config, silentLog, trustAnchors)).findings).toEqual([])

  // 4. Whoever waits for a change hears of it again: the listening connection is back.
  const login = await clinic<{ loginRequestId: string; qr: string }>('POST', '/v1/login-requests', {
    workstation: '诊室 1',
  })
  const scanned = clinic('GET', `/v1/login-requests/${login.loginRequestId}?wait=25&state=waiting`)
  await phone.scan(login.qr)
  expect(await scanned).toMatchObject({ state: 'scanned' })
  // One line for each process, not one for each time it was lost.
  expect(await connections()).toBeLessThanOrEqual(1 + poolSize)
}, 180_000)
