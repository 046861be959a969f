import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  digest,
  encodePem,
  parseCertificate,
  parseCrl,
  parseOcspRequest,
  parseOcspResponse,
  parseTimeStampRequest,
  parseTimeStampResponse,
  validatePath,
  verifyCrl,
  verifyIssued,
  verifyOcspResponse,
  verifySignerInfo,
} from '../index.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  buildCrl,
  buildOcspRequest,
  buildOcspResponse,
  buildTimeStampRequest,
  buildTimeStampToken,
  type CertificateRequest,
  generateSigningKey,
  grantTimeStamp,
  issueCertificate,
  prepareCertificate,
  type Signer,
  type SigningAlgorithm,
  softwareSigner,
} from './index.ts'

const random = (length: number) => new Uint8Array(randomBytes(length))
const serial = () => {
  const bytes = random(18)
  bytes[0] = (bytes[0]! & 0x3f) | 0x40
  return bytes
}
const day = 86_400_000
const now = new Date('2026-11-24T08:00:00Z')
const until = (days: number) => new Date(now.getTime() + days * day)
const addresses = {
  crl: 'http://127.0.0.1/crl/issuing.crl',
  ocsp: 'http://127.0.0.1/ocsp',
  caIssuers: 'http://127.0.0.1/ca/issuing.cer',
}
const names = (name: string): CertificateRequest['subject'] => [
  ['C', 'CN'],
  ['O', '示例卫生健康局'],
  ['OU', '莲花社康'],
  ['CN', name],
  ['serialNumber', 'a1b2c3'],
]

async function authority(algorithm: SigningAlgorithm) {
  const make = () => softwareSigner(generateSigningKey(algorithm, random), random)
  const issue = async (
    profile: CertificateRequest['profile'],
    subject: Signer,
    days: number,
    issuer?: { der: Uint8Array; signer: Signer },
  ) => {
    const request: CertificateRequest = {
      profile,
      subject: names(profile),
      publicKey: subject.publicKey.der,
      serialNumber: serial(),
      notBefore: now,
      notAfter: until(days),
      issuerAlgorithm: algorithm,
      ...(issuer ? { issuer: issuer.der } : {}),
      ...(profile === 'root' || profile === 'ocsp' ? {} : { addresses }),
    }
    return {
      signer: subject,
      der: await issueCertificate(prepareCertificate(request), issuer?.signer ?? subject),
    }
  }
  const root = await issue('root', make(), 3650)
  const issuing = await issue('issuing', make(), 3000, root)
  const sm2 = softwareSigner(generateSigningKey('sm2-with-sm3', random), random)
  const person = await issue('person-signing', sm2, 365, issuing)
  const tsa = await issue('tsa', make(), 2000, issuing)
  const ocsp = await issue('ocsp', make(), 2000, issuing)
  return { root, issuing, person, tsa, ocsp, issue }
}

