// The platform's side of the CA: what it makes of a CA that is gone, hangs, lies, or is somebody else.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  assembleCertificationRequest,
  certificationRequestInfo,
  encodeName,
  generateSigningKey,
  softwareSigner,
} from '@yunqian/pki/write'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { authorityFolder, readChain } from '../keys/authority/index.ts'
import { certifyPeer, readTlsIdentity, tlsFolder } from '../keys/internal-tls/index.ts'
import {
  createSealer,
  newId,
  readConfig,
  silentLog,
  systemRandom,
  type Config,
} from '../platform/index.ts'
import { caTlsFolder, readCaSealer } from './ca/ca-folder.ts'
import { createAuthority } from './ca/ceremony.ts'
import { openIssuer } from './ca/issuer-key.ts'
import { remoteIssuer } from './client.ts'

let folder: string
let config: Config
let now = new Date()
const clock = { now: () => now }
const deps = { clock, random: systemRandom }
const open: (() => void | Promise<unknown>)[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yunqian-ca-client-'))
  config = readConfig({ YUNQIAN_DATA: folder })
  const sealer = createSealer(systemRandom(32))
  const founding = { organisation: '福田区', profile: 'gm' as const }
  await createAuthority({ config, sealer, random: systemRandom, now }, founding)
})
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Something that answers where the CA should, by the identity in a folder. */
async function standIn(answer: RequestListener, identityFolder = caTlsFolder(config)) {
  const { key, certificate: cert, authorities: ca } = readTlsIdentity(identityFolder)
  const tls = { key, cert, ca, requestCert: true, rejectUnauthorized: true }
  const server: Server = createServer(tls, answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { server, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function clientOf(caUrl: string, timeoutMs = 5_000) {
  const identity = readTlsIdentity(tlsFolder(config))
  const chain = readChain(authorityFolder(config), 'issuing')
  const client = remoteIssuer({ caUrl, identity, chain, clock, log: silentLog, timeoutMs })
  open.push(() => client.close())
  return client
}

async function request() {
  const personId = newId(deps)
  const signer = softwareSigner(generateSigningKey('sm2-with-sm3', systemRandom), systemRandom)
  const subject = encodeName([
    ['C', 'CN'],
    ['O', '福田区'],
    ['OU', '莲花社康'],
    ['CN', '张伟'],
    ['serialNumber', personId],
  ])
  const info = certificationRequestInfo({ subject, publicKey: signer.publicKey.der })
  const csr = assembleCertificationRequest(info, signer.algorithm, await signer.sign(info))
  return { tenantId: newId(deps), personId, keyId: newId(deps), csr, subject }
}

const unavailable = (cause: string) => ({ code: 'issuance.unavailable', details: { cause } })
const json =
  (status: number, body: object): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

describe('a CA', () => {
  it('that nobody answers for is out of reach, left alone for a moment, and asked again', async () => {
    const { server, url } = await standIn(json(500, {}))
    await new Promise((resolve) => server.close(resolve))
    const client = clientOf(url)
    const wanted = await request()
    await expect(client.issue(wanted)).rejects.toMatchObject(unavailable('unreachable'))
    await expect(client.issue(wanted)).rejects.toMatchObject(unavailable('resting'))
    now = new Date(now.getTime() + 3_000)
    await expect(client.issue(wanted)).rejects.toMatchObject(unavailable('unreachable'))
  })

  it('that takes the request and says nothing is given up in time', async () => {
    const { url } = await standIn(() => undefined)
    await expect(clientOf(url, 500).issue(await request())).rejects.toMatchObject(
      unavailable('timeout'),
    )
  })

  it('that is a peer of ours, not the CA, gets no request', async () => {
    let asked = 0
    const peer = join(folder, 'peer')
    const tls = { random: systemRandom, now, sealer: readCaSealer(config) }
    await certifyPeer(tls, caTlsFolder(config), { name: 'yunqian-worker', folder: peer })
    const { url } = await standIn(() => void asked++, peer)
    await expect(clientOf(url).issue(await request())).rejects.toMatchObject(
      unavailable('unreachable'),
    )
    expect(asked).toBe(0)
  })

  it.each([
    ['nonsense', 200, { der: 'AAAA' }, 'answer-differs'],
    ['no certificate', 200, {}, 'status-200'],
    ['a failure', 500, { code: 'platform.internal' }, 'status-500'],
  ] as const)('that answers %s has issued nothing', async (_what, status, body, cause) => {
    const { url } = await standIn(json(status, body))
    await expect(clientOf(url).issue(await request())).rejects.toMatchObject(unavailable(cause))
  })

  it('that answers with another’s certificate, or a list that is none, is not believed', async () => {
    const issuer = openIssuer(config, deps)
    open.push(() => issuer.close())
    const der = Buffer.from(await issuer.issue(await request())).toString('base64')
    const { url } = await standIn(json(200, { der }))
    const client = clientOf(url)
    await expect(client.issue(await request())).rejects.toMatchObject(unavailable('answer-differs'))
    const nextUpdate = new Date(now.getTime() + 86_400_000)
    await expect(
      client.signList({ thisUpdate: now, nextUpdate, after: 0n, entries: [] }),
    ).rejects.toMatchObject(unavailable('answer-differs'))
  })

  it('that refuses is heard by its own code', async () => {
    const body = { code: 'issuance.key-reused', details: { by: 'key-id' } }
    const { url } = await standIn(json(409, body))
    await expect(clientOf(url).issue(await request())).rejects.toMatchObject(body)
  })

  it('that closed a kept connection is asked once more', async () => {
    const issuer = openIssuer(config, deps)
    open.push(() => issuer.close())
    const wanted = await request()
    const der = Buffer.from(await issuer.issue(wanted)).toString('base64')
    let calls = 0
    const { url } = await standIn((incoming, response) => {
      // The second request dies with its connection, as when the CA restarts between two calls.
      if (++calls === 2) return void incoming.socket.destroy()
      json(200, { der })(incoming, response)
    })
    const client = clientOf(url)
    expect(Buffer.from(await client.issue(wanted)).toString('base64')).toBe(der)
    expect(Buffer.from(await client.issue(wanted)).toString('base64')).toBe(der)
    expect(calls).toBe(3)
  })
})
