import { revocationReasons } from '@yunqian/api'
import { parseCertificate } from '@yunqian/pki'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createCertifiedWorld,
  listed,
  ocspStatus,
  type CertifiedWorld,
} from '../../../../test/platform/certified.ts'
import { hire } from '../../../../test/platform/desk.ts'
import { issuePersonCertificate } from '../issuance/index.ts'
import { keyById, keySecrets } from '../keys/two-party/index.ts'
import { certificatesAudit } from './index.ts'
import { certificatesOf } from './store.ts'

let world: CertifiedWorld

beforeAll(async () => {
  world = await createCertifiedWorld()
})
afterAll(() => world.close())
beforeEach(() => world.platform.time.reset())

const history = async (certificateId: string, as = world.admin) =>
  (await world.desk(as, 'GET', `/certificates/${certificateId}/history`)).json()
const findings = async (): Promise<string[]> => {
  const { db, clock } = world.platform
  const found = await certificatesAudit({ db, clock }).audit(world.tenantId)
  return [...new Set(found.map(({ code }) => code))].sort()
}
const ofPerson = (personId: string) =>
  world.platform.db.tx({ tenantId: world.tenantId }, (tx) =>
    certificatesOf(tx, { tenantId: world.tenantId, personId, now: world.platform.clock.now() }),
  )

describe('the history of a certificate', () => {
  it('names every change, by whom, when and why, to staff and to the holder', async () => {
    const holder = await world.newHolder()
    const { certificateId } = holder
    await world.asPhone(holder, 'POST', '/v1/phone/certificate/report-loss', {})
    world.platform.time.pass(60_000)
    await world.change(certificateId, 'resume')
    world.platform.time.pass(60_000)
    await world.change(certificateId, 'revoke')
    const { changes } = await history(certificateId)
    expect(changes).toMatchObject([
      { change: 'issued', by: { kind: 'system' } },
      { change: 'suspended', by: { kind: 'holder', name: '手机' }, reason: 'loss-reported' },
      { change: 'resumed', by: { kind: 'staff', name: '陈静怡' }, reason: '手机遗失' },
      { change: 'revoked', by: { kind: 'staff', name: '陈静怡' }, reason: '手机遗失' },
    ])
    expect(changes.map(({ at }: { at: string }) => at)).toEqual(
      changes.map(({ at }: { at: string }) => at).toSorted(),
    )
    const own = await world.asPhone(holder, 'GET', '/v1/phone/certificates')
    expect(own.json().certificates).toMatchObject([
      {
        certificate: { certificateId, state: 'revoked', revocationReason: 'unspecified' },
        changes,
      },
    ])
    const stranger = await world.newHolder()
    const theirs = await world.asPhone(stranger, 'GET', '/v1/phone/certificates')
    expect(theirs.body).not.toContain(certificateId)
    const { platform, app, tenantId, otherCentreId } = world
    const elsewhere = await hire(platform, app, tenantId, 'clerk', otherCentreId)
    expect((await history(certificateId, elsewhere)).code).toBe('certificates.unknown')
  })

  it('gives the reason that staff chose to list, OCSP, event and views; unspecified when none', async () => {
    for (const reason of revocationReasons) {
      const { certificateId, der } = await world.newHolder()
      const body = { reason: '手机被盗', revocationReason: reason }
      const url = `/certificates/${certificateId}/revoke`
      const answer = await world.desk(world.admin, 'POST', url, body)
      expect(answer.json()).toMatchObject({ state: 'revoked', revocationReason: reason })
      const single = await ocspStatus(world, der)
      expect(single.status).toBe('revoked')
      // Unspecified is said by leaving it out (RFC 5280 §5.3.1).
      expect(single.reason ?? 'unspecified').toBe(reason)
      world.platform.time.pass(1000)
      const { serialNumberHex } = parseCertificate(der)
      const entry = (await listed(world)).entries.get(serialNumberHex)!
      expect(entry.reason ?? 'unspecified').toBe(reason)
    }
    const { certificateId } = await world.newHolder()
    const unknown = { reason: '手机被盗', revocationReason: 'certificateHold' }
    const url = `/certificates/${certificateId}/revoke`
    expect((await world.desk(world.admin, 'POST', url, unknown)).statusCode).toBe(400)
    expect((await world.change(certificateId, 'revoke')).json()).toMatchObject({
      revocationReason: 'unspecified',
    })
    expect(await findings()).toEqual([])
  })

  it('is written once and never again by the service', async () => {
    await world.newHolder()
    for (const sql of [
      `update certificate_change set reason = 'x'`,
      'delete from certificate_change',
      'truncate certificate_change',
    ]) {
      const tried = world.platform.db.tx({ tenantId: world.tenantId }, (tx) => tx.execute(sql))
      await expect(tried).rejects.toMatchObject({ code: '42501' })
    }
  })
})