describe.each(['sm2-with-sm3', 'ecdsa-with-sha256'] as const)(
  'an authority with %s',
  (algorithm) => {
    let ca: Awaited<ReturnType<typeof authority>>
    const folder = mkdtempSync(join(tmpdir(), 'yunqian-authority-'))
    beforeAll(async () => {
      ca = await authority(algorithm)
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))
    const pem = (name: string, der: Uint8Array) => {
      const path = join(folder, name)
      writeFileSync(path, encodePem('CERTIFICATE', der))
      return path
    }

    it('issues a path that leads from the person to the root', () => {
      const answer = validatePath({
        leaf: parseCertificate(ca.person.der),
        intermediates: [parseCertificate(ca.issuing.der)],
        trustAnchors: [parseCertificate(ca.root.der)],
        at: until(1),
      })
      expect(answer.problems).toEqual([])
      expect(answer.path).toHaveLength(3)
    })

    it('each link verifies in openssl, and only under its own issuer', () => {
      const distid = algorithm === 'sm2-with-sm3' ? ['-vfyopt', 'distid:1234567812345678'] : []
      const verify = (issuer: Uint8Array, subject: Uint8Array) =>
        spawnSync('openssl', [
          'verify',
          '-partial_chain',
          ...distid,
          '-attime',
          String(now.getTime() / 1000 + 60),
          '-CAfile',
          pem('issuer.pem', issuer),
          pem('subject.pem', subject),
        ]).status
      expect(verify(ca.root.der, ca.issuing.der)).toBe(0)
      expect(verify(ca.issuing.der, ca.person.der)).toBe(0)
      expect(verify(ca.root.der, ca.person.der)).not.toBe(0)
    })

    it('signs a prepared certificate once, and nothing that was not prepared', async () => {
      const request: CertificateRequest = {
        profile: 'person-signing',
        subject: names('x'),
        publicKey: ca.person.signer.publicKey.der,
        serialNumber: serial(),
        notBefore: now,
        notAfter: until(365),
        issuer: ca.issuing.der,
        addresses,
        issuerAlgorithm: algorithm,
      }
      const prepared = prepareCertificate(request)
      await expect(issueCertificate(prepared, ca.root.signer)).rejects.toThrow(
        'pki.issuer-key-mismatch',
      )
      await expect(issueCertificate(prepared, ca.issuing.signer)).rejects.toThrow(
        'pki.not-prepared',
      )
      await expect(
        issueCertificate({ ...prepareCertificate(request) }, ca.issuing.signer),
      ).rejects.toThrow('pki.not-prepared')
    })

    it.each([
      ['validity-length', { notAfter: until(367) }],
      ['serial-length', { serialNumber: random(8) }],
      [
        'no-id-number',
        {
          subject: [
            ...names('x').slice(0, 3),
            ['CN', '11010519491231002X'],
            ['serialNumber', 'a'],
          ] as CertificateRequest['subject'],
        },
      ],
      [
        'name-parts',
        {
          subject: [
            ['C', 'CN'],
            ['O', 'x'],
            ['CN', 'y'],
          ] as CertificateRequest['subject'],
        },
      ],
    ])('the lint refuses %s', (finding, change) => {
      const request = {
        profile: 'person-signing' as const,
        subject: names('x'),
        publicKey: ca.person.signer.publicKey.der,
        serialNumber: serial(),
        notBefore: now,
        notAfter: until(365),
        issuer: ca.issuing.der,
        addresses,
        issuerAlgorithm: algorithm,
        ...change,
      }
      expect(() => prepareCertificate(request)).toThrow(finding)
    })

    it('revokes in a CRL that its issuer alone vouches for', async () => {
      const { serialNumberHex } = parseCertificate(ca.person.der)
      const crl = parseCrl(
        await buildCrl(
          {
            issuer: ca.issuing.der,
            thisUpdate: now,
            nextUpdate: until(7),
            crlNumber: 7n,
            entries: [{ serialNumberHex, revocationDate: now, reason: 'certificateHold' }],
          },
          ca.issuing.signer,
        ),
      )
      expect(verifyCrl(crl, parseCertificate(ca.issuing.der))).toBe(true)
      expect(verifyCrl(crl, parseCertificate(ca.root.der))).toBe(false)
      expect(crl.crlNumber).toBe(7n)
      expect(crl.entries.get(serialNumberHex)?.reason).toBe('certificateHold')
    })

    it.each(['sha1', 'sm3', 'sha256'] as const)(
      'answers OCSP in the hash asked: %s',
      async (hash) => {
        const nonce = random(16)
        const request = parseOcspRequest(
          buildOcspRequest({ certificate: ca.person.der, issuer: ca.issuing.der, hash, nonce }),
        )
        const response = parseOcspResponse(
          await buildOcspResponse(
            {
              responderCertificate: ca.ocsp.der,
              producedAt: now,
              responses: [
                {
                  certId: request.certIds[0]!.der,
                  status: { kind: 'revoked', revocationTime: now, reason: 'keyCompromise' },
                  thisUpdate: now,
                  nextUpdate: until(1),
                },
              ],
              nonce: request.nonce!,
            },
            ca.ocsp.signer,
          ),
        )
        const facts = verifyOcspResponse({
          response,
          certificate: parseCertificate(ca.person.der),
          issuer: parseCertificate(ca.issuing.der),
        })
        expect(JSON.stringify(facts)).toContain('keyCompromise')
        expect(response.basic?.nonce).toEqual(request.nonce)
      },
    )

    it('stamps time on a digest, with and without its certificate', async () => {
      for (const certReq of [true, false]) {
        const hashedMessage = digest('sm3', random(20))
        const request = parseTimeStampRequest(
          buildTimeStampRequest({
            digestAlgorithm: 'sm3',
            hashedMessage,
            nonce: serial(),
            certReq,
          }),
        )
        const token = await buildTimeStampToken(
          request,
          {
            policy: '2.25.1',
            serialNumber: serial(),
            genTime: now,
            accuracySeconds: 1,
            certificate: ca.tsa.der,
            chain: [ca.issuing.der],
          },
          ca.tsa.signer,
        )
        const response = parseTimeStampResponse(grantTimeStamp(token))
        const { tstInfo, signedData } = response.token!
        expect(tstInfo.hashedMessage).toEqual(hashedMessage)
        expect(tstInfo.nonce).toBe(request.nonce)
        expect(signedData.certificates).toHaveLength(certReq ? 2 : 0)
        const facts = verifySignerInfo({
          signedData,
          signerInfo: signedData.signerInfos[0]!,
          certificates: [parseCertificate(ca.tsa.der)],
        })
        expect(facts.signatureValid).toBe(true)
      }
    })

    it('the issuer of each is found by its key and name', () => {
      expect(verifyIssued(parseCertificate(ca.person.der), parseCertificate(ca.issuing.der))).toBe(
        true,
      )
      expect(
        execFileSync('openssl', [
          'x509',
          '-in',
          pem('p.pem', ca.person.der),
          '-noout',
          '-ext',
          'keyUsage',
        ]).toString(),
      ).toContain('Non Repudiation')
    })
  },
)
