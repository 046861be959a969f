import { request as httpRequest } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Type } from 'typebox'
import { Closed, endpoint, problems, type Problem } from '@yunqian/api'
import { createTestDatabase, type TestDatabase } from '../../../../../test/database.ts'
import { systemClock } from '../clock.ts'
import type { Database } from '../database.ts'
import type { Log } from '../log.ts'
import { systemRandom } from '../random.ts'
import { createSealer } from '../sealing.ts'
import { openSignals, type Signals } from '../signals/index.ts'
import { buildHttpApp, type HttpApp, type HttpAppOptions } from './app.ts'
import { HttpProblem } from './problem.ts'

const Echo = Closed({ word: Type.String({ maxLength: 20 }), times: Type.Optional(Type.Integer()) })
const summary = { zh: '试', en: 'Try' }
const echo = endpoint({
  operationId: 'echo',
  method: 'POST',
  path: '/v1/rooms/:room/echo',
  principal: 'public',
  summary,
  params: Closed({ room: Type.String() }),
  query: Closed({ loud: Type.Optional(Type.Boolean()) }),
  body: Echo,
  reply: Closed({ word: Type.String(), count: Type.Integer() }),
  status: 201,
})
const change = endpoint({
  operationId: 'change',
  method: 'POST',
  path: '/console/api/change',
  principal: 'staff',
  roles: ['clerk'],
  summary,
  body: Closed({}),
})
let test: TestDatabase
let signals: Signals
let app: HttpApp
let ran = 0
let act: () => Promise<void>
const intents: string[] = []
const logged: string[] = []
const write = (fields: object, message: string): void =>
  void logged.push(JSON.stringify({ ...fields, message }))
const log: Log = { debug: write, info: write, warn: write, error: write }

const build = async (changes: Partial<HttpAppOptions> = {}): Promise<HttpApp> => {
  const built = await buildHttpApp({
    db: test.db,
    clock: systemClock,
    sealer: createSealer(new Uint8Array(32)),
    holder: signals.processId,
    log,
    publicUrl: 'http://localhost:1',
    version: '0.0.0',
    rateLimits: { publicPerMinute: 1000, personPerMinute: 1000, applicationPerMinute: 1000 },
    trustedProxies: [],
    authenticators: {
      staff: async ({ headers }) => {
        if (headers.cookie !== 'yq_session=good') throw new HttpProblem('platform.unauthenticated')
        const roles = [{ role: 'clerk' as const }]
        const ids = { tenantId: 't', staffId: 's', sessionId: 'x' }
        return { kind: 'staff', ...ids, roles, csrfToken: 'c' }
      },
    },
    ...changes,
  })
  built.route(echo, async ({ body, intentId }) => {
    intents.push(intentId)
    await act()
    return { word: body.word, count: ++ran }
  })
  built.route(change, async () => undefined)
  return built
}
const post = (
  payload: unknown,
  key: string | undefined,
  path = '/v1/rooms/a/echo',
  headers: Record<string, string> = {},
) =>
  app.server.inject({
    method: 'POST',
    url: path,
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...headers,
    },
    payload:
      typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  })
const code = async (answer: ReturnType<typeof post>): Promise<string> => {
  const response = await answer
  const problem = response.json<Problem>()
  expect(response.headers['content-type']).toContain('application/problem+json')
  expect(response.statusCode).toBe(problems[problem.code].status)
  expect(problem.detail).toBe(problems[problem.code].zh)
  expect(problem.traceId).toMatch(/^[0-9a-f]{32}$/)
  return problem.code
}

beforeAll(async () => {
  test = await createTestDatabase()
  signals = await openSignals({ url: test.appUrl, log, random: systemRandom })
})
afterAll(async () => {
  await signals.close()
  await test.drop()
})
beforeEach(async () => {
  ran = 0
  act = async () => undefined
  logged.length = 0
  app = await build()
})
afterEach(() => app.server.close())

