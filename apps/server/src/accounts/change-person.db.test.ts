import { afterAll, beforeAll, expect, it } from 'vitest'
import { accountsAlone } from '../../../../test/platform/accounts-alone.ts'
import { accept, call, hire, type Staff } from '../../../../test/platform/desk.ts'
import {
  createTestPlatform,
  foundDistrict,
  type TestPlatform,
} from '../../../../test/platform/test-platform.ts'
import type { HttpApp } from '../platform/index.ts'
import { accountsRoom, personById } from './index.ts'

const doctor = { name: '李明', idNumber: '11010519491231002X', mobile: '13812345678' }
let platform: TestPlatform
let app: HttpApp
let tenantId: string
let here: string
let there: string
let admin: Staff
let clerk: Staff
let personId: string

const register = (as: Staff, centreId: string) =>
  call(app, as, 'POST', '/people', { ...doctor, centreId, role: 'doctor' })
const change = (as: Staff, body: object) => call(app, as, 'PATCH', `/people/${personId}`, body)
const onRecord = () =>
  platform.db.tx({ tenantId }, (tx) => personById(platform.sealer, tx, { tenantId, personId }))

beforeAll(async () => {
  platform = await createTestPlatform()
  app = await platform.mount([accountsRoom(platform, accountsAlone)])
  const district = await foundDistrict(platform, '莲花社康', '梅林社康')
  tenantId = district.tenantId
  ;[here, there] = district.centres.map(({ centreId }) => centreId) as [string, string]
  admin = await accept(app, district.token)
  clerk = await hire(platform, app, tenantId, 'clerk', here)
  personId = (await register(admin, there)).json().personId
})
afterAll(() => platform.close())

it('is refused to a clerk who registered somebody of another centre, and left to the district', async () => {
  expect((await register(clerk, here)).json()).toMatchObject({ personId })
  for (const body of [{ mobile: '13911112222' }, { name: '李鸣' }]) {
    const refused = await change(clerk, body)
    expect(refused.statusCode).toBe(403)
    expect(refused.json().code).toBe('accounts.person-needs-district')
  }
  expect(await onRecord()).toMatchObject({ name: '李明', mobileMasked: '138****5678' })
  const changed = await change(admin, { mobile: '13911112222' })
  expect(changed.json()).toMatchObject({ mobileMasked: '139****2222' })
})

it('is refused until no other centre is left: a clerk of both may, an auditor of the other may not', async () => {
  const both = await hire(platform, app, tenantId, 'clerk', here)
  const { staffId } = (await call(app, both, 'GET', '/session')).json()
  const roles = (role: string) => [
    { role: 'clerk', centreId: here },
    { role, centreId: there },
  ]
  await call(app, admin, 'PATCH', `/staff/${staffId}`, { roles: roles('auditor') })
  expect((await change(both, { mobile: '13911113333' })).json().code).toBe(
    'accounts.person-needs-district',
  )
  await call(app, admin, 'PATCH', `/staff/${staffId}`, { roles: roles('clerk') })
  expect((await change(both, { mobile: '13911113333' })).statusCode).toBe(200)
  const end = `/people/${personId}/memberships/${there}/end`
  expect((await call(app, admin, 'POST', end, { reason: '调动' })).statusCode).toBeLessThan(300)
  expect((await change(clerk, { mobile: '13911114444' })).statusCode).toBe(200)
  expect(await onRecord()).toMatchObject({ mobileMasked: '139****4444' })
})
