import { parseCertificate } from '@yunqian/pki'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createCertifiedWorld,
  listed,
  ocspStatus,
  type CertifiedWorld,
} from '../../../../test/platform/certified.ts'
import { hire } from '../../../../test/platform/desk.ts'
import { keyById, keySecrets } from '../keys/two-party/index.ts'

let world: CertifiedWorld

beforeAll(async () => {
  world = await createCertifiedWorld()
})
afterAll(() => world.close())
beforeEach(() => world.platform.time.reset())

describe('state', () => {
  it('is suspended, resumed and revoked for good; key, list, OCSP and events follow', async () => {
    const { certificateId, keyId, der } = await world.newHolder()
    const { serialNumberHex } = parseCertificate(der)
    const keyState = () =>
      world.platform.db.tx(
        { tenantId: world.tenantId },
        async (tx) => (await keyById(tx, { tenantId: world.tenantId, keyId }))?.state,
      )
    expect(await ocspStatus(world, der)).toMatchObject({ status: 'good' })
    const first = await listed(world)
    expect(first.entries.has(serialNumberHex)).toBe(false)

    expect((await world.change(certificateId, 'suspend')).json()).toMatchObject({
      state: 'suspended',
    })
    expect(await keyState()).toBe('suspended')
    expect(await ocspStatus(world, der)).toMatchObject({
      status: 'revoked',
      reason: 'certificateHold',
    })
    const second = await listed(world)
    expect(second.entries.get(serialNumberHex)).toMatchObject({ reason: 'certificateHold' })
    expect(second.crlNumber! > first.crlNumber!).toBe(true)
    expect((await world.change(certificateId, 'suspend')).json().code).toBe(
      'certificates.wrong-state',
    )

    expect((await world.change(certificateId, 'resume')).json()).toMatchObject({ state: 'valid' })
    expect(await keyState()).toBe('active')
    expect((await listed(world)).entries.has(serialNumberHex)).toBe(false)

    expect((await world.change(certificateId, 'revoke')).json()).toMatchObject({ state: 'revoked' })
    expect(await keyState()).toBe('destroyed')
    const secrets = await world.platform.db.tx({ tenantId: world.tenantId }, (tx) =>
      keySecrets(tx, world.platform.sealer, { tenantId: world.tenantId, keyId }),
    )
    expect(secrets).toBeUndefined()
    expect(await ocspStatus(world, der)).toMatchObject({ status: 'revoked' })
    expect((await listed(world)).entries.has(serialNumberHex)).toBe(true)
    expect((await world.change(certificateId, 'resume')).json().code).toBe(
      'certificates.wrong-state',
    )
    expect(await world.events(certificateId)).toEqual([
      'certificate.issued',
      'certificate.resumed',
      'certificate.revoked',
      'certificate.suspended',
    ])
  })

  it('is changed once when two ask at the same moment', async () => {
    const { certificateId } = await world.newHolder()
    const both = await Promise.all([
      world.change(certificateId, 'revoke'),
      world.change(certificateId, 'revoke'),
    ])
    expect(both.map((answer) => answer.statusCode).sort()).toEqual([200, 409])
    expect(await world.events(certificateId)).toEqual(['certificate.issued', 'certificate.revoked'])
  })

  it('is changed by the holder from the phone, and by no other phone', async () => {
    const holder = await world.newHolder()
    const stranger = await world.newHolder()
    const path = '/v1/phone/certificate/report-loss'
    expect((await world.asPhone(stranger, 'POST', path, {})).json()).toMatchObject({
      certificateId: stranger.certificateId,
      state: 'suspended',
    })
    for (const _ of ['once', 'and repeated, its answer lost'])
      expect((await world.asPhone(holder, 'POST', path, {})).json()).toMatchObject({
        state: 'suspended',
      })
    const revoked = await world.asPhone(holder, 'POST', '/v1/phone/certificate/revoke', {
      reason: '不再使用',
    })
    expect(revoked.json()).toMatchObject({ state: 'revoked' })
    const again = await world.asPhone(holder, 'POST', path, {})
    expect(again.json().code).toBe('certificates.wrong-state')
  })

  it('is not for a clerk of another centre, nor for an auditor', async () => {
    const { certificateId } = await world.newHolder()
    const { platform, app, tenantId } = world
    const elsewhere = await hire(platform, app, tenantId, 'clerk', world.otherCentreId)
    const refused = await world.change(certificateId, 'revoke', elsewhere)
    expect(refused.json().code).toBe('certificates.unknown')
    const auditor = await hire(platform, app, tenantId, 'auditor')
    const forbidden = await world.change(certificateId, 'revoke', auditor)
    expect(forbidden.json().code).toBe('platform.forbidden')
    const own = await hire(platform, app, tenantId, 'clerk', world.centreId)
    expect((await world.change(certificateId, 'suspend', own)).json()).toMatchObject({
      state: 'suspended',
    })
  })

  it('expires by the clock', async () => {
    const { certificateId } = await world.newHolder()
    world.platform.time.pass(366 * 86_400_000)
    const view = await world.platform.db.tx({ tenantId: world.tenantId }, (tx) =>
      world.certificates.forSigning.view(tx, { tenantId: world.tenantId, certificateId }),
    )
    expect(view).toMatchObject({ state: 'expired' })
  })

  it('reaches the next list even when the change commits after a list was begun', async () => {
    const { certificateId, der } = await world.newHolder()
    const { time } = world.platform
    const early = time.now
    // The change is timed before the list, and commits after it.
    time.pass(60_000)
    await listed(world)
    time.now = early
    await world.change(certificateId, 'suspend')
    time.pass(120_000)
    expect((await listed(world)).entries.has(parseCertificate(der).serialNumberHex)).toBe(true)
  })
})
