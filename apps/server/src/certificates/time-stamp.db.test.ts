import { digest, parseTimeStampResponse, verifyIssued, verifySignerInfo } from '@yunqian/pki'
import { buildTimeStampRequest } from '@yunqian/pki/write'
import { systemRandom } from '@yunqian/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ask,
  createCertifiedWorld,
  type CertifiedWorld,
} from '../../../../test/platform/certified.ts'

let world: CertifiedWorld

beforeAll(async () => {
  world = await createCertifiedWorld()
})
afterAll(() => world.close())

describe('timestamps', () => {
  it.each(['sm3', 'sha256', 'sha384', 'sha512'] as const)('are given over %s', async (name) => {
    const hashedMessage = digest(name, new Uint8Array([1, 2, 3]))
    const nonce = systemRandom(8)
    nonce[0]! &= 0x7f
    nonce[0]! |= 0x40
    const fields = { digestAlgorithm: name, hashedMessage, nonce, certReq: true }
    const { answer, der } = await ask(
      world.app,
      '/tsa',
      'application/timestamp-query',
      buildTimeStampRequest(fields),
    )
    expect(answer.headers['content-type']).toBe('application/timestamp-reply')
    const { status, token } = parseTimeStampResponse(der)
    expect(status).toBe(0)
    expect(token!.tstInfo).toMatchObject({
      digestAlgorithm: name,
      nonce: Buffer.from(nonce).toString('hex'),
    })
    expect(Buffer.from(token!.tstInfo.hashedMessage)).toEqual(Buffer.from(hashedMessage))
    const { signedData } = token!
    const facts = verifySignerInfo({ signedData, signerInfo: signedData.signerInfos[0]! })
    expect(facts).toMatchObject({ signatureValid: true, messageDigestMatches: true })
    expect(facts.signerCertificate && verifyIssued(facts.signerCertificate, world.issuing())).toBe(
      true,
    )
  })

  it('refuse SHA-1, digests of a wrong length and noise with a PKIStatus', async () => {
    const hashedMessage = digest('sha1', new Uint8Array(3))
    const weak = buildTimeStampRequest({ digestAlgorithm: 'sha1', hashedMessage, certReq: true })
    const short = buildTimeStampRequest({ digestAlgorithm: 'sm3', hashedMessage, certReq: true })
    for (const query of [weak, short, systemRandom(50), new Uint8Array(0)]) {
      const { answer, der } = await ask(world.app, '/tsa', 'application/timestamp-query', query)
      expect(answer.statusCode).toBe(200)
      expect(parseTimeStampResponse(der).status).toBe(2)
    }
  })
})
