// The outbox against a real gateway: a small HTTP server that answers, refuses, is late, and dies.
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { runWaitingJobs, type MessageGateway, type Room } from '@yunqian/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { accountsAlone } from '../../../../test/platform/accounts-alone.ts'
import { accept, call, hire, type Staff } from '../../../../test/platform/desk.ts'
import {
  createTestPlatform,
  foundDistrict,
  type TestPlatform,
} from '../../../../test/platform/test-platform.ts'
import { accountsRoom } from '../accounts/index.ts'
import { openMessages } from './index.ts'

const mobile = '13800138000'
const code = '493027'
let platform: TestPlatform
let tenantId: string
let centreId: string
let otherCentreId: string
let app: Awaited<ReturnType<TestPlatform['mount']>>
let admin: Staff
let server: Server
let answer: (request: Arrived, response: ServerResponse) => void
const arrived: Arrived[] = []

interface Arrived {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

beforeAll(async () => {
  platform = await createTestPlatform()
  const district = await foundDistrict(platform, '莲花社康', '梅林社康')
  tenantId = district.tenantId
  ;[centreId, otherCentreId] = district.centres.map((one) => one.centreId) as [string, string]
  const accounts = accountsRoom(platform, accountsAlone)
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = { headers: request.headers, body: Buffer.concat(chunks).toString() }
      arrived.push(one)
      answer(one, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  app = await platform.mount([accounts, open().room])
  admin = await accept(app, district.token)
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await platform.close()
})
beforeEach(() => {
  arrived.length = 0
  platform.time.reset()
  answer = (_, response) => response.end('{}')
})
afterEach(async () => {
  await platform.db.tx({ tenantId }, async (tx) => {
    await tx.execute('delete from job')
    await tx.execute('delete from text_message')
  })
})

const gatewayUrl = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`
function open(settings: Partial<MessageGateway> = {}, db = platform.db) {
  const messageGateway: MessageGateway = {
    url: gatewayUrl(),
    body: { id: '{{id}}', to: ['+86{{mobile}}'], params: { code: '{{code}}', ttl: '{{minutes}}' } },
    headers: {},
    authentication: 'none',
    timeoutMs: 500,
    attempts: 4,
    ...settings,
  }
  const config = { ...platform.config, messageGateway }
  return openMessages({ ...platform, db, config }, fetch)
}
const send = (room = open(), at = centreId) =>
  platform.db.tx({ tenantId }, (tx) =>
    room.sender.send(tx, {
      tenantId,
      centreId: at,
      mobile,
      mobileMasked: '138****8000',
      text: `【云签】验证码 ${code}`,
      parts: { code, minutes: '10' },
      at: platform.time.now,
      expiresAt: new Date(platform.time.now.getTime() + 600_000),
    }),
  )
const work = async (room: Room = open().room): Promise<number> =>
  runWaitingJobs({ ...platform, holder: platform.signals.processId }, room.jobs!)
/** Until nothing waits any more, time passing. */
async function workItAll(room: Room = open().room): Promise<number> {
  let ran = 0
  for (let i = 0; i < 40; i++) {
    ran += await work(room)
    platform.time.pass(20_000)
  }
  return ran
}
const listed = async (as = admin) => (await call(app, as, 'GET', '/messages')).json().messages
const rows = (sql: string) =>
  platform.test.owner.tx('no-tenant', (tx) => tx.query<{ t: string }>(sql))

describe('a message', () => {
  it('is sent after the commit that asked for it, once, and then forgotten but for the fact', async () => {
    await send()
    expect(arrived).toEqual([])
    expect(await listed()).toMatchObject([{ state: 'waiting', attempts: 0 }])
    expect(await work()).toBe(1)
    expect(await work()).toBe(0)
    const [message] = await listed()
    expect(message).toMatchObject({ state: 'sent', attempts: 1, mobileMasked: '138****8000' })
    expect(arrived).toHaveLength(1)
    expect(JSON.parse(arrived[0]!.body)).toEqual({
      id: message.messageId,
      to: [`+86${mobile}`],
      params: { code, ttl: '10' },
    })
    expect(arrived[0]!.headers['idempotency-key']).toBe(message.messageId)
    expect(await rows('select 1 from text_message where content_sealed is not null')).toEqual([])
  })

  it('of a transaction that failed never goes out', async () => {
    const room = open()
    const failed = platform.db.tx({ tenantId }, async (tx) => {
      await room.sender.send(tx, {
        tenantId,
        centreId,
        mobile,
        mobileMasked: '',
        text: code,
        parts: { code, minutes: '10' },
        at: platform.time.now,
        expiresAt: new Date(platform.time.now.getTime() + 600_000),
      })
      throw new Error('undone')
    })
    await expect(failed).rejects.toThrow('undone')
    expect(await workItAll()).toBe(0)
    expect(arrived).toEqual([])
  })

  it.each([
    ['answers 500', (response: ServerResponse) => response.writeHead(500).end(), 'gateway-error'],
    ['answers 429', (response: ServerResponse) => response.writeHead(429).end(), 'rate-limited'],
    ['does not answer', () => undefined, 'timed-out'],
    ['dies in the middle', (response: ServerResponse) => response.destroy(), 'unreachable'],
    [
      'dies in the middle of its answer',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '100' }).write('{')
        setTimeout(() => response.destroy(), 20)
      },
      'unreachable',
    ],
  ])(
    'is tried again while the gateway %s, and sent when it has come to itself',
    async (_, fail, failure) => {
      let bad = 2
      answer = (_request, response) => void (bad-- > 0 ? fail(response) : response.end('{}'))
      await send()
      await work()
      expect(await listed()).toMatchObject([{ state: 'waiting', attempts: 1, failure }])
      // Not at once again.
      expect(await work()).toBe(0)
      await workItAll()
      expect(await listed()).toMatchObject([{ state: 'sent', attempts: 3 }])
      const ids = arrived.map(({ headers }) => headers['idempotency-key'])
      expect(new Set(ids).size).toBe(1)
    },
  )

  it('is given up after so many attempts, and says why', async () => {
    answer = (_, response) => response.writeHead(503).end()
    await send()
    await workItAll()
    expect(arrived).toHaveLength(4)
    expect(await listed()).toMatchObject([
      { state: 'failed', failure: 'gateway-error', attempts: 4 },
    ])
    expect(await rows('select 1 from job')).toEqual([])
  })

  it('is given up at once when the gateway will never take it', async () => {
    answer = (_, response) => response.writeHead(400).end()
    await send()
    await workItAll()
    expect(arrived).toHaveLength(1)
    expect(await listed()).toMatchObject([{ state: 'failed', failure: 'refused' }])
  })

  it('follows no redirect: it would carry the code elsewhere', async () => {
    answer = (_, response) => response.writeHead(307, { location: gatewayUrl() }).end()
    await send()
    await workItAll()
    expect(arrived).toHaveLength(1)
    expect(await listed()).toMatchObject([{ state: 'failed', failure: 'refused' }])
  })

  it('waits as long as the gateway asks, and not beyond its own use', async () => {
    answer = (_, response) => response.writeHead(429, { 'retry-after': '120' }).end()
    await send()
    await work()
    platform.time.pass(119_000)
    expect(await work()).toBe(0)
    platform.time.pass(2_000)
    answer = (_, response) => response.writeHead(429, { 'retry-after': '3600' }).end()
    expect(await work()).toBe(1)
    expect(await listed()).toMatchObject([{ state: 'failed', failure: 'rate-limited' }])
  })

  it('is not sent when its time is over, whoever was to send it', async () => {
    await send()
    platform.time.pass(600_000)
    await open().room.periodic![0]!.run()
    expect(await listed()).toMatchObject([{ state: 'failed', failure: 'expired', attempts: 0 }])
    await workItAll()
    expect(arrived).toEqual([])
  })

  it('goes out again under its own id when we died between the answer and our commit', async () => {
    await send()
    // The gateway takes it, and the commit that would write that down never comes.
    let commits = 0
    const dying = {
      ...platform.db,
      tx: ((scope, work, options) =>
        ++commits > 1
          ? new Promise(() => undefined)
          : platform.db.tx(scope, work, options)) as typeof platform.db.tx,
    }
    const room = open({}, dying).room
    void runWaitingJobs({ ...platform, holder: 4242 }, room.jobs!)
    await expect.poll(() => arrived.length).toBe(1)
    expect(await listed()).toMatchObject([{ state: 'waiting', attempts: 1 }])
    expect(await work()).toBe(1)
    expect(await work()).toBe(0)
    expect(await listed()).toMatchObject([{ state: 'sent', attempts: 2 }])
    const [first, second] = arrived.map(({ headers }) => headers['idempotency-key'])
    expect(second).toBe(first)
  })

  it('counts an attempt before the call, so that dying in it ends as well', async () => {
    await send()
    await platform.db.tx({ tenantId }, (tx) => tx.execute('update text_message set attempts = 4'))
    await workItAll()
    expect(arrived).toEqual([])
    expect(await listed()).toMatchObject([{ state: 'failed', failure: 'expired' }])
  })

  it('is not sent where the gateway says no with status 200', async () => {
    const accepted = { member: 'code', equals: 'OK' } as const
    answer = (_, response) => response.end(JSON.stringify({ code: 'LIMIT' }))
    const room = open({ accepted }).room
    await send()
    await work(room)
    expect(await listed()).toMatchObject([{ state: 'waiting', failure: 'not-accepted' }])
    answer = (_, response) => response.end(JSON.stringify({ code: 'OK' }))
    platform.time.pass(10_000)
    await work(room)
    expect(await listed()).toMatchObject([{ state: 'sent' }])
  })
})

describe('a call of the gateway', () => {
  it('is signed with the secret of a file, or bears it', async () => {
    const secretFile = join(platform.folder, 'gateway.secret')
    writeFileSync(secretFile, 'a secret\n', { mode: 0o600 })
    await send()
    await work(open({ authentication: 'hmac-sha256', secretFile }).room)
    const [{ headers, body }] = arrived as [Arrived]
    const text = `${String(headers['x-timestamp'])}\n${String(headers['idempotency-key'])}\n${body}`
    const mac = createHmac('sha256', 'a secret').update(text).digest('base64')
    expect(headers['x-signature']).toBe(mac)
    await send()
    await work(open({ authentication: 'bearer', secretFile }).room)
    expect(arrived[1]!.headers.authorization).toBe('Bearer a secret')
  })

  it('is not begun with a secret that others may read', () => {
    const secretFile = join(platform.folder, 'open.secret')
    writeFileSync(secretFile, 'a secret\n', { mode: 0o644 })
    expect(() => open({ authentication: 'bearer', secretFile })).toThrow(/others may read it/)
  })
})

describe('with a gateway', () => {
  it('no code is shown to anybody, kept in the clear, or logged', async () => {
    answer = (_, response) => response.writeHead(500).end(code)
    await send()
    await work()
    await platform.db.tx({ tenantId }, (tx) =>
      openMessages(platform, fetch).sender.send(tx, {
        tenantId,
        centreId,
        mobile,
        mobileMasked: '138****8000',
        text: code,
        parts: { code, minutes: '10' },
        at: platform.time.now,
        expiresAt: platform.time.now,
      }),
    )
    const outbox = await call(app, admin, 'GET', '/trial-outbox')
    expect(outbox.json()).toEqual({ enabled: false, messages: [] })
    const shown = (await call(app, admin, 'GET', '/messages')).body
    const kept = await rows(
      'select m::text as t from text_message m union all select j::text from job j',
    )
    const everything = [shown, ...kept.map(({ t }) => t), ...platform.logged].join('\n')
    expect(everything).not.toContain(code)
    expect(everything).not.toContain(mobile)
    await open().room.periodic![0]!.run()
    expect(await rows('select 1 from trial_message')).toEqual([])
  })

  it('each centre sees the delivery of its own messages', async () => {
    await send()
    await send(open(), otherCentreId)
    const clerk = await hire(platform, app, tenantId, 'clerk', otherCentreId)
    expect(await listed(clerk)).toMatchObject([{ centreName: '梅林社康' }])
    expect(await listed()).toHaveLength(2)
  })
})