describe('an operation', () => {
  it('refuses with a code whatever does not fit', async () => {
    const big = JSON.stringify({ word: 'x'.repeat(1_100_000) })
    expect(await code(post('{"word":', 'k1'))).toBe('platform.body-malformed')
    expect(await code(post(Buffer.from('{"word":"\xff"}', 'latin1'), 'k1'))).toBe(
      'platform.body-malformed',
    )
    expect(await code(post('{"__proto__":{"word":"x"},"word":"x"}', 'k1'))).toBe(
      'platform.body-malformed',
    )
    expect(await code(post(big, 'k1'))).toBe('platform.body-too-large')
    expect(await code(post('', 'k1'))).toBe('platform.request-invalid')
    expect(await code(post({ word: 1 }, 'k1'))).toBe('platform.request-invalid')
    expect(await code(post({ word: 'a', other: 1 }, 'k1'))).toBe('platform.request-invalid')
    expect(await code(post({ word: 'a', times: '5' }, 'k1'))).toBe('platform.request-invalid')
    const path = '/v1/rooms/a/echo?loud=maybe'
    expect(await code(post({ word: 'a' }, 'k1', path))).toBe('platform.request-invalid')
    const asText = post('word=a', 'k1', undefined, { 'content-type': 'text/plain' })
    expect(await code(asText)).toBe('platform.media-type-unsupported')
    expect(await code(post({}, 'k1', '/v1/none'))).toBe('platform.not-found')
    const get = app.server.inject({ method: 'GET', url: '/v1/rooms/a/echo' })
    expect(await code(get)).toBe('platform.method-not-allowed')
    expect(ran).toBe(0)
  })

  it('names the place of an error and never the value', async () => {
    const response = await post({ word: '440301199001011234440301' }, 'k')
    expect(response.body).toContain('/word')
    expect(response.body).not.toContain('440301')
  })

  it('tells the trace id alone when something unforeseen happens, and logs no message', async () => {
    act = async () => {
      throw new Error('value 440301199001011234 is bad')
    }
    const response = await post({ word: 'a' }, 'k')
    expect(response.json()).toMatchObject({ status: 500, code: 'platform.internal' })
    expect(response.body + logged.join()).not.toContain('440301')
    expect(logged.join()).toContain(response.json<Problem>().traceId)
  })

  it('limits an address with a coded answer and Retry-After', async () => {
    const rateLimits = { publicPerMinute: 2, personPerMinute: 2, applicationPerMinute: 2 }
    app = await build({ rateLimits })
    await post({ word: 'a' }, 'r1')
    await post({ word: 'a' }, 'r2')
    const third = await post({ word: 'a' }, 'r3')
    expect(third.json()).toMatchObject({ code: 'platform.rate-limited', retryable: true })
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0)
  })

  it('describes itself in OpenAPI', async () => {
    const document = (await app.server.inject('/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    const described = document.paths['/v1/rooms/{room}/echo'].post
    expect(described.requestBody.content['application/json'].schema).toEqual(
      JSON.parse(JSON.stringify(Echo)),
    )
    expect(described.parameters.map((p: { name: string }) => p.name)).toEqual([
      'room',
      'loud',
      'Idempotency-Key',
    ])
  })
})

describe('a member of staff', () => {
  const at = '/console/api/change'
  it('needs a session, and the token of its page for any change', async () => {
    expect(await code(post({}, undefined, at))).toBe('platform.unauthenticated')
    const cookie = 'yq_session=good'
    expect(await code(post({}, undefined, at, { cookie }))).toBe('platform.csrf')
    expect(await code(post({}, undefined, at, { cookie, 'x-csrf-token': 'd' }))).toBe(
      'platform.csrf',
    )
    const good = await post({}, undefined, at, { cookie, 'x-csrf-token': 'c' })
    expect(good.statusCode).toBe(204)
  })
})

describe('an idempotency key', () => {
  it('is required', async () => {
    expect(await code(post({ word: 'a' }, undefined))).toBe('platform.idempotency-key-missing')
    expect(await code(post({ word: 'a' }, 'ä'))).toBe('platform.idempotency-key-missing')
    expect(await code(post({ word: 'a' }, 'x'.repeat(256)))).toBe(
      'platform.idempotency-key-missing',
    )
  })

  it('gives the same request the same answer, and another request a conflict', async () => {
    const first = await post({ word: 'a' }, 'same')
    const again = await post({ word: 'a' }, 'same')
    expect(again.statusCode).toBe(201)
    expect(again.body).toBe(first.body)
    expect(ran).toBe(1)
    expect(await code(post({ word: 'b' }, 'same'))).toBe('platform.idempotency-key-reused')
    const elsewhere = post({ word: 'a' }, 'same', '/v1/rooms/b/echo')
    expect(await code(elsewhere)).toBe('platform.idempotency-key-reused')
  })

  it('lets one of several at once through', async () => {
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    act = () => gate
    const all = Array.from({ length: 6 }, () => post({ word: 'a' }, 'many'))
    const refused = all.map(async (answer) => {
      const response = await answer
      if (response.statusCode !== 201) open()
      return response
    })
    const answers = await Promise.all(refused)
    const statuses = answers.map((answer) => answer.statusCode)
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(1)
    for (const answer of answers)
      if (answer.statusCode !== 201)
        expect(answer.json()).toMatchObject({
          code: 'platform.request-in-progress',
          retryable: true,
        })
    expect(ran).toBe(1)
  })

  it('keeps a final refusal, forgets a passing one and a failure of ours', async () => {
    act = async () => {
      throw new HttpProblem('accounts.centre-unknown')
    }
    expect(await code(post({ word: 'a' }, 'final'))).toBe('accounts.centre-unknown')
    act = async () => {
      throw new HttpProblem('signing.document-busy')
    }
    expect(await code(post({ word: 'a' }, 'passing'))).toBe('signing.document-busy')
    act = async () => {
      throw new Error('bug')
    }
    expect(await code(post({ word: 'a' }, 'failing'))).toBe('platform.internal')
    act = async () => undefined
    expect(await code(post({ word: 'a' }, 'final'))).toBe('accounts.centre-unknown')
    expect((await post({ word: 'a' }, 'passing')).statusCode).toBe(201)
    expect((await post({ word: 'a' }, 'failing')).statusCode).toBe(201)
  })

  it('carries out the same intent again when a commit may have stood though its answer was lost', async () => {
    act = async () => {
      throw Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' })
    }
    expect(await code(post({ word: 'a' }, 'unknown'))).toBe('platform.overloaded')
    act = async () => undefined
    expect((await post({ word: 'a' }, 'unknown')).statusCode).toBe(201)
    expect(intents.at(-1)).toBe(intents.at(-2))
    expect(await code(post({ word: 'b' }, 'unknown'))).toBe('platform.idempotency-key-reused')
  })

  it('runs the request again when the process that had it is dead, not while it lives', async () => {
    const other = await openSignals({ url: test.appUrl, log, random: systemRandom })
    const theirs = await build({ holder: other.processId })
    act = () => new Promise(() => undefined)
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'died' }
    const payload = JSON.stringify({ word: 'a' })
    void theirs.server
      .inject({ method: 'POST', url: '/v1/rooms/a/echo', headers, payload })
      .catch(() => undefined)
    for (;;) {
      const rows = await test.db.tx('no-tenant', (tx) =>
        tx.query('select 1 from idempotency_record where holder = $1', [other.processId]),
      )
      if (rows.length > 0) break
    }
    act = async () => undefined
    expect(await code(post({ word: 'a' }, 'died'))).toBe('platform.request-in-progress')
    await other.close()
    expect((await post({ word: 'a' }, 'died')).statusCode).toBe(201)
    // What the dead process may have created under its intent is found by the second run.
    expect(intents.at(-1)).toBe(intents.at(-2))
  })

  it('is free again when the answer to its own record was lost', async () => {
    let lost = 0
    const db: Database = {
      ...test.db,
      once: async (scope, sql, params) => {
        const rows = await test.db.once<never>(scope, sql, params)
        if (lost++ > 0 || !sql.includes('insert into idempotency_record')) return rows
        throw Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' })
      },
    }
    const unlucky = await build({ db })
    const ask = () =>
      unlucky.server.inject({
        method: 'POST',
        url: '/v1/rooms/a/echo',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'unlucky' },
        payload: JSON.stringify({ word: 'a' }),
      })
    expect((await ask()).json()).toMatchObject({ code: 'platform.overloaded', retryable: true })
    expect((await ask()).statusCode).toBe(201)
  })

  it('keeps an answer that the database could not take at once, and gives it meanwhile', async () => {
    let away = false
    const db: Database = {
      ...test.db,
      tx: (scope, work, options) =>
        away ? Promise.reject(new Error('away')) : test.db.tx(scope, work, options),
    }
    const moody = await build({ db })
    const ask = () =>
      moody.server.inject({
        method: 'POST',
        url: '/v1/rooms/a/echo',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'moody' },
        payload: JSON.stringify({ word: 'a' }),
      })
    act = async () => void (away = true)
    const first = await ask()
    expect(first.statusCode).toBe(201)
    away = false
    let again = await ask()
    for (; again.statusCode === 409; again = await ask())
      expect(again.json().code).toBe('platform.request-in-progress')
    expect(again.body).toBe(first.body)
    expect(ran).toBe(1)
  })

  it('keeps answers sealed', async () => {
    await post({ word: 'visible-word' }, 'sealed')
    const rows = await test.owner.tx('no-tenant', (tx) =>
      tx.query<{ answer_sealed: Buffer }>('select answer_sealed from idempotency_record'),
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const { answer_sealed } of rows)
      expect(answer_sealed?.toString('latin1') ?? '').not.toContain('visible-word')
  })
})

it('stops within seconds while a client keeps its connection open', async () => {
  const address = await app.server.listen({ port: 0, host: '127.0.0.1' })
  await new Promise<void>((resolve) => {
    const held = httpRequest(`${address}/openapi.json`, { headers: { connection: 'keep-alive' } })
    held.on('response', (response) => response.resume().on('end', resolve))
    held.on('error', () => undefined)
    held.end()
  })
  await app.server.close()
})
