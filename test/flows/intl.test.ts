// The second profile: root, issuing CA, timestamps, OCSP, log and seal are P-256 with SHA-256, people's keys SM2 as ever.
// The same journey, and then OpenSSL, which can judge P-256, is asked about everything we answer.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Phone } from '@yunqian/client'
import { encodePem, parseCertificate, parsePem, type Certificate } from '@yunqian/pki'
import {
  auditPlatform,
  initialisePlatform,
  readConfig,
  silentLog,
  usualFounding,
} from '@yunqian/server'
import { verifyAny } from '@yunqian/verify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programInstalled } from '../interop/debian-tools.ts'
import {
  asAdministrator,
  callerWith,
  enrol,
  pin,
  startPlatform,
  type Caller,
  type WholePlatform,
} from './platform.ts'

const record = readFileSync(new URL('../../apps/cli/assets/outpatient-record.pdf', import.meta.url))
let folder: string
let platform: WholePlatform
let administrator: Caller
let clinic: Caller
let phone: Phone
let personId: string
let chain: Record<'leaf' | 'issuing' | 'root', Certificate>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yunqian-intl-'))
  const data = join(folder, 'data')
  const port = await freePort()
  const config = readConfig({}, { dataFolder: data, port })
  const founding = { ...usualFounding, profile: 'intl' as const }
  await initialisePlatform({ config, log: silentLog, founding })
  platform = await startPlatform(data, port)
  administrator = await asAdministrator(platform)
  clinic = callerWith(platform.url, { authorization: `Bearer ${platform.server.clinicKey}` })
  ;({ phone, personId } = await enrol(platform, administrator))
  const { certificate } = await phone.state()
  const [leaf, issuing, root] = [certificate!.certificate, ...certificate!.chain].map((text) =>
    parseCertificate(new Uint8Array(Buffer.from(text, 'base64'))),
  )
  chain = { leaf: leaf!, issuing: issuing!, root: root! }
})
afterAll(async () => {
  await platform.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function signed(form: 'pdf' | 'cms'): Promise<{ documentId: string; bytes: Uint8Array }> {
  const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
    title: '门诊病历',
    documentType: 'outpatient-record',
    mediaType: 'application/pdf',
    content: record.toString('base64'),
  })
  const task = await clinic<{ signingTaskId: string }>('POST', '/v1/signing-tasks', {
    documentId,
    form,
    signer: { personId },
  })
  await phone.sign(await phone.openTask(task.signingTaskId), pin)
  const path = `/v1/signing-tasks/${task.signingTaskId}`
  expect(await clinic('GET', `${path}?wait=20&state=signed`)).toMatchObject({ state: 'completed' })
  const at = form === 'pdf' ? `/v1/documents/${documentId}/content` : `${path}/signature`
  return { documentId, bytes: await clinic<Uint8Array>('GET', at) }
}
const trust = async () => {
  const { root } = await clinic<{ root: string }>('GET', '/v1/trust')
  return parsePem(root).map(({ der }) => parseCertificate(der))
}

describe('under P-256', () => {
  it('only the person’s key is SM2', async () => {
    expect(chain.leaf.publicKey.kind).toBe('sm2')
    expect(chain.leaf.signatureAlgorithmName).toBe('ecdsa-with-sha256')
    expect([chain.issuing.publicKey.kind, chain.root.publicKey.kind]).toEqual(['p256', 'p256'])
  })

  it('a login, a PDF and a detached CMS are valid to a stranger, and one changed byte is found', async () => {
    const login = await clinic<{ loginRequestId: string; qr: string }>(
      'POST',
      '/v1/login-requests',
      { workstation: '诊室 1' },
    )
    await phone.sign(await phone.openTask((await phone.scan(login.qr)).taskId), pin)
    const { loginRequestId } = login
    const done = await clinic<{ loginRecord: string }>(
      'GET',
      `/v1/login-requests/${loginRequestId}?wait=20&state=scanned`,
    )
    const { loginRecord } = done
    expect(
      await clinic('POST', '/v1/login-verifications', { loginRequestId, loginRecord }),
    ).toMatchObject({ report: { verdict: 'valid' } })

    const pdf = await signed('pdf')
    const cms = await signed('cms')
    const options = { trustAnchors: await trust(), now: new Date() }
    expect(verifyAny(pdf.bytes, options).verdict).toBe('valid')
    const changed = Uint8Array.from(pdf.bytes)
    changed[200]! ^= 1
    expect(verifyAny(changed, options).verdict).toBe('invalid')
    const detached = { ...options, detachedContent: new Uint8Array(record) }
    expect(verifyAny(cms.bytes, detached).verdict).toBe('valid')
  })

  it('a bundle of evidence is valid offline, and the audit finds nothing', async () => {
    const { documentId } = await signed('pdf')
    const bundle = await clinic<Uint8Array>('GET', `/v1/documents/${documentId}/evidence`)
    const report = verifyAny(bundle, { trustAnchors: await trust(), now: new Date() })
    expect(report.verdict).toBe('valid')
    const config = readConfig({}, { dataFolder: platform.folder })
    const { findings, events } = await auditPlatform(config, silentLog, await trust())
    expect(findings).toEqual([])
    expect(events).toBeGreaterThan(5)
  })
})

