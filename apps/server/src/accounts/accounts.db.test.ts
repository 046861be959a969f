import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { accountsAlone } from '../../../../test/platform/accounts-alone.ts'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { readConfig } from '../platform/config.ts'
import {
  buildHttpApp,
  createSealer,
  newId,
  openBlobFolder,
  openSignals,
  silentLog,
  systemRandom,
  type HttpApp,
  type Platform,
} from '../platform/index.ts'
import { accountsRoom, createDistrict, invite, personByIdNumber } from './index.ts'

const idNumber = '11010519491231002X'
const password = 'correct horse battery'
let test: TestDatabase
let platform: Platform
let app: HttpApp
let folder: string
let now: Date
const tenants: string[] = []
const logged: string[] = []

const newDistrict = async (name: string): Promise<{ tenantId: string; token: string }> => {
  const tenantId = newId(platform)
  tenants.push(tenantId)
  const { link } = await platform.db.tx({ tenantId }, async (tx) => {
    await createDistrict(platform, tx, { tenantId, name })
    return invite(platform, tx, tenantId, { role: 'district-admin' })
  })
  return { tenantId, token: link.split('/').at(-1) as string }
}
interface Session {
  cookie: string
  csrf: string
  setCookie: string
}
const call = (
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  body?: object,
  as?: Session,
) =>
  app.server.inject({
    method,
    url: `/console/api${url}`,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(as ? { cookie: as.cookie, 'x-csrf-token': as.csrf } : {}),
    },
    ...(body ? { payload: JSON.stringify(body) } : {}),
  })
const sessionOf = (response: Awaited<ReturnType<typeof call>>): Session => {
  const setCookie = String(response.headers['set-cookie'])
  return { cookie: setCookie.split(';')[0] ?? '', csrf: response.json().csrfToken, setCookie }
}
let logins = 0
const newAdmin = async (): Promise<Session & { login: string; tenantId: string }> => {
  const { tenantId, token } = await newDistrict('福田区')
  const login = `admin${++logins}`
  const accepted = await call('POST', `/invitations/${token}`, { login, password, name: '陈静怡' })
  expect(accepted.statusCode, accepted.body).toBe(201)
  return { ...sessionOf(accepted), login, tenantId }
}

beforeAll(async () => {
  test = await createTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'yunqian-accounts-'))
  const write = (fields: object, message: string): void =>
    void logged.push(JSON.stringify({ fields, message }))
  platform = {
    config: readConfig({ YUNQIAN_DATA: folder }),
    db: test.db,
    clock: { now: () => now },
    random: systemRandom,
    sealer: createSealer(systemRandom(32)),
    blobs: openBlobFolder(folder),
    signals: await openSignals({ url: test.appUrl, log: silentLog, random: systemRandom }),
    log: { debug: write, info: write, warn: write, error: write },
  }
})
afterAll(async () => {
  await platform.signals.close()
  await test.drop()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  now = new Date()
  const room = accountsRoom(platform, accountsAlone)
  app = await buildHttpApp({
    ...platform,
    holder: platform.signals.processId,
    publicUrl: platform.config.publicUrl,
    version: '0',
    rateLimits: { publicPerMinute: 1e5, personPerMinute: 1e5, applicationPerMinute: 1e5 },
    trustedProxies: [],
    authenticators: room.authenticators ?? {},
  })
  await room.routes?.(app)
})
afterEach(() => app.server.close())

describe('an invitation', () => {
  it('makes the first administrator once, with a session scripts cannot read', async () => {
    const { token } = await newDistrict('福田区')
    const seen = await call('GET', `/invitations/${token}`)
    expect(seen.json()).toMatchObject({ district: '福田区', roles: ['district-admin'] })
    const body = { login: 'first', password, name: '陈静怡' }
    const both = await Promise.all([
      call('POST', `/invitations/${token}`, body),
      call('POST', `/invitations/${token}`, { ...body, login: 'second' }),
    ])
    expect(both.map((answer) => answer.statusCode).sort()).toEqual([201, 404])
    const good = both.find((answer) => answer.statusCode === 201)!
    expect(sessionOf(good).setCookie).toMatch(/HttpOnly; SameSite=Strict/)
    const me = await call('GET', '/session', undefined, sessionOf(good))
    expect(me.json()).toMatchObject({ name: '陈静怡', roles: [{ role: 'district-admin' }] })
    const late = await call('POST', `/invitations/${token}`, { ...body, login: 'third' })
    expect(late.json().code).toBe('accounts.invitation-unknown')
  })

  it('refuses weak passwords, taken logins and its own expiry', async () => {
    const { login } = await newAdmin()
    const { token } = await newDistrict('南山区')
    const accept = (change: object) =>
      call('POST', `/invitations/${token}`, { login: 'other', password, name: '王', ...change })
    for (const weak of ['password1234', 'aaaaaaaaaaaa', '123456789012', 'other1234567'])
      expect((await accept({ password: weak })).json().code).toBe('accounts.password-weak')
    expect((await accept({ login })).json().code).toBe('accounts.login-taken')
    now = new Date(now.getTime() + 73 * 3_600_000)
    expect((await accept({})).json().code).toBe('accounts.invitation-unknown')
  })
})

