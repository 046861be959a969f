// A whole platform on a data directory of its own, driven over HTTP as console, phone and clinic would.
import { createHash, randomUUID, webcrypto } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryKeyStore, memoryStorage, Phone, webCryptoDeviceKeys } from '@yunqian/client'
import {
  readConfig,
  startServer,
  systemRandom,
  usualFounding,
  type Log,
  type RunningServer,
} from '@yunqian/server'

export interface WholePlatform {
  readonly url: string
  readonly folder: string
  readonly server: RunningServer
  /** Everything that was logged, as one text. */
  logged(): string
  stop(): Promise<void>
  /** `meanwhile`: what happens to its folder while it is down. */
  restart(meanwhile?: () => void): Promise<WholePlatform>
}

export async function startPlatform(
  folder = mkdtempSync(join(tmpdir(), 'yunqian-flow-')),
  port?: number,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<WholePlatform> {
  const lines: string[] = []
  const write = (fields: object, message: string): void =>
    void lines.push(JSON.stringify({ ...fields, message }))
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const listening = port ?? (await freePort())
  const config = readConfig({}, { ...settings, dataFolder: folder, port: listening })
  const server = await startServer({ config, log, role: 'all', founding: usualFounding })
  return {
    url: config.publicUrl,
    folder,
    server,
    logged: () => lines.join('\n'),
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
    restart: async (meanwhile) => {
      await server.stop()
      meanwhile?.()
      return startPlatform(folder, listening, settings)
    },
  }
}

/** Calls the platform with JSON; throws with the problem when it refuses. */
export interface Caller {
  <T = Record<string, unknown>>(method: string, path: string, body?: object): Promise<T>
}

export function callerWith(url: string, headers: Record<string, string>): Caller {
  return async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const type = response.headers.get('content-type') ?? ''
    if (!response.ok)
      throw Object.assign(new Error(await response.clone().text()), await response.json())
    if (response.status === 204) return undefined as never
    return (type.includes('json') ? response.json() : response.bytes()) as never
  }
}

/** Accepts the first invitation and speaks as that administrator. */
export async function asAdministrator(platform: WholePlatform): Promise<Caller> {
  const token = platform.server.invitation?.link.split('/').at(-1)
  const response = await fetch(`${platform.url}/console/api/invitations/${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'admin', password: 'correct horse battery', name: '周敏' }),
  })
  const session = (await response.json()) as { csrfToken: string }
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  return callerWith(platform.url, { cookie, 'x-csrf-token': session.csrfToken })
}

/** A phone without a screen. */
export function newPhone(url: string, fetch = globalThis.fetch): Phone {
  return new Phone({
    fetch,
    storage: memoryStorage(),
    deviceKeys: webCryptoDeviceKeys(webcrypto.subtle as never, memoryKeyStore()),
    random: systemRandom,
    now: () => new Date(),
    sha256: async (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    baseUrl: url,
  })
}

/** The newest one-time code in the trial outbox. */
export async function newestCode(administrator: Caller): Promise<string> {
  const { messages } = await administrator<{ messages: { text: string }[] }>(
    'GET',
    '/console/api/trial-outbox',
  )
  return /\d{6}/.exec(messages[0]!.text)![0]
}

export const doctor = { name: '陈静怡', idNumber: '11010519491231002X', mobile: '13812345678' }
export const pin = '493817'

/** Registers the doctor, lets their phone apply and the clerk approve, and makes key and certificate. */
export async function enrol(
  platform: WholePlatform,
  administrator: Caller,
  who = doctor,
  fetch = globalThis.fetch,
): Promise<{ phone: Phone; personId: string }> {
  const { centres } = await administrator<{ centres: { centreId: string; code: string }[] }>(
    'GET',
    '/console/api/centres',
  )
  const centre = centres[0]!
  const { personId } = await administrator<{ personId: string }>('POST', '/console/api/people', {
    ...who,
    centreId: centre.centreId,
    role: 'doctor',
  })
  const phone = newPhone(platform.url, fetch)
  await phone.beginEnrollment({ centreCode: centre.code, ...who, deviceName: '测试手机' })
  const proofed = await phone.submitCode(await newestCode(administrator))
  await administrator('POST', `/console/api/enrollments/${proofed.enrollmentId}/approve`, {})
  await phone.createKey(pin)
  return { phone, personId }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
