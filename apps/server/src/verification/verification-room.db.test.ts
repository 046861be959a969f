import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCertificate, parsePem } from '@yunqian/pki'
import { after, makeAuthority, type Authority } from '../../../../test/authority/authority.ts'
import { signContent, signPdf } from '../../../../test/authority/signing.ts'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { samplePdf } from '../../../../test/documents/samples.ts'
import {
  buildHttpApp,
  silentLog,
  systemRandom,
  type HttpApp,
  type Platform,
} from '../platform/index.ts'
import { createSealer } from '../platform/index.ts'
import { verificationRoom } from './verification-room.ts'
import { openPlatformThreads, type PlatformThreads } from '../roles/threads.ts'

let test: TestDatabase
let authority: Authority
let app: HttpApp
let threads: PlatformThreads
let key = 0

beforeAll(async () => {
  test = await createTestDatabase()
  authority = await makeAuthority('sm2-with-sm3')
  const clock = { now: () => after(11) }
  const sealer = createSealer(new Uint8Array(32))
  app = await buildHttpApp({
    db: test.db,
    clock,
    sealer,
    holder: 1,
    log: silentLog,
    publicUrl: 'http://localhost:1',
    version: '0.0.0',
    rateLimits: { publicPerMinute: 1000, personPerMinute: 1000, applicationPerMinute: 1000 },
    trustedProxies: [],
    authenticators: {},
  })
  const platform = { db: test.db, clock, random: systemRandom, sealer, log: silentLog } as Platform
  threads = openPlatformThreads()
  const trust = {
    root: authority.root.certificate.der,
    intermediates: [authority.issuing.certificate.der],
    crls: async () => [],
  }
  await verificationRoom(platform, trust, threads).routes?.(app)
})
afterAll(async () => {
  await threads.close()
  await app.server.close()
  await test.drop()
})

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const post = async (body: object) => {
  const reply = await app.server.inject({
    method: 'POST',
    url: '/v1/verifications',
    headers: { 'idempotency-key': `k${key++}` },
    payload: body,
  })
  return { status: reply.statusCode, body: reply.json() as Record<string, unknown> }
}

describe('POST /v1/verifications', () => {
  it('judges a PDF against the platform’s root', async () => {
    const signed = await signPdf(authority, await samplePdf())
    const { status, body } = await post({ content: base64(signed) })
    expect({ status, verdict: body['verdict'] }).toEqual({ status: 200, verdict: 'valid' })
    signed[800] = (signed[800] as number) ^ 1
    expect((await post({ content: base64(signed) })).body['verdict']).toBe('invalid')
  })

  it('takes detached content and a date', async () => {
    const content = new TextEncoder().encode('x')
    const cms = await signContent(authority, content)
    const asked = { content: base64(cms), detachedContent: base64(content) }
    expect((await post(asked)).body['verdict']).toBe('valid')
    const early = await post({ ...asked, at: after(5).toISOString() })
    expect(early.body['reason']).toBe('validity.after-validation-time')
  })

  it('answers rubbish with a report and malformed requests with a refusal', async () => {
    expect((await post({ content: base64(new Uint8Array(9)) })).body['verdict']).toBe('unreadable')
    expect((await post({})).status).toBe(400)
    expect((await post({ content: 'not base64!' })).status).toBe(400)
  })

  it('publishes what it trusts', async () => {
    const reply = await app.server.inject({ method: 'GET', url: '/v1/trust' })
    const body = reply.json() as { root: string; notice: { zh: string } }
    const der = parsePem(body.root)[0]?.der as Uint8Array
    expect(parseCertificate(der).der).toEqual(authority.root.certificate.der)
    expect(body.notice.zh).toContain('未认证')
  })
})
