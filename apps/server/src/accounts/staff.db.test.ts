import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { accountsAlone } from '../../../../test/platform/accounts-alone.ts'
import {
  accept,
  call,
  hire,
  password,
  sessionOf,
  type Staff,
} from '../../../../test/platform/desk.ts'
import {
  createTestPlatform,
  foundDistrict,
  type TestPlatform,
} from '../../../../test/platform/test-platform.ts'
import type { HttpApp } from '../platform/index.ts'
import { accountsRoom } from './index.ts'

let platform: TestPlatform
let app: HttpApp
let tenantId: string
let centreId: string
let admin: Staff

beforeAll(async () => {
  platform = await createTestPlatform()
  app = await platform.mount([accountsRoom(platform, accountsAlone)])
})
afterAll(() => platform.close())
beforeEach(async () => {
  platform.time.reset()
  const district = await foundDistrict(platform, '莲花社康')
  tenantId = district.tenantId
  centreId = district.centres[0]!.centreId
  admin = await accept(app, district.token)
})

const idOf = async (staff: Staff): Promise<string> =>
  (await call(app, staff, 'GET', '/session')).json().staffId
const change = (id: string, body: object, as = admin) =>
  call(app, as, 'PATCH', `/staff/${id}`, body)
const signIn = (login: string, given = password, cookie?: string, ip = '203.0.113.9') =>
  app.server.inject({
    method: 'POST',
    url: '/console/api/session',
    remoteAddress: ip,
    headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
    payload: JSON.stringify({ login, password: given }),
  })

