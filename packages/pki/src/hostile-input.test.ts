// Every parser before bytes nobody honest wrote: it returns or throws DerError, and nothing that was changed verifies.
import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { digest } from './digests.ts'
import {
  type Certificate,
  CONTENT_TYPE,
  DerError,
  parseCertificate,
  parseCertificationRequest,
  parseCrl,
  parseOcspRequest,
  parseOcspResponse,
  parseSignedAttributes,
  parseSignedData,
  parseTimeStampRequest,
  parseTimeStampResponse,
  parseTimeStampToken,
  validatePath,
  verifyCertificationRequest,
  verifyCrl,
  verifyIssued,
  verifyOcspResponse,
  verifySignerInfo,
} from './index.ts'
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
  issueCertificate,
  type NameParts,
  prepareCertificate,
  type Signer,
  signData,
  softwareSigner,
} from './write/index.ts'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
const now = new Date('2026-11-24T08:00:00Z')
const later = new Date('2027-11-24T08:00:00Z')
const content = new TextEncoder().encode('门诊病历')
const subject: NameParts = [
  ['C', 'CN'],
  ['CN', '测试'],
]
const newSigner = (): Signer => softwareSigner(generateSigningKey('sm2-with-sm3', random), random)

async function selfSigned(signer = newSigner()): Promise<{ der: Uint8Array; signer: Signer }> {
  const prepared = prepareCertificate({
    profile: 'root',
    subject: [...subject.slice(0, 1), ['O', '示例'], ...subject.slice(1)],
    publicKey: signer.publicKey.der,
    serialNumber: Uint8Array.of(0x55, ...random(17)),
    notBefore: now,
    notAfter: later,
    issuerAlgorithm: 'sm2-with-sm3',
  })
  return { der: await issueCertificate(prepared, signer), signer }
}

interface Sample {
  readonly bytes: Uint8Array
  /** Parses, and says whether the signature inside holds. */
  readonly judge: (bytes: Uint8Array) => boolean
}

let samples: Record<string, Sample>
let root: Certificate

const signerHolds = (bytes: Uint8Array): boolean => {
  const signedData = parseSignedData(bytes)
  return signedData.signerInfos.some((signerInfo) => {
    const facts = verifySignerInfo({ signedData, signerInfo, content })
    return (
      facts.signatureValid &&
      facts.messageDigestMatches &&
      facts.contentTypeMatches &&
      facts.signingCertificateMatches === true
    )
  })
}

async function makeSamples(): Promise<Record<string, Sample>> {
  const { der, signer } = await selfSigned()
  root = parseCertificate(der)
  const info = certificationRequestInfo({
    subject: encodeName(subject),
    publicKey: signer.publicKey.der,
  })
  const ocspRequest = buildOcspRequest({
    certificate: der,
    issuer: der,
    hash: 'sm3',
    nonce: random(16),
  })
  const ocspResponse = await buildOcspResponse(
    {
      responderCertificate: der,
      producedAt: now,
      responses: [
        {
          certId: parseOcspRequest(ocspRequest).certIds[0]!.der,
          status: { kind: 'good' },
          thisUpdate: now,
          nextUpdate: later,
        },
      ],
    },
    signer,
  )
  const stampRequest = buildTimeStampRequest({
    digestAlgorithm: 'sm3',
    hashedMessage: digest('sm3', content),
    nonce: random(8),
    certReq: true,
  })
  const token = await buildTimeStampToken(
    parseTimeStampRequest(stampRequest),
    {
      policy: '2.25.1',
      serialNumber: random(8),
      genTime: now,
      accuracySeconds: 1,
      certificate: der,
      chain: [],
    },
    signer,
  )
  const cms = await signData({
    contentType: CONTENT_TYPE.data,
    content,
    detached: true,
    signer,
    signerCertificate: der,
    certificates: [],
  })
  const crl = await buildCrl(
    {
      issuer: der,
      thisUpdate: now,
      nextUpdate: later,
      crlNumber: 1n,
      entries: [{ serialNumberHex: '01', revocationDate: now, reason: 'superseded' }],
    },
    signer,
  )
  const attributes = parseSignedData(cms).signerInfos[0]!.signedAttributes!.der
  return {
    certificate: { bytes: der, judge: (bytes) => verifyIssued(parseCertificate(bytes), root) },
    request: {
      bytes: assembleCertificationRequest(info, 'sm2-with-sm3', await signer.sign(info)),
      judge: (bytes) => verifyCertificationRequest(parseCertificationRequest(bytes)),
    },
    crl: { bytes: crl, judge: (bytes) => verifyCrl(parseCrl(bytes), root) },
    'OCSP request': { bytes: ocspRequest, judge: (bytes) => !parseOcspRequest(bytes) },
    'OCSP response': {
      bytes: ocspResponse,
      judge: (bytes) =>
        verifyOcspResponse({ response: parseOcspResponse(bytes), certificate: root, issuer: root })
          .signatureValid,
    },
    CMS: { bytes: cms, judge: signerHolds },
    'signed attributes': { bytes: attributes, judge: (bytes) => !parseSignedAttributes(bytes) },
    'time-stamp request': { bytes: stampRequest, judge: (bytes) => !parseTimeStampRequest(bytes) },
    'time-stamp token': {
      bytes: token,
      judge: (bytes) => signerHolds(parseTimeStampToken(bytes).der),
    },
    'time-stamp response': { bytes: token, judge: (bytes) => !parseTimeStampResponse(bytes) },
  }
}

