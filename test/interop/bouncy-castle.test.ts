// What we make, judged by BouncyCastle: the one implementation at hand that verifies SM2 objects under the default
// identity. The same objects with P-256 also go to openssl's ts, ocsp, crl and cms.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CONTENT_TYPE,
  digest,
  encodePem,
  parseCertificate,
  parseOcspRequest,
  parseTimeStampRequest,
} from '@yunqian/pki'
import {
  assembleCertificationRequest,
  buildCrl,
  buildOcspRequest,
  buildOcspResponse,
  buildTimeStampRequest,
  buildTimeStampToken,
  certificationRequestInfo,
  encodeName,
  generateSigningKey,
  grantTimeStamp,
  issueCertificate,
  type NameParts,
  prepareCertificate,
  type ProfileName,
  type Signer,
  type SigningAlgorithm,
  signData,
  softwareSigner,
  withTimeStampToken,
} from '@yunqian/pki/write'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { random } from '../authority/authority.ts'
import { bouncyCastleInstalled, compileJava, programInstalled } from './debian-tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'yunqian-interop-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const DAY = 86_400_000
const now = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000)
const later = (days: number): Date => new Date(now.getTime() + days * DAY)
const addresses = {
  crl: 'http://ca.example/crl/1.crl',
  ocsp: 'http://ca.example/ocsp',
  caIssuers: 'http://ca.example/1.cer',
}
const subjectOf = (name: string): NameParts => [
  ['C', 'CN'],
  ['O', '示例卫生健康局'],
  ['OU', '示例社康'],
  ['CN', name],
  ['serialNumber', 'p-1'],
]
const serial = (): Uint8Array => {
  const bytes = random(18)
  bytes[0] = (bytes[0]! & 0x3f) | 0x40
  return bytes
}

interface Identity {
  readonly signer: Signer
  readonly der: Uint8Array
}

async function certify(
  profile: ProfileName,
  algorithm: SigningAlgorithm,
  days: number,
  issuer?: Identity,
): Promise<Identity> {
  const own = profile === 'person-signing' ? 'sm2-with-sm3' : algorithm
  const signer = softwareSigner(generateSigningKey(own, random), random)
  const prepared = prepareCertificate({
    profile,
    subject: subjectOf(`${profile} 测试`),
    publicKey: signer.publicKey.der,
    serialNumber: serial(),
    notBefore: now,
    notAfter: later(days),
    issuerAlgorithm: algorithm,
    ...(issuer ? { issuer: issuer.der } : {}),
    ...(profile === 'root' || profile === 'ocsp' ? {} : { addresses }),
  })
  return { signer, der: await issueCertificate(prepared, issuer?.signer ?? signer) }
}

const content = new TextEncoder().encode('门诊病历：主诉咳嗽三日')

