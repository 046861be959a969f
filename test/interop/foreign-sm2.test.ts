// SM2 objects by others, read here: BouncyCastle's CMS and timestamps, and the forms GM/T 0010 signers send.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ALGORITHM_OID,
  CONTENT_TYPE,
  digest,
  parseCertificate,
  parseSignedData,
  parseTimeStampToken,
  verifySignerInfo,
} from '@yunqian/pki'
import {
  encodePrivateKey,
  explicit,
  generateSigningKey,
  implicitConstructed,
  integer,
  integerBytes,
  issueCertificate,
  nullValue,
  octetString,
  oid,
  prepareCertificate,
  sequence,
  setOf,
  softwareSigner,
} from '@yunqian/pki/write'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { random } from '../authority/authority.ts'
import { bouncyCastleInstalled, compileJava } from './debian-tools.ts'

const content = new TextEncoder().encode('门诊病历：主诉咳嗽三日')
const folder = mkdtempSync(join(tmpdir(), 'yunqian-foreign-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const judge = (cms: Uint8Array, given?: Uint8Array): readonly [boolean, boolean, boolean] => {
  const signedData = parseSignedData(cms)
  const signerInfo = signedData.signerInfos[0]!
  const facts = verifySignerInfo({ signedData, signerInfo, content: given })
  return [facts.messageDigestMatches, facts.signatureValid, facts.contentTypeMatches]
}

describe.skipIf(!bouncyCastleInstalled())('BouncyCastle signs with SM2', () => {
  const made = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)))

  beforeAll(async () => {
    const key = generateSigningKey('sm2-with-sm3', random)
    const signer = softwareSigner(key, random)
    writeFileSync(join(folder, 'cert.der'), await timeStampingCertificate(signer.publicKey.der))
    writeFileSync(join(folder, 'key.der'), encodePrivateKey(key))
    writeFileSync(join(folder, 'content'), content)
    const files = ['cert.der', 'key.der', 'content'].map((name) => join(folder, name))
    compileJava('SignWithSm2', folder)(...files, folder)
  })

  it('CMS with attributes, attached and detached', () => {
    expect(judge(made('plain.der'))).toEqual([true, true, true])
    expect(judge(made('detached.der'), content)).toEqual([true, true, true])
    expect(judge(made('detached.der'), Uint8Array.of(1))).toEqual([false, true, true])
  })

  it('CMS without attributes: the signature is over the content itself', () => {
    const signedData = parseSignedData(made('bare.der'))
    expect(signedData.signerInfos[0]!.signedAttributes).toBeUndefined()
    expect(judge(made('bare.der'))).toEqual([true, true, true])
  })

  it('a timestamp', () => {
    const token = parseTimeStampToken(made('token.der'))
    expect(token.tstInfo.hashedMessage).toEqual(digest('sm3', content))
    expect(token.tstInfo.nonce).toBe('07')
    const facts = verifySignerInfo({
      signedData: token.signedData,
      signerInfo: token.signedData.signerInfos[0]!,
    })
    expect(facts).toMatchObject({
      messageDigestMatches: true,
      signatureValid: true,
      signingCertificateMatches: true,
    })
  })
})

const now = new Date()
const inDays = (days: number): Date => new Date(now.getTime() + days * 86_400_000)

/** A root, and a timestamping certificate for a key that Java gets too. */
async function timeStampingCertificate(publicKey: Uint8Array): Promise<Uint8Array> {
  const common = {
    subject: [
      ['C', 'CN'],
      ['O', '示例'],
      ['CN', '测试'],
    ] as const,
    notBefore: now,
    issuerAlgorithm: 'sm2-with-sm3' as const,
  }
  const serialNumber = (): Uint8Array => Uint8Array.of(0x41, ...random(17))
  const ca = softwareSigner(generateSigningKey('sm2-with-sm3', random), random)
  const root = prepareCertificate({
    ...common,
    profile: 'root',
    publicKey: ca.publicKey.der,
    serialNumber: serialNumber(),
    notAfter: inDays(100),
  })
  const leaf = prepareCertificate({
    ...common,
    profile: 'tsa',
    publicKey,
    serialNumber: serialNumber(),
    notAfter: inDays(90),
    issuer: await issueCertificate(root, ca),
    addresses: {
      crl: 'http://ca.example/1.crl',
      ocsp: 'http://ca.example/ocsp',
      caIssuers: 'http://ca.example/1.cer',
    },
  })
  return issueCertificate(leaf, ca)
}

describe('GM/T 0010 signers', () => {
  /** PKCS #7 shape with GM identifiers, signed over the content itself: how several vendors do it. */
  async function gmSignedData(signatureOid: string, digestOid: string): Promise<Uint8Array> {
    const signer = softwareSigner(generateSigningKey('sm2-with-sm3', random), random)
    const certificate = parseCertificate(await timeStampingCertificate(signer.publicKey.der))
    const identifier = (id: string): Uint8Array => sequence(oid(id), nullValue())
    const signerInfo = sequence(
      integer(1),
      sequence(certificate.issuer.der, integerBytes(certificate.serialNumber)),
      identifier(digestOid),
      identifier(signatureOid),
      octetString(await signer.sign(content)),
    )
    const signedData = sequence(
      integer(1),
      setOf(identifier(digestOid)),
      sequence(oid(CONTENT_TYPE.gmData), explicit(0, octetString(content))),
      implicitConstructed(0, certificate.der),
      setOf(signerInfo),
    )
    return sequence(oid(CONTENT_TYPE.gmSignedData), explicit(0, signedData))
  }

  it.each([
    ['SM2 signature', ALGORITHM_OID.sm2Signature, ALGORITHM_OID.sm3],
    ['SM2 with SM3', ALGORITHM_OID.sm2WithSm3, ALGORITHM_OID.sm3],
    ['the signature algorithm named as digest', ALGORITHM_OID.sm2WithSm3, ALGORITHM_OID.sm2WithSm3],
  ])('%s, NULL parameters, no attributes', async (_, signature, digestOid) => {
    const cms = await gmSignedData(signature, digestOid)
    expect(parseSignedData(cms).dialect).toBe('gm')
    expect(judge(cms)).toEqual([true, true, true])
  })

  it('not under an algorithm that is none', async () => {
    const cms = await gmSignedData(ALGORITHM_OID.sm3, ALGORITHM_OID.sm3)
    expect(judge(cms)[1]).toBe(false)
  })
})
