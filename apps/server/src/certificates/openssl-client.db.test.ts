import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCertificate } from '@yunqian/pki'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ask,
  bytesAt,
  createCertifiedWorld,
  type CertifiedWorld,
} from '../../../../test/platform/certified.ts'

const opensslVersion = spawnSync('openssl', ['version']).stdout?.toString() ?? ''
let world: CertifiedWorld

beforeAll(async () => {
  world = await createCertifiedWorld()
})
afterAll(() => world.close())

// Debian's openssl knows SM3 and reads every structure; it cannot verify SM2 with the usual identity in a chain.
describe.skipIf(!opensslVersion.startsWith('OpenSSL 3'))(
  `openssl as the client (${opensslVersion || 'not installed: skipped'})`,
  () => {
    const run = (...args: string[]): string =>
      execFileSync('openssl', args, {
        cwd: world.platform.folder,
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString()
    const pem = (name: string, der: Uint8Array): void => {
      writeFileSync(join(world.platform.folder, `${name}.der`), der)
      run('x509', '-inform', 'DER', '-in', `${name}.der`, '-out', `${name}.pem`)
    }

    it('makes queries the TSA grants', async () => {
      writeFileSync(join(world.platform.folder, 'data.txt'), 'openssl asks')
      for (const name of ['sm3', 'sha256', 'sha512']) {
        run('ts', '-query', '-data', 'data.txt', `-${name}`, '-cert', '-out', 'query.tsq')
        const query = new Uint8Array(readFileSync(join(world.platform.folder, 'query.tsq')))
        const { der } = await ask(world.app, '/tsa', 'application/timestamp-query', query)
        writeFileSync(join(world.platform.folder, 'reply.tsr'), der)
        expect(run('ts', '-reply', '-in', 'reply.tsr', '-text')).toContain('Status: Granted.')
      }
    })

    it('makes OCSP requests and reads the answers, and checks the certificate against its issuer', async () => {
      const { der, certificateId } = await world.newHolder()
      pem('leaf', der)
      pem('issuing', world.certificates.issuing)
      const id = 'distid:1234567812345678'
      const link = ['verify', '-partial_chain', '-vfyopt', id, '-CAfile', 'issuing.pem', 'leaf.pem']
      expect(run(...link)).toContain('leaf.pem: OK')
      for (const hash of ['sha1', 'sha256']) {
        const request = ['ocsp', `-${hash}`, '-issuer', 'issuing.pem', '-cert', 'leaf.pem']
        run(...request, '-reqout', 'request.ocsp')
        const asked = new Uint8Array(readFileSync(join(world.platform.folder, 'request.ocsp')))
        const { der: reply } = await ask(world.app, '/ocsp', 'application/ocsp-request', asked)
        writeFileSync(join(world.platform.folder, 'response.ocsp'), reply)
        expect(run('ocsp', '-respin', 'response.ocsp', '-noverify', '-resp_text')).toContain(
          'Cert Status: good',
        )
      }
      await world.change(certificateId, 'revoke')
      writeFileSync(
        join(world.platform.folder, 'issuing.crl'),
        await bytesAt(world.app, '/crl/issuing.crl'),
      )
      const { serialNumberHex } = parseCertificate(der)
      expect(run('crl', '-inform', 'DER', '-in', 'issuing.crl', '-text', '-noout')).toContain(
        serialNumberHex.toUpperCase(),
      )
    })
  },
)
