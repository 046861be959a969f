import { parseCertificate, parseOcspResponse } from '@yunqian/pki'
import { buildOcspRequest } from '@yunqian/pki/write'
import { systemRandom } from '@yunqian/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ask,
  bytesAt,
  createCertifiedWorld,
  ocspStatus,
  type CertifiedWorld,
} from '../../../../test/platform/certified.ts'

let world: CertifiedWorld

beforeAll(async () => {
  world = await createCertifiedWorld()
})
afterAll(() => world.close())

describe('OCSP', () => {
  it.each(['sha1', 'sha256', 'sm3'] as const)('answers in the hash asked: %s', async (hash) => {
    const { der } = await world.newHolder()
    const single = await ocspStatus(world, der, hash)
    expect(single).toMatchObject({ status: 'good', certId: { digestAlgorithm: hash } })
  })

  it('answers GET, says unknown of serials never issued, and refuses strangers and noise', async () => {
    const { der } = await world.newHolder()
    const request = buildOcspRequest({
      certificate: der,
      issuer: world.issuing().der,
      hash: 'sha1',
    })
    const inPath = encodeURIComponent(Buffer.from(request).toString('base64'))
    const got = parseOcspResponse(await bytesAt(world.app, `/ocsp/${inPath}`))
    expect(got.basic!.responses[0]).toMatchObject({ status: 'good' })

    const { serialNumberHex } = parseCertificate(der)
    const flipped = Buffer.from(request)
    flipped[flipped.indexOf(Buffer.from(serialNumberHex, 'hex')) + 8]! ^= 1
    const unknown = await ask(world.app, '/ocsp', 'application/ocsp-request', flipped)
    expect(parseOcspResponse(unknown.der).basic!.responses[0]).toMatchObject({ status: 'unknown' })

    const foreign = buildOcspRequest({ certificate: der, issuer: world.root().der, hash: 'sha1' })
    const refused = await ask(world.app, '/ocsp', 'application/ocsp-request', foreign)
    expect(parseOcspResponse(refused.der).status).toBe('unauthorized')
    for (const noise of [new Uint8Array(0), systemRandom(200), request.subarray(0, -1)]) {
      const { der: reply } = await ask(world.app, '/ocsp', 'application/ocsp-request', noise)
      expect(parseOcspResponse(reply).status).toBe('malformedRequest')
    }
    const large = await ask(world.app, '/ocsp', 'application/ocsp-request', new Uint8Array(20_000))
    expect(large.answer.statusCode).toBe(413)
  })
})