/** What the judge says, or `refused`; anything but a DerError escapes. */
function outcome({ judge }: Sample, bytes: Uint8Array): boolean | 'refused' {
  try {
    return judge(bytes)
  } catch (error) {
    if (error instanceof DerError) return 'refused'
    throw error
  }
}

beforeAll(async () => {
  samples = await makeSamples()
})

const kinds = [
  'certificate',
  'request',
  'crl',
  'OCSP request',
  'OCSP response',
  'CMS',
  'signed attributes',
  'time-stamp request',
  'time-stamp token',
  'time-stamp response',
] as const
const signed: readonly string[] = ['certificate', 'request', 'crl', 'CMS', 'time-stamp token']

describe.each(kinds)('%s', (kind) => {
  it('verifies as it was made', () => {
    if (signed.includes(kind) || kind === 'OCSP response')
      expect(outcome(samples[kind]!, samples[kind]!.bytes)).toBe(true)
  })

  it('never verifies with a byte changed, and is never worse than refused', () => {
    const sample = samples[kind]!
    const { bytes } = sample
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const broken = Uint8Array.from(bytes)
        broken[at]! ^= change
        // The responder's certificate travels beside the answer and is not covered by its signature.
        if (kind === 'OCSP response') outcome(sample, broken)
        else expect(outcome(sample, broken)).not.toBe(true)
      }),
      { numRuns: 250 },
    )
  })

  it('survives truncation, repetition and splicing', () => {
    const sample = samples[kind]!
    const { bytes } = sample
    const place = fc.nat(bytes.length)
    fc.assert(
      fc.property(place, place, fc.uint8Array({ maxLength: 20 }), (from, to, middle) => {
        const spliced = Uint8Array.of(...bytes.subarray(0, from), ...middle, ...bytes.subarray(to))
        outcome(sample, spliced)
      }),
      { numRuns: 250 },
    )
  })
})

describe('many certificates of one name', () => {
  it('are searched for an anchor within a bound', async () => {
    const strangers = await Promise.all(Array.from({ length: 14 }, () => selfSigned()))
    const certificates = strangers.map(({ der }) => parseCertificate(der))
    const named = certificates.map((certificate) => ({
      ...certificate,
      authorityKeyId: undefined as never,
    }))
    const answer = validatePath({
      leaf: named[0]!,
      intermediates: named.slice(1),
      trustAnchors: [],
      at: now,
    })
    expect(answer.problems.map(({ code }) => code)).toEqual(['path.no-issuer'])
  })
})

describe('time-stamp requests', () => {
  const request = (hashedMessage: Uint8Array): Uint8Array =>
    buildTimeStampRequest({ digestAlgorithm: 'sm3', hashedMessage, certReq: false })

  it('are refused when the imprint is not as long as its digest', () => {
    expect(parseTimeStampRequest(request(random(32))).hashedMessage).toHaveLength(32)
    expect(() => parseTimeStampRequest(request(random(31)))).toThrow(
      expect.objectContaining({ code: 'pki.der-invalid-value' }),
    )
  })

  it('are refused with a negative nonce', () => {
    const whole = request(random(32))
    const negative = Uint8Array.of(0x30, whole[1]! + 3, ...whole.subarray(2), 2, 1, 0xff)
    expect(() => parseTimeStampRequest(negative)).toThrow(
      expect.objectContaining({ code: 'pki.der-invalid-value' }),
    )
  })
})