describe('a session', () => {
  it('is opened by the password, alike refused for a wrong one and an unknown login', async () => {
    const { login } = await newAdmin()
    expect((await call('POST', '/session', { login, password })).statusCode).toBe(200)
    const wrong = await call('POST', '/session', { login, password: 'wrong wrong wrong' })
    const unknown = await call('POST', '/session', { login: 'nobody', password })
    expect(wrong.json().code).toBe('accounts.sign-in-failed')
    expect(unknown.json().code).toBe('accounts.sign-in-failed')
  })

  it('is withheld for a while after failures, also from the right password, and then given', async () => {
    const { login } = await newAdmin()
    for (let i = 0; i < 5; i++) await call('POST', '/session', { login, password: `wrong ${i}` })
    const blocked = await call('POST', '/session', { login, password })
    expect(blocked.json()).toMatchObject({ code: 'accounts.sign-in-throttled', retryable: true })
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(0)
    now = new Date(now.getTime() + 31_000)
    expect((await call('POST', '/session', { login, password })).statusCode).toBe(200)
  })

  it('ends by signing out, by time, and does nothing without the page’s token', async () => {
    const admin = await newAdmin()
    const forged = await call(
      'POST',
      '/centres',
      { code: 'A1', name: 'x' },
      { ...admin, csrf: 'no' },
    )
    expect(forged.json().code).toBe('platform.csrf')
    expect((await call('DELETE', '/session', undefined, admin)).statusCode).toBe(204)
    expect((await call('GET', '/session', undefined, admin)).statusCode).toBe(401)
    const other = await newAdmin()
    now = new Date(now.getTime() + 12 * 3_600_000 + 1)
    expect((await call('GET', '/session', undefined, other)).statusCode).toBe(401)
  })

  it('asks for a passkey with user verification and refuses an invented one', async () => {
    const admin = await newAdmin()
    const options = await call('POST', '/passkeys/begin', {}, admin)
    expect(options.json()).toMatchObject({
      rp: { id: 'localhost' },
      authenticatorSelection: { userVerification: 'required' },
    })
    const invented = await call('POST', '/passkeys', { id: 'AA', response: {} }, admin)
    expect(invented.json().code).toBe('accounts.passkey-invalid')
    expect((await call('POST', '/session/passkey/begin', {})).json().challenge).toBeTypeOf('string')
    const entry = await call('POST', '/session/passkey', { id: 'AA' })
    expect(entry.json().code).toBe('accounts.sign-in-failed')
  })
})

