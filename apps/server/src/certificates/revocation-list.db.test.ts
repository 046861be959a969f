import { parseCertificate } from '@yunqian/pki'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hire } from '../../../../test/platform/desk.ts'
import {
  createCertifiedWorld,
  listed,
  type CertifiedWorld,
} from '../../../../test/platform/certified.ts'

let world: CertifiedWorld

beforeAll(async () => {
  world = await createCertifiedWorld()
})
afterAll(() => world.close())

const serialOf = (der: Uint8Array): string => parseCertificate(der).serialNumberHex

it('counts up, whoever asks and however many at once', async () => {
  const numbers: bigint[] = []
  for (let i = 0; i < 3; i++) {
    const { certificateId } = await world.newHolder()
    await world.change(certificateId, 'suspend')
    world.platform.time.pass(2000)
    const lists = await Promise.all([listed(world), listed(world), listed(world)])
    expect(new Set(lists.map(({ crlNumber }) => crlNumber)).size).toBe(1)
    numbers.push(lists[0].crlNumber!)
  }
  expect(numbers).toEqual([...numbers].sort((a, b) => Number(a - b)))
  expect(new Set(numbers).size).toBe(3)
})

it('is made anew at half its life, and names the next in time', async () => {
  const first = await listed(world)
  world.platform.time.pass(13 * 3_600_000)
  const second = await listed(world)
  expect(second.crlNumber! > first.crlNumber!).toBe(true)
  expect(second.nextUpdate!.getTime() - second.thisUpdate.getTime()).toBe(24 * 3_600_000)
  expect(second.thisUpdate.getTime()).toBeLessThan(first.nextUpdate!.getTime())
})

it('keeps an entry until one list beyond its certificate’s life has shown it', async () => {
  const { certificateId, der } = await world.newHolder()
  const { platform, app, tenantId } = world
  await world.change(certificateId, 'revoke', await hire(platform, app, tenantId, 'district-admin'))
  world.platform.time.pass(2000)
  expect((await listed(world)).entries.has(serialOf(der))).toBe(true)
  // Expired when the next list is made: shown once more, and then no longer.
  world.platform.time.pass(366 * 86_400_000)
  expect((await listed(world)).entries.has(serialOf(der))).toBe(true)
  world.platform.time.pass(13 * 3_600_000)
  expect((await listed(world)).entries.has(serialOf(der))).toBe(false)
})

it('carries ten thousand entries, and is not sent again to who has it', async () => {
  const { personId } = await world.newHolder()
  await world.platform.test.owner.tx('no-tenant', (tx) =>
    tx.execute(
      `insert into certificate (tenant_id, certificate_id, person_id, key_id, serial_number_hex, state, state_since,
         state_reason, revocation_reason, subject, issuer, not_before, not_after, created_at, der)
       select $1, gen_random_uuid(), $2, gen_random_uuid(), '40' || lpad(to_hex(n), 34, '0'), 'revoked', $3,
         'superseded', 'superseded', '', '', $3, $3::timestamptz + interval '1 year', $3, '\\x00'
       from generate_series(1, 10000) n`,
      [world.tenantId, personId, world.platform.time.now],
    ),
  )
  world.platform.time.pass(2000)
  const list = await listed(world)
  expect(list.entries.size).toBeGreaterThanOrEqual(10_000)
  expect(list.entries.get(`40${(10_000).toString(16).padStart(34, '0')}`)).toMatchObject({
    reason: 'superseded',
  })
  expect(list.der.length).toBeLessThan(700_000)
  const url = '/crl/issuing.crl'
  const { headers } = await world.app.server.inject({ method: 'GET', url })
  const again = await world.app.server.inject({
    method: 'GET',
    url,
    headers: { 'if-none-match': String(headers['etag']) },
  })
  expect(again.statusCode).toBe(304)
  expect(again.rawPayload.length).toBe(0)
})