describe('a newer certificate', () => {
  it('ends the older one and its key in the commit that issues it, and CRL and OCSP say superseded', async () => {
    const older = await world.newHolder()
    world.platform.time.pass(1000)
    const newer = await world.certify(older.personId)
    expect(await ofPerson(older.personId)).toMatchObject([
      { certificateId: newer.certificateId, state: 'valid' },
      { certificateId: older.certificateId, state: 'revoked', revocationReason: 'superseded' },
    ])
    const { changes } = await history(older.certificateId)
    expect(changes.at(-1)).toMatchObject({ change: 'superseded', by: { kind: 'system' } })
    expect(await ocspStatus(world, older.der)).toMatchObject({
      status: 'revoked',
      reason: 'superseded',
    })
    expect(await ocspStatus(world, newer.der)).toMatchObject({ status: 'good' })
    const { entries } = await listed(world)
    const serial = (der: Uint8Array): string => parseCertificate(der).serialNumberHex
    expect(entries.get(serial(older.der))).toMatchObject({ reason: 'superseded' })
    expect(entries.has(serial(newer.der))).toBe(false)
    const { tenantId } = world
    const { keyId } = older
    await world.platform.db.tx({ tenantId }, async (tx) => {
      expect((await keyById(tx, { tenantId, keyId }))?.state).toBe('destroyed')
      expect(await keySecrets(tx, world.platform.sealer, { tenantId, keyId })).toBeUndefined()
      expect((await keyById(tx, { tenantId, keyId: newer.keyId }))?.state).toBe('active')
    })
    const gone = await world.change(older.certificateId, 'resume')
    expect(gone.json().code).toBe('certificates.wrong-state')
  })

  it('leaves exactly one in use when several are issued for one person at the same moment', async () => {
    const personId = await world.newPerson()
    const made = await Promise.all(Array.from({ length: 4 }, () => world.newKey(personId)))
    await Promise.all(
      made.map(({ request }) => issuePersonCertificate(world.issuanceDeps(), request)),
    )
    const states = (await ofPerson(personId)).map(({ state }) => state)
    expect(states).toEqual(['valid', 'revoked', 'revoked', 'revoked'])
    expect(await findings()).toEqual([])
  })

  it('ends a suspended one too, and leaves what was revoked or has expired as it was', async () => {
    const personId = await world.newPerson()
    const first = await world.certify(personId)
    await world.change(first.certificateId, 'revoke')
    const second = await world.certify(personId)
    await world.change(second.certificateId, 'suspend')
    await world.certify(personId)
    world.platform.time.pass(366 * 86_400_000)
    await world.certify(personId)
    expect((await ofPerson(personId)).map(({ revocationReason }) => revocationReason)).toEqual([
      undefined,
      undefined,
      'superseded',
      'unspecified',
    ])
  })

  it('is what a start leaves of the several that an earlier version had issued', async () => {
    const personId = await world.newPerson()
    const first = await world.certify(personId)
    const careless = { ...world.issuanceDeps(), whenIssued: async () => undefined }
    const { request } = await world.newKey(personId)
    world.platform.time.pass(1000)
    await issuePersonCertificate(careless, request)
    expect(await findings()).toContain('audit.certificate-second')
    await world.certificates.room.recover!()
    expect(await findings()).not.toContain('audit.certificate-second')
    const { changes } = await history(first.certificateId)
    expect(changes.at(-1)).toMatchObject({ change: 'superseded' })
    await world.platform.test.owner.tx('no-tenant', async (tx) => {
      await tx.execute('update certificate set state = $2, der = null where key_id = $1', [
        request.keyId,
        'abandoned',
      ])
    })
  })
})

describe('the audit of certificates', () => {
  it('finds nothing in what the service did', async () => {
    const { certificateId } = await world.newHolder()
    await world.change(certificateId, 'suspend')
    await world.change(certificateId, 'resume')
    expect(await findings()).toEqual([])
  })

  it.each([
    [
      'a state changed by hand',
      `update certificate set state = 'valid', revocation_reason = null where certificate_id = $1`,
      'audit.certificate-history',
    ],
    [
      'a time changed by hand',
      `update certificate set state_since = state_since - interval '1 day' where certificate_id = $1`,
      'audit.certificate-history',
    ],
    [
      'a change taken away',
      'delete from certificate_change where certificate_id = $1 and ordinal = 2',
      'audit.certificate-unrecorded',
    ],
    [
      'another actor',
      `update certificate_change set staff_id = null, room = 'signing'
       where certificate_id = $1 and ordinal = 2`,
      'audit.certificate-untold',
    ],
    [
      'a change nobody told the log of',
      `insert into certificate_change (tenant_id, certificate_id, ordinal, change, at, room)
       select tenant_id, certificate_id, 3, 'resumed', at, 'signing' from certificate_change
       where certificate_id = $1 and ordinal = 2`,
      'audit.certificate-untold',
    ],
  ])('finds %s', async (_, sql, code) => {
    const { certificateId } = await world.newHolder()
    await world.change(certificateId, 'suspend')
    const { owner } = world.platform.test
    const attempt = owner.tx('no-tenant', async (tx) => {
      await tx.execute(sql, [certificateId])
    })
    await attempt
    expect(await findings()).toContain(code)
  })
})