describe('an administrator', () => {
  it('cannot be the last to go, whichever way', async () => {
    const own = await idOf(admin)
    for (const body of [{ state: 'disabled' }, { roles: [{ role: 'auditor' }] }])
      expect((await change(own, body)).json().code).toBe('accounts.last-administrator')
    expect((await call(app, admin, 'GET', '/staff')).statusCode).toBe(200)
    const second = await hire(platform, app, tenantId, 'district-admin')
    expect((await change(own, { state: 'disabled' }, second)).statusCode).toBe(204)
    const left = await change(await idOf(second), { state: 'disabled' }, second)
    expect(left.json().code).toBe('accounts.last-administrator')
  })

  it('remains when two remove each other at the same moment', async () => {
    const second = await hire(platform, app, tenantId, 'district-admin')
    const [a, b] = [await idOf(admin), await idOf(second)]
    const both = await Promise.all([
      change(b, { state: 'disabled' }, admin),
      change(a, { state: 'disabled' }, second),
    ])
    expect(both.filter(({ statusCode }) => statusCode === 204)).toHaveLength(1)
    const staff = await Promise.all([admin, second].map((one) => call(app, one, 'GET', '/session')))
    expect(staff.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
  })

  it('serves the whole district, and gives roles of centres to others', async () => {
    const refused = { name: '某人', role: 'district-admin', centreId }
    const invited = await call(app, admin, 'POST', '/staff/invitations', refused)
    expect(invited.json().code).toBe('accounts.role-needs-district')
    const clerk = await hire(platform, app, tenantId, 'clerk', centreId)
    const id = await idOf(clerk)
    const roles = [{ role: 'auditor' }, { role: 'clerk', centreId }]
    expect((await change(id, { roles })).statusCode).toBe(204)
    expect((await call(app, clerk, 'GET', '/session')).json().roles).toMatchObject(roles)
    const unknown = [{ role: 'clerk', centreId: tenantId }]
    expect((await change(id, { roles: unknown })).json().code).toBe('accounts.centre-unknown')
    const district = await foundDistrict(platform)
    const stranger = await accept(app, district.token)
    expect((await change(id, { state: 'disabled' }, stranger)).json().code).toBe(
      'accounts.staff-unknown',
    )
  })
})

describe('a member of staff who is disabled', () => {
  it('is out at once, in every session, and comes back only with a new one', async () => {
    const clerk = await hire(platform, app, tenantId, 'clerk', centreId)
    const id = await idOf(clerk)
    await change(id, { state: 'disabled' })
    expect((await call(app, clerk, 'GET', '/session')).statusCode).toBe(401)
    expect((await signIn(clerk.login)).json().code).toBe('accounts.sign-in-failed')
    await change(id, { state: 'active' })
    expect((await call(app, clerk, 'GET', '/session')).statusCode).toBe(401)
    expect((await signIn(clerk.login)).statusCode).toBe(200)
  })
})

describe('an invitation', () => {
  it('is listed while it is open, and useless once withdrawn', async () => {
    const body = { name: '赵', role: 'clerk', centreId }
    const { link } = (await call(app, admin, 'POST', '/staff/invitations', body)).json()
    const listed = async () => (await call(app, admin, 'GET', '/staff')).json().invitations
    const [open] = await listed()
    expect(open).toMatchObject({ name: '赵', role: 'clerk', centreName: '莲花社康' })
    expect(JSON.stringify(open)).not.toContain(link.split('/').at(-1))
    const at = `/staff/invitations/${open.invitationId}`
    expect((await call(app, admin, 'DELETE', at)).statusCode).toBe(204)
    expect(await listed()).toEqual([])
    expect((await call(app, admin, 'DELETE', at)).json().code).toBe('accounts.invitation-unknown')
    await expect(accept(app, link.split('/').at(-1))).rejects.toThrow(/invitation-unknown/)
  })
})

describe('a password', () => {
  const changed = (as: Staff, current: string, next: string) =>
    call(app, as, 'POST', '/session/password', { current, password: next })

  it('is changed by who knows it, and every other session ends', async () => {
    const elsewhere = sessionOf(await signIn(admin.login))
    expect((await changed(admin, 'not this one', 'another good battery')).json().code).toBe(
      'accounts.sign-in-failed',
    )
    expect((await changed(admin, password, `${admin.login}123456789`)).json().code).toBe(
      'accounts.password-weak',
    )
    const done = await changed(admin, password, 'another good battery')
    expect(done.statusCode, done.body).toBe(200)
    const fresh = { ...admin, ...sessionOf(done) }
    expect((await call(app, fresh, 'GET', '/session')).statusCode).toBe(200)
    for (const old of [admin, { ...admin, ...elsewhere }])
      expect((await call(app, old, 'GET', '/session')).statusCode).toBe(401)
    expect((await signIn(admin.login)).json().code).toBe('accounts.sign-in-failed')
    expect((await signIn(admin.login, 'another good battery')).statusCode).toBe(200)
  })

  it('cannot be guessed from a stolen session either', async () => {
    for (let i = 0; i < 5; i++) await changed(admin, `guess number ${i}`, 'another good battery')
    const blocked = await changed(admin, password, 'another good battery')
    expect(blocked.json().code).toBe('accounts.sign-in-throttled')
  })
})

describe('failed sign-ins', () => {
  it('of strangers lock out strangers, not the browser that was signed in before', async () => {
    const known = admin.cookie
    for (let i = 0; i < 6; i++)
      await signIn(admin.login, `guess number ${i}`, undefined, `198.51.100.${i}`)
    const elsewhere = await signIn(admin.login, password)
    expect(elsewhere.json().code).toBe('accounts.sign-in-throttled')
    expect((await signIn(admin.login, password, known)).statusCode).toBe(200)
    // The holder's success does not free the strangers.
    expect((await signIn(admin.login, password)).json().code).toBe('accounts.sign-in-throttled')
  })

  it('in a known browser count for themselves, and its mark is good for its own login alone', async () => {
    const other = await hire(platform, app, tenantId, 'clerk', centreId)
    for (let i = 0; i < 5; i++)
      await signIn(admin.login, `guess number ${i}`, admin.cookie, `198.51.100.${i}`)
    const blocked = await signIn(admin.login, password, admin.cookie)
    expect(blocked.json().code).toBe('accounts.sign-in-throttled')
    // Another login's mark, or an altered one, is no mark.
    for (let i = 0; i < 5; i++)
      await signIn(admin.login, `guess number ${i}`, other.cookie, `192.0.2.${i}`)
    const borrowed = await signIn(admin.login, password, other.cookie)
    expect(borrowed.json().code).toBe('accounts.sign-in-throttled')
    const forged = other.cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    expect((await signIn(admin.login, password, forged)).json().code).toBe(
      'accounts.sign-in-throttled',
    )
  })

  it('from one address wait too, whatever logins they try', async () => {
    const hash = createHash('sm3').update('address:198.51.100.77').digest()
    await platform.db.tx('no-tenant', (tx) =>
      tx.execute('insert into sign_in_failure values ($1, 29, $2, $2)', [hash, platform.time.now]),
    )
    await signIn('nobody', 'x', undefined, '198.51.100.77')
    const blocked = await signIn(admin.login, password, undefined, '198.51.100.77')
    expect(blocked.json().code).toBe('accounts.sign-in-throttled')
    expect((await signIn(admin.login, password, undefined, '198.51.100.78')).statusCode).toBe(200)
  })
})

describe('a session', () => {
  it('is fresh at every sign-in, and over when nobody was at the desk for two hours', async () => {
    const first = sessionOf(await signIn(admin.login))
    const second = sessionOf(await signIn(admin.login))
    expect(second.cookie).not.toBe(first.cookie)
    expect(second.csrf).not.toBe(first.csrf)
    const as = { ...admin, ...second }
    for (let i = 0; i < 3; i++) {
      platform.time.pass(110 * 60_000)
      expect((await call(app, as, 'GET', '/session')).statusCode).toBe(200)
    }
    platform.time.pass(121 * 60_000)
    expect((await call(app, as, 'GET', '/session')).statusCode).toBe(401)
  })
})

describe('a reset link', () => {
  const made = async (id: string, as = admin) => call(app, as, 'POST', `/staff/${id}/reset`)
  const tokenOf = (answer: { json(): { link: string } }) => answer.json().link.split('/').at(-1)!
  const use = (token: string, given = 'another horse battery') =>
    call(app, undefined, 'POST', `/resets/${token}`, { password: given })
  const changes = async (staffId: string) =>
    platform.test.owner.tx('no-tenant', async (tx) => {
      const rows = await tx.query<{ record: Uint8Array }>(
        `select record from evidence_event where type = 'staff.changed'
           and subject @> jsonb_build_object('staffId', $1::text) order by at, event_id`,
        [staffId],
      )
      return rows.map(({ record }) => JSON.parse(new TextDecoder().decode(record)).data.change)
    })

  it('ends every session at once, gives a new password once, and takes the passkeys away', async () => {
    const clerk = await hire(platform, app, tenantId, 'clerk', centreId)
    const id = await idOf(clerk)
    await platform.db.tx({ tenantId }, (tx) =>
      tx.execute('insert into staff_passkey values ($1, $2, $3, $4, 0, $5, now())', [
        tenantId,
        createHash('sm3').update(id).digest(),
        id,
        new Uint8Array(1),
        [],
      ]),
    )
    const answer = await made(id)
    expect(answer.statusCode).toBe(201)
    expect((await call(app, clerk, 'GET', '/session')).statusCode).toBe(401)
    const token = tokenOf(answer)
    const looked = await call(app, undefined, 'GET', `/resets/${token}`)
    expect(looked.json()).toMatchObject({ login: clerk.login, name: '陈静怡' })
    expect((await use(token, 'password1234')).json().code).toBe('accounts.password-weak')
    const entered = await use(token)
    expect(entered.json()).toMatchObject({ staffId: id, passkeys: 0 })
    expect((await call(app, sessionOf(entered), 'GET', '/session')).statusCode).toBe(200)
    expect((await use(token)).json().code).toBe('accounts.reset-unknown')
    expect((await signIn(clerk.login)).statusCode).toBe(401)
    expect((await signIn(clerk.login, 'another horse battery')).statusCode).toBe(200)
    // Time stands still here, and with it the order of these.
    expect((await changes(id)).toSorted()).toEqual(['accepted', 'reset', 'reset-link'])
    expect(platform.logged.join()).not.toContain(token)
  })

  it('works for one of two that use it at the same moment', async () => {
    const id = await idOf(await hire(platform, app, tenantId, 'clerk', centreId))
    const token = tokenOf(await made(id))
    const both = await Promise.all([use(token), use(token)])
    expect(both.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 404])
  })

  it('is ended by a newer one, by its time, and by disabling', async () => {
    const id = await idOf(await hire(platform, app, tenantId, 'clerk', centreId))
    const first = tokenOf(await made(id))
    const second = tokenOf(await made(id))
    expect((await use(first)).json().code).toBe('accounts.reset-unknown')
    platform.time.pass(24 * 3_600_000)
    expect((await use(second)).json().code).toBe('accounts.reset-unknown')
    platform.time.reset()
    const third = tokenOf(await made(id))
    await change(id, { state: 'disabled' })
    expect((await use(third)).json().code).toBe('accounts.reset-unknown')
    expect((await made(id)).json().code).toBe('accounts.staff-unknown')
  })

  it('is made by administrators of the same district, and for nobody’s own account', async () => {
    const own = await idOf(admin)
    expect((await made(own)).json().code).toBe('platform.forbidden')
    const clerk = await hire(platform, app, tenantId, 'clerk', centreId)
    expect((await made(own, clerk)).json().code).toBe('platform.forbidden')
    const other = await foundDistrict(platform, '梅林社康')
    const stranger = await accept(app, other.token)
    expect((await made(own, stranger)).json().code).toBe('accounts.staff-unknown')
    expect((await call(app, admin, 'GET', '/session')).statusCode).toBe(200)
  })
})
