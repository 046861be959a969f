// Two processes that answer and one that works, over one database, behind a balancer that knows nothing of sessions. In this
// test they share a heap, but nothing in it: each has its own connections, nonces and process number.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  readConfig,
  silentLog,
  startServer,
  usualFounding,
  type RunningServer,
  type ServerRole,
} from '@yunqian/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import {
  asAdministrator,
  callerWith,
  enrol,
  pin,
  type Caller,
  type WholePlatform,
} from './platform.ts'

const folder = mkdtempSync(join(tmpdir(), 'yunqian-flow-'))
const servers: RunningServer[] = []
let database: TestDatabase
let balancer: Server
let url: string
/** Which of the two a request goes to. */
let route: (path: string) => number = () => 0
/** Codes of what was refused at a path that ends so. */
const refused: string[] = []
let phone: Awaited<ReturnType<typeof enrol>>['phone']
let personId: string
let clinic: Caller
let documentId: string

beforeAll(async () => {
  database = await createTestDatabase()
  balancer = createServer((incoming, outgoing) => {
    const target = `${servers[route(incoming.url!)]!.address}${incoming.url}`
    const { method, headers } = incoming
    const onward = request(target, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const body = Buffer.concat(parts)
        if (answer.statusCode! >= 400) refused.push(JSON.parse(body.toString()).code)
        outgoing.end(body)
      })
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`
  for (const role of ['api', 'api', 'worker'] as const) servers.push(await start(role))
  const administrator = await asAdministrator({ url, server: servers[0]! } as WholePlatform)
  ;({ phone, personId } = await enrol({ url } as WholePlatform, administrator))
  clinic = callerWith(url, { authorization: `Bearer ${servers[0]!.clinicKey}` })
  ;({ documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
    title: '处方',
    documentType: 'prescription',
    mediaType: 'application/octet-stream',
    content: Buffer.from('阿莫西林').toString('base64'),
  }))
})
afterAll(async () => {
  for (const server of servers) await server.stop()
  balancer.close()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

function start(role: ServerRole): Promise<RunningServer> {
  const config = readConfig(
    {},
    {
      dataFolder: folder,
      port: 0,
      publicUrl: url,
      databaseUrl: database.appUrl,
      ownerDatabaseUrl: database.ownerUrl,
    },
  )
  return startServer({ config, log: silentLog, role, founding: usualFounding })
}

const newTask = async (): Promise<string> => {
  const asked = { documentId, form: 'cms', signer: { personId } }
  return (await clinic<{ signingTaskId: string }>('POST', '/v1/signing-tasks', asked)).signingTaskId
}
const triesLeft = async (): Promise<number | undefined> => (await phone.state()).key?.triesLeft
const isJoin = (path: string): boolean => path.endsWith('/join')

describe('two processes behind one address', () => {
  it('sign with requests going to whichever, so long as a session stays where it began', async () => {
    let turn = 0
    route = (path) => (path.includes('/signing-sessions') ? 1 : turn++ % 2)
    const { task } = await phone.sign(await phone.openTask(await newTask()), pin)
    expect(task.state).toBe('completed')
    expect(await triesLeft()).toBe(5)
  })

  it('wake at one what waits at the other', async () => {
    route = (path) => (path.startsWith('/v1/phone') ? 1 : 0)
    const before = await phone.tasks({})
    const waiting = phone.tasks({ wait: 20, since: before.version })
    const taskId = await newTask()
    const { tasks } = await waiting
    expect(tasks.map((task) => task.taskId)).toContain(taskId)
  })

  it('refuse a join at the wrong one as retryable; the try of a session that may still be joined stays owed', async () => {
    const opened = await phone.openTask(await newTask())
    refused.length = 0
    route = (path) => (isJoin(path) ? 1 : 0)
    const failed = await phone.sign(opened, pin).catch((error: unknown) => error)
    expect(refused).toContain('platform.overloaded')
    expect(failed).toMatchObject({ code: 'platform.overloaded', retryable: true })
    route = () => 0
    expect((await phone.sign(opened, pin)).task.state).toBe('completed')
    expect(await triesLeft()).toBe(4)
  })

  it('give tries back when the process that held the sessions is gone', async () => {
    const opened = await phone.openTask(await newTask())
    refused.length = 0
    const [first] = servers
    let gone: Promise<void> | undefined
    route = (path) => {
      if (!isJoin(path)) return gone ? 1 : 0
      return 1
    }
    const signing = phone
      .sign(opened, pin, (step) => {
        if (step === 'join') gone ??= first!.stop()
      })
      .catch((error: unknown) => error)
    await signing
    await gone
    expect(refused.some((code) => /overloaded|session-lost/.test(code))).toBe(true)
    route = () => 1
    expect(
      (await phone.sign(await phone.openTask(opened.detail.task.taskId), pin)).task.state,
    ).toBe('completed')
    // What both sessions of the first owed comes back as soon as the worker finds it gone.
    await expect.poll(triesLeft, { timeout: 60_000, interval: 500 }).toBe(5)
  })
})