describe('centres and people', () => {
  const code = (): string => `C${++logins}`
  const person = { name: '李明', idNumber, mobile: '13812345678', role: 'doctor' as const }

  it('come and go in the console, and names of centres are unique everywhere', async () => {
    const [admin, elsewhere] = [await newAdmin(), await newAdmin()]
    const body = { code: code(), name: '莲花社康' }
    const added = await call('POST', '/centres', body, admin)
    expect(added.json()).toMatchObject({ ...body, state: 'open', doctors: 0 })
    const taken = await call('POST', '/centres', body, elsewhere)
    expect(taken.json().code).toBe('accounts.centre-code-taken')
    const at = `/centres/${added.json().centreId}`
    expect((await call('PATCH', at, { state: 'closed' }, admin)).json().state).toBe('closed')
    expect((await call('PATCH', at, { name: '莲花' }, elsewhere)).json().code).toBe(
      'accounts.centre-unknown',
    )
    const closed = { ...person, centreId: added.json().centreId }
    expect((await call('POST', '/people', closed, admin)).json().code).toBe(
      'accounts.centre-closed',
    )
    expect((await call('GET', '/centres', undefined, elsewhere)).json().centres).toEqual([])
  })

  it('keep ID numbers sealed, masked and findable', async () => {
    const admin = await newAdmin()
    const ask = (path: string, body?: object) => call(body ? 'POST' : 'GET', path, body, admin)
    const centre = (await ask('/centres', { code: code(), name: '莲花社康' })).json()
    const second = (await ask('/centres', { code: code(), name: '梅林社康' })).json()
    const bad = { ...person, centreId: centre.centreId, idNumber: '110105194912310021' }
    expect((await ask('/people', bad)).json().code).toBe('accounts.id-number-invalid')
    const registered = await ask('/people', { ...person, centreId: centre.centreId })
    expect(registered.json()).toMatchObject({
      name: '李明',
      idNumberMasked: '1101************2X',
      mobileMasked: '138****5678',
    })
    const again = await ask('/people', { ...person, centreId: centre.centreId })
    expect(again.json().code).toBe('accounts.person-exists')
    const joined = await ask('/people', { ...person, centreId: second.centreId })
    expect(joined.json().memberships).toHaveLength(2)
    for (const search of ['李', idNumber.toLowerCase(), '13812345678'])
      expect(
        (await ask(`/people?search=${encodeURIComponent(search)}`)).json().people,
      ).toHaveLength(1)
    expect((await ask('/people?search=%25')).json().people).toEqual([])
    const { tenantId } = admin
    const found = await platform.db.tx({ tenantId }, (tx) =>
      personByIdNumber(platform.sealer, tx, { tenantId, idNumber }),
    )
    expect(found?.mobile).toBe('13812345678')
    const dump = await test.owner.tx('no-tenant', (tx) => tx.query('select * from person'))
    const events = await test.owner.tx('no-tenant', (tx) =>
      tx.query<{ record: Buffer }>('select record from evidence_event'),
    )
    const everything =
      JSON.stringify(dump) + Buffer.concat(events.map((e) => e.record)).toString() + logged.join()
    expect(everything).not.toContain('110105194912')
    expect(everything).not.toContain('13812345678')
    expect(everything).not.toContain(password)
  })
})

describe('a program', () => {
  it('gets a key once, loses it by rotation and by revocation', async () => {
    const admin = await newAdmin()
    const centre = await call('POST', '/centres', { code: `P${++logins}`, name: '莲花' }, admin)
    const { centreId } = centre.json()
    const made = (await call('POST', '/applications', { name: 'HIS', centreId }, admin)).json()
    const listed = await call('GET', '/applications', undefined, admin)
    expect(listed.body).not.toContain(made.key)
    const room = accountsRoom(platform, accountsAlone)
    const enter = (key: string) =>
      room.authenticators!.application!({
        method: 'GET',
        path: '/v1/x',
        headers: { authorization: `Bearer ${key}` },
        rawBody: new Uint8Array(),
      })
    expect(await enter(made.key)).toMatchObject({ kind: 'application', centreId, name: 'HIS' })
    await expect(enter(`${made.key.slice(0, -2)}xx`)).rejects.toThrow('platform.unauthenticated')
    const at = `/applications/${made.application.applicationId}`
    const rotated = (await call('POST', `${at}/key`, {}, admin)).json()
    await expect(enter(made.key)).rejects.toThrow('platform.unauthenticated')
    await enter(rotated.key)
    expect((await call('DELETE', at, undefined, admin)).json().state).toBe('revoked')
    await expect(enter(rotated.key)).rejects.toThrow('platform.unauthenticated')
  })
})

describe('roles', () => {
  it('hold: a clerk of one centre neither administers nor registers elsewhere', async () => {
    const admin = await newAdmin()
    const make = async (): Promise<string> =>
      (await call('POST', '/centres', { code: `R${++logins}`, name: 'x' }, admin)).json().centreId
    const [own, other] = [await make(), await make()]
    const invited = await call(
      'POST',
      '/staff/invitations',
      { name: '赵', role: 'clerk', centreId: own },
      admin,
    )
    const token = invited.json().link.split('/').at(-1)
    const login = `clerk${++logins}`
    const clerk = sessionOf(
      await call('POST', `/invitations/${token}`, { login, password, name: '赵' }),
    )
    const refused = await call('POST', '/centres', { code: 'Z9', name: 'x' }, clerk)
    expect(refused.json().code).toBe('platform.forbidden')
    const person = { name: '李明', idNumber, mobile: '13812345678', role: 'doctor' }
    const there = await call('POST', '/people', { ...person, centreId: other }, clerk)
    expect(there.json().code).toBe('platform.forbidden')
    const here = await call('POST', '/people', { ...person, centreId: own }, clerk)
    expect(here.statusCode).toBe(201)
  })
})