async function makeObjects(algorithm: SigningAlgorithm) {
  const hash = algorithm === 'sm2-with-sm3' ? 'sm3' : 'sha256'
  const root = await certify('root', algorithm, 3650)
  const issuing = await certify('issuing', algorithm, 3000, root)
  const person = await certify('person-signing', algorithm, 365, issuing)
  const tsa = await certify('tsa', algorithm, 2000, issuing)
  const ocsp = await certify('ocsp', algorithm, 2000, issuing)
  const seal = await certify('report-seal', algorithm, 1000, issuing)
  const query = buildTimeStampRequest({
    digestAlgorithm: hash,
    hashedMessage: digest(hash, content),
    nonce: serial(),
    certReq: true,
  })
  const token = await buildTimeStampToken(
    parseTimeStampRequest(query),
    {
      policy: '2.25.1',
      serialNumber: serial(),
      genTime: now,
      accuracySeconds: 1,
      certificate: tsa.der,
      chain: [issuing.der],
    },
    tsa.signer,
  )
  const sign = (detached: boolean): Promise<Uint8Array> =>
    signData({
      contentType: CONTENT_TYPE.data,
      content,
      detached,
      signer: seal.signer,
      signerCertificate: seal.der,
      certificates: [issuing.der],
      signingTime: now,
    })
  const attached = await sign(false)
  const detached = await sign(true)
  const info = certificationRequestInfo({
    subject: encodeName(subjectOf('申请人')),
    publicKey: person.signer.publicKey.der,
  })
  const names = Object.entries({ root, issuing, person, tsa, ocsp, seal })
  const path = (name: string): string => join(folder, `${algorithm}-${name}`)
  for (const [name, { der }] of names) {
    file(`${algorithm}-${name}.cer`, der)
    file(`${algorithm}-${name}.pem`, encodePem('CERTIFICATE', der))
  }
  const put = (name: string, bytes: Uint8Array): string => file(`${algorithm}-${name}`, bytes)
  put('content', content)
  put('changed', new TextEncoder().encode('门诊病历：主诉咳嗽四日'))
  put(
    'request.der',
    assembleCertificationRequest(info, 'sm2-with-sm3', await person.signer.sign(info)),
  )
  put('attached.p7s', attached)
  put('detached.p7s', detached)
  put('stamped.p7s', withTimeStampToken(detached, token))
  put('query.tsq', query)
  put('answer.tsr', grantTimeStamp(token))
  put('list.crl', await crlOf(issuing, person))
  put('sha1.ocsp', await ocspOf(issuing, ocsp, person, 'sha1'))
  put('superseded.ocsp', await ocspOf(issuing, ocsp, person, 'sha256', 'superseded'))
  put('native.ocsp', await ocspOf(issuing, ocsp, person, hash, 'certificateHold'))
  return { path }
}

const crlOf = (issuing: Identity, person: Identity): Promise<Uint8Array> =>
  buildCrl(
    {
      issuer: issuing.der,
      thisUpdate: now,
      nextUpdate: later(7),
      crlNumber: 200n,
      entries: [
        {
          serialNumberHex: parseCertificate(person.der).serialNumberHex,
          revocationDate: now,
          reason: 'keyCompromise',
        },
      ],
    },
    issuing.signer,
  )

function ocspOf(
  issuing: Identity,
  ocsp: Identity,
  person: Identity,
  hash: 'sha1' | 'sm3' | 'sha256',
  reason?: 'certificateHold' | 'superseded',
): Promise<Uint8Array> {
  const request = parseOcspRequest(
    buildOcspRequest({ certificate: person.der, issuer: issuing.der, hash, nonce: random(16) }),
  )
  return buildOcspResponse(
    {
      responderCertificate: ocsp.der,
      producedAt: now,
      responses: [
        {
          certId: request.certIds[0]!.der,
          status: reason ? { kind: 'revoked', revocationTime: now, reason } : { kind: 'good' },
          thisUpdate: now,
          nextUpdate: later(1),
        },
      ],
      nonce: request.nonce!,
    },
    ocsp.signer,
  )
}

const algorithms = ['sm2-with-sm3', 'ecdsa-with-sha256'] as const
let objects: Record<(typeof algorithms)[number], Awaited<ReturnType<typeof makeObjects>>>
beforeAll(async () => {
  objects = {
    'sm2-with-sm3': await makeObjects('sm2-with-sm3'),
    'ecdsa-with-sha256': await makeObjects('ecdsa-with-sha256'),
  }
})

