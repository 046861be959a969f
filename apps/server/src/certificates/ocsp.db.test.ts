import { parseCertificate, parseOcspResponse, type DigestName } from '@yunqian/pki'
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

describe('an OCSP answer', () => {
  const get = (request: Uint8Array, escaped = true) => {
    const path = Buffer.from(request).toString('base64')
    const url = `/ocsp/${escaped ? encodeURIComponent(path) : path.replaceAll('+', '%2B')}`
    return world.app.server.inject({ method: 'GET', url })
  }
  const request = (der: Uint8Array, hash: DigestName = 'sha1', nonce?: Uint8Array) =>
    buildOcspRequest({
      certificate: der,
      issuer: world.issuing().der,
      hash,
      ...(nonce ? { nonce } : {}),
    })

  it('may be kept for a minute when asked by GET and without a nonce, and never otherwise', async () => {
    const { der } = await world.newHolder()
    const kept = await get(request(der))
    expect(kept.headers['cache-control']).toBe('max-age=60, public, no-transform, must-revalidate')
    expect(Date.parse(String(kept.headers['last-modified']))).not.toBeNaN()
    const tied = await get(request(der, 'sha1', systemRandom(32)))
    expect(tied.headers['cache-control']).toBe('no-store')
    const { answer } = await ask(world.app, '/ocsp', 'application/ocsp-request', request(der))
    expect(answer.headers['cache-control']).toBe('no-store')
    expect((await get(systemRandom(50))).headers['cache-control']).toBe('no-store')
  })

  it('is given for every form of the path and whatever its length', async () => {
    const { der } = await world.newHolder()
    // Long, and now and then with the characters that a path treats in its own way.
    for (let i = 0; i < 20; i++) {
      const asked = request(der, i % 2 ? 'sm3' : 'sha256', systemRandom(64))
      for (const escaped of [true, false]) {
        const answer = await get(asked, escaped)
        const response = parseOcspResponse(new Uint8Array(answer.rawPayload))
        expect(response.basic!.responses[0]).toMatchObject({ status: 'good' })
      }
    }
  })

  it.each([1, 32, 128])('gives a nonce of %i bytes back', async (length) => {
    const { der } = await world.newHolder()
    const nonce = systemRandom(length)
    const asked = request(der, 'sha256', nonce)
    const { der: reply } = await ask(world.app, '/ocsp', 'application/ocsp-request', asked)
    expect(Buffer.from(parseOcspResponse(reply).basic!.nonce!).subarray(-length)).toEqual(
      Buffer.from(nonce),
    )
  })

  it.each([0, 129])('is refused for a nonce of %i bytes', async (length) => {
    const { der } = await world.newHolder()
    const asked = request(der, 'sha256', systemRandom(length))
    const { der: reply } = await ask(world.app, '/ocsp', 'application/ocsp-request', asked)
    expect(parseOcspResponse(reply).status).toBe('malformedRequest')
  })

  it('says good again after a resume, and when it will next be told', async () => {
    const { der, certificateId } = await world.newHolder()
    await world.change(certificateId, 'suspend')
    expect(await ocspStatus(world, der)).toMatchObject({ reason: 'certificateHold' })
    await world.change(certificateId, 'resume')
    const single = await ocspStatus(world, der)
    expect(single.status).toBe('good')
    expect(single.nextUpdate!.getTime() - single.thisUpdate.getTime()).toBe(12 * 3_600_000)
  })
})
