import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CONTENT_TYPE,
  encodePem,
  parseCertificate,
  parsePem,
  parseSignedData,
  verifySignerInfo,
} from '@yunqian/pki'
import {
  encodePrivateKey,
  generateSigningKey,
  signData,
  softwareSigner,
  withRevocationInfo,
} from '@yunqian/pki/write'
import { afterAll, describe, expect, it } from 'vitest'

const random = (length: number) => new Uint8Array(randomBytes(length))
const content = new TextEncoder().encode('门诊病历：主诉咳嗽三日')
const folder = mkdtempSync(join(tmpdir(), 'yunqian-cms-'))
const file = (name: string, bytes?: string | Uint8Array): string => {
  const path = join(folder, name)
  if (bytes !== undefined) writeFileSync(path, bytes)
  return path
}
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
if (!hasOpenssl) console.warn('skipped: openssl is not installed')

const selfSigned = (algorithm: 'ecdsa-with-sha256' | 'sm2-with-sm3') => {
  const key = generateSigningKey(algorithm, random)
  const keyFile = file(`${algorithm}.key`, encodePem('PRIVATE KEY', encodePrivateKey(key)))
  const sm2 =
    algorithm === 'sm2-with-sm3' ? ['-sm3', '-sigopt', 'distid:1234567812345678'] : ['-sha256']
  const pem = execFileSync('openssl', [
    'req',
    '-x509',
    '-key',
    keyFile,
    '-subj',
    '/C=CN/CN=test',
    '-days',
    '30',
    ...sm2,
    '-addext',
    'extendedKeyUsage=emailProtection',
  ])
  const certificate = parsePem(pem.toString())[0]!.der
  const certFile = file(`${algorithm}.pem`, pem)
  return { signer: softwareSigner(key, random), certificate, certFile, keyFile }
}

describe.skipIf(!hasOpenssl)('CMS made here', () => {
  it.each([false, true])(
    'P-256, detached %s: openssl cms agrees, and refuses other content',
    async (detached) => {
      const { signer, certificate, certFile } = selfSigned('ecdsa-with-sha256')
      const signed = await signData({
        contentType: CONTENT_TYPE.data,
        content,
        detached,
        signer,
        signerCertificate: certificate,
        certificates: [],
        signingTime: new Date(),
      })
      const verify = (data: Uint8Array) =>
        spawnSync('openssl', [
          'cms',
          '-verify',
          '-binary',
          '-inform',
          'DER',
          '-in',
          file('cms.der', signed),
          '-CAfile',
          certFile,
          ...(detached ? ['-content', file('content', data)] : []),
        ])
      expect(verify(content).stderr.toString()).toContain('successful')
      if (detached) expect(verify(random(9)).status).not.toBe(0)
    },
  )

  it('openssl still agrees when a CRL and an OCSP response were put beside the signature', async () => {
    const { signer, certificate, certFile, keyFile } = selfSigned('ecdsa-with-sha256')
    const signed = await signData({
      contentType: CONTENT_TYPE.data,
      content,
      signer,
      signerCertificate: certificate,
      certificates: [],
    })
    file('index.txt', '')
    const config = file(
      'ca.cnf',
      `[ca]\ndefault_ca=d\n[d]\ndatabase=${folder}/index.txt\ndefault_md=sha256\ndefault_crl_days=7\n`,
    )
    execFileSync('openssl', [
      'ca',
      '-gencrl',
      '-config',
      config,
      '-keyfile',
      keyFile,
      '-cert',
      certFile,
      '-out',
      file('ca.crl'),
    ])
    const crl = parsePem(readFileSync(file('ca.crl'), 'utf8'))[0]!.der
    const carrying = withRevocationInfo(signed, { crls: [crl] })
    expect(parseSignedData(carrying).crls).toEqual([crl])
    const result = spawnSync('openssl', [
      'cms',
      '-verify',
      '-binary',
      '-inform',
      'DER',
      '-in',
      file('cms.der', carrying),
      '-CAfile',
      certFile,
    ])
    expect(result.stderr.toString()).toContain('successful')
  })

  it.each(['rfc', 'gm'] as const)(
    'SM2, %s identifiers: reads back and verifies',
    async (dialect) => {
      const { signer, certificate } = selfSigned('sm2-with-sm3')
      const { assembleSignedData, signedAttributes } = await import('@yunqian/pki/write')
      const { digest } = await import('@yunqian/pki')
      const contentType = dialect === 'gm' ? CONTENT_TYPE.gmData : CONTENT_TYPE.data
      const attributes = signedAttributes({
        contentType,
        messageDigest: digest('sm3', content),
        digestAlgorithm: 'sm3',
        signerCertificate: certificate,
      })
      const cms = assembleSignedData({
        contentType: CONTENT_TYPE.data,
        content,
        signedAttributes: attributes,
        signerCertificate: certificate,
        certificates: [],
        signatureAlgorithm: 'sm2-with-sm3',
        signatureValue: await signer.sign(attributes),
        dialect,
      })
      const signedData = parseSignedData(cms)
      expect(signedData.dialect).toBe(dialect)
      const facts = verifySignerInfo({ signedData, signerInfo: signedData.signerInfos[0]! })
      expect(facts.signatureValid).toBe(true)
      expect(facts.signerCertificate?.der).toEqual(parseCertificate(certificate).der)
    },
  )
})