describe.skipIf(!programInstalled('openssl'))('OpenSSL believes', () => {
  const file = (name: string): string => join(folder, name)
  // The verdict is on stderr for some of these commands, and the exit code is not always it. Never synchronous: the
  // platform that answers runs in this process.
  const openssl = async (...args: string[]): Promise<string> => {
    const command = ['-c', 'exec openssl "$@" 2>&1', 'openssl', ...args]
    return (await promisify(execFile)('sh', command, { encoding: 'utf8', timeout: 30_000 })).stdout
  }

  beforeAll(async () => {
    for (const [name, { der }] of Object.entries(chain))
      writeFileSync(file(`${name}.pem`), encodePem('CERTIFICATE', der))
    const authorities = ['root.pem', 'issuing.pem'].map((name) => readFileSync(file(name), 'utf8'))
    writeFileSync(file('authorities.pem'), authorities.join(''))
    for (const name of ['issuing', 'root'])
      writeFileSync(
        file(`${name}.crl`),
        await (await fetch(`${platform.url}/crl/${name}.crl`)).bytes(),
      )
  })

  it('the chain, with both revocation lists', async () => {
    const lists = await Promise.all(
      ['issuing', 'root'].map((name) =>
        openssl('crl', '-inform', 'DER', '-in', file(`${name}.crl`)),
      ),
    )
    writeFileSync(file('lists.pem'), lists.join(''))
    const given = ['-CAfile', file('root.pem'), '-untrusted', file('issuing.pem')]
    const revocation = ['-crl_check_all', '-CRLfile', file('lists.pem')]
    expect(await openssl('verify', ...given, ...revocation, file('leaf.pem'))).toContain(
      'leaf.pem: OK',
    )
  })

  it('the revocation lists', async () => {
    for (const name of ['issuing', 'root']) {
      const list = ['-inform', 'DER', '-in', file(`${name}.crl`)]
      expect(await openssl('crl', ...list, '-CAfile', file('authorities.pem'), '-noout')).toBe(
        'verify OK\n',
      )
    }
  })

  it.each(['sha1', 'sha256'])('an OCSP answer over HTTP, asked in %s', async (hash) => {
    const subject = ['-issuer', file('issuing.pem'), `-${hash}`, '-cert', file('leaf.pem')]
    const said = await openssl(
      'ocsp',
      '-url',
      `${platform.url}/ocsp`,
      ...subject,
      '-CAfile',
      file('authorities.pem'),
    )
    expect(said).toContain('Response verify OK')
    expect(said).toContain('leaf.pem: good')
    expect(said).not.toContain('Nonce Verify error')
  })

  it('a timestamp over HTTP, and that it is of this file and no other', async () => {
    writeFileSync(file('stamped'), 'a record')
    const query = ['-query', '-data', file('stamped'), '-sha256', '-cert', '-out', file('q.tsq')]
    await openssl('ts', ...query)
    const response = await fetch(`${platform.url}/tsa`, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query' },
      body: readFileSync(file('q.tsq')),
    })
    writeFileSync(file('r.tsr'), await response.bytes())
    const given = ['-CAfile', file('root.pem'), '-untrusted', file('issuing.pem')]
    const verify = (...what: string[]) => openssl('ts', '-verify', '-in', file('r.tsr'), ...what)
    expect(await verify('-queryfile', file('q.tsq'), ...given)).toContain('Verification: OK')
    expect(await verify('-data', file('stamped'), ...given)).toContain('Verification: OK')
    writeFileSync(file('other'), 'another record')
    await expect(verify('-data', file('other'), ...given)).rejects.toThrow()
  })

  it('that a certificate reported lost is revoked', async () => {
    await phone.reportLoss()
    const said = await openssl(
      'ocsp',
      '-url',
      `${platform.url}/ocsp`,
      '-issuer',
      file('issuing.pem'),
      '-cert',
      file('leaf.pem'),
      '-CAfile',
      file('authorities.pem'),
    )
    expect(said).toContain('Response verify OK')
    expect(said).toContain('leaf.pem: revoked')
    expect(said).toContain('certificateHold')
    writeFileSync(file('newer.crl'), await (await fetch(`${platform.url}/crl/issuing.crl`)).bytes())
    const list = await openssl(
      'crl',
      '-inform',
      'DER',
      '-in',
      file('newer.crl'),
      '-CAfile',
      file('authorities.pem'),
      '-noout',
      '-text',
    )
    expect(list).toContain('verify OK')
    expect(list).toContain(chain.leaf.serialNumberHex.toUpperCase())
  })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