describe.skipIf(!bouncyCastleInstalled()).each(algorithms)('BouncyCastle with %s', (algorithm) => {
  it('verifies every kind of object, and none that was changed', () => {
    const java = compileJava('PkiObjects', folder)
    const of = (name: string): string => objects[algorithm].path(name)
    const digestName = algorithm === 'sm2-with-sm3' ? 'SM3' : 'SHA-256'
    const stamp = (changed: string): string =>
      [
        'time-stamp',
        of('tsa.cer'),
        of('query.tsq'),
        of('answer.tsr'),
        of(changed),
        digestName,
      ].join()
    const expected: readonly (readonly [string, string])[] = [
      [['certificate', of('root.cer'), of('issuing.cer')].join(), 'true'],
      [['certificate', of('issuing.cer'), of('person.cer')].join(), 'true'],
      [['certificate', of('root.cer'), of('root.cer')].join(), 'true'],
      [['certificate', of('root.cer'), of('person.cer')].join(), 'false'],
      [['request', of('request.der')].join(), 'true'],
      [['crl', of('issuing.cer'), of('list.crl'), of('person.cer')].join(), 'true listed'],
      [['crl', of('root.cer'), of('list.crl'), of('tsa.cer')].join(), 'false not-listed'],
      [['ocsp', of('issuing.cer'), of('person.cer'), of('sha1.ocsp')].join(), 'true true good'],
      [
        ['ocsp', of('issuing.cer'), of('person.cer'), of('native.ocsp')].join(),
        'true true revoked-6',
      ],
      [
        ['ocsp', of('issuing.cer'), of('person.cer'), of('superseded.ocsp')].join(),
        'true true revoked-4',
      ],
      [['ocsp', of('root.cer'), of('person.cer'), of('sha1.ocsp')].join(), 'false false good'],
      [['cms', of('attached.p7s')].join(), 'true'],
      [['cms', of('detached.p7s'), of('content')].join(), 'true'],
      [['cms', of('stamped.p7s'), of('content')].join(), 'true'],
      [
        ['cms', of('detached.p7s'), of('changed')].join(),
        'refused CMSSignerDigestMismatchException',
      ],
      [stamp('content'), 'true'],
      [stamp('changed'), 'false'],
    ]
    const answers = java(...expected.map(([check]) => check))
    expect(answers).toEqual(expected.map(([, answer]) => answer))
  })
})

describe.skipIf(!programInstalled('openssl'))('openssl with P-256', () => {
  const of = (name: string): string => objects['ecdsa-with-sha256'].path(name)
  const openssl = (command: string, ...files: string[]): string => {
    const run = spawnSync('openssl', [...command.split(' '), ...files], { encoding: 'utf8' })
    return `${run.status} ${run.stdout}${run.stderr}`
  }

  it('verifies the timestamp', () => {
    const trust = ['-CAfile', of('root.pem'), '-untrusted', of('issuing.pem')]
    const verify = (data: string): string =>
      openssl('ts -verify -in', of('answer.tsr'), '-data', of(data), ...trust)
    expect(verify('content')).toContain('Verification: OK')
    expect(verify('changed')).toContain('Verification: FAILED')
  })

  it('verifies the OCSP answer through its delegated responder', () => {
    const about = ['-issuer', of('issuing.pem'), '-cert', of('person.pem')]
    const trust = ['-CAfile', of('root.pem'), '-verify_other', of('issuing.pem')]
    const answer = openssl('ocsp -no_nonce -respin', of('sha1.ocsp'), ...about, ...trust)
    expect(answer).toContain('Response verify OK')
    expect(answer).toContain(': good')
  })

  it('verifies the list', () => {
    const verify = (issuer: string): string =>
      openssl('crl -inform DER -noout -in', of('list.crl'), '-CAfile', of(issuer))
    expect(verify('issuing.pem')).toContain('verify OK')
    expect(verify('root.pem')).not.toContain('verify OK')
  })

  it('verifies CMS, attached and detached, with a timestamp beside it', () => {
    const trust = ['-CAfile', of('root.pem'), '-out', join(folder, 'out')]
    const verify = (...source: string[]): string =>
      openssl('cms -verify -inform DER -binary -purpose any -in', ...source, ...trust)
    for (const source of [
      [of('attached.p7s')],
      [of('detached.p7s'), '-content', of('content')],
      [of('stamped.p7s'), '-content', of('content')],
    ])
      expect(verify(...source)).toMatch(/^0 [\s\S]*successful/)
    expect(verify(of('detached.p7s'), '-content', of('changed'))).toMatch(/^[^0]/)
  })
})
