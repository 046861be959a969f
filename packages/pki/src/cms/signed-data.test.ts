import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DerError } from '../errors.ts'
import { parseSignedAttributes } from './attributes.ts'
import { parseForeignSignedData, parseSignedData, type SignedData } from './signed-data.ts'
import { type SignerInfoFacts, verifySignerInfo } from './verify-signer-info.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
if (!hasOpenssl) console.warn('skipped: reading openssl’s CMS needs openssl')
const content = new TextEncoder().encode('门诊病历 outpatient record')

const forms: [string, string[]][] = [
  ['ec', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
  ['rsa', ['-newkey', 'rsa:2048']],
]

describe.skipIf(!hasOpenssl).each(forms)('CMS made by openssl with %s', (_, newKey) => {
  let folder: string
  const path = (name: string): string => join(folder, name)
  const make = (...options: string[]): Uint8Array => {
    const common = ['-binary', '-in', path('content'), '-outform', 'DER', '-out', path('out')]
    const key = ['-signer', path('cert.pem'), '-inkey', path('key.pem')]
    execFileSync('openssl', ['cms', '-sign', ...common, ...key, ...options], { stdio: 'pipe' })
    return new Uint8Array(readFileSync(path('out')))
  }
  const facts = (signedData: SignedData, detached?: Uint8Array): SignerInfoFacts =>
    verifySignerInfo({
      signedData,
      signerInfo: signedData.signerInfos[0]!,
      ...(detached ? { content: detached } : {}),
    })

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'yunqian-cms-'))
    writeFileSync(path('content'), content)
    const subject = ['-subj', '/C=CN/CN=signer', '-days', '2', '-nodes']
    const files = ['-keyout', path('key.pem'), '-out', path('cert.pem')]
    execFileSync('openssl', ['req', '-x509', ...newKey, ...subject, ...files], { stdio: 'pipe' })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('detached, bound to its certificate', () => {
    const signedData = parseSignedData(make('-cades'))
    expect(signedData).toMatchObject({ dialect: 'rfc', version: 1 })
    expect(signedData.content).toBeUndefined()
    expect(facts(signedData, content)).toMatchObject({
      messageDigestMatches: true,
      signatureValid: true,
      contentTypeMatches: true,
      signingCertificateMatches: true,
    })
    expect(facts(signedData, Uint8Array.of(1))).toMatchObject({
      messageDigestMatches: false,
      signatureValid: true,
    })
    expect(facts(signedData).messageDigestMatches).toBe(false)
  })

  it('attached, by key identifier, unbound', () => {
    const signedData = parseSignedData(make('-nodetach', '-keyid'))
    expect(signedData.content).toEqual(content)
    expect(signedData.signerInfos[0]?.sid.kind).toBe('subject-key-id')
    expect(facts(signedData)).toMatchObject({
      messageDigestMatches: true,
      signatureValid: true,
      signingCertificateMatches: 'absent',
    })
  })

  it('without attributes', () => {
    const signedData = parseSignedData(make('-noattr', '-nodetach'))
    expect(signedData.signerInfos[0]?.signedAttributes).toBeUndefined()
    expect(facts(signedData)).toMatchObject({ messageDigestMatches: true, signatureValid: true })
  })

  it('its attributes stand alone as they are signed', () => {
    const signedAttributes = parseSignedData(make('-cades')).signerInfos[0]?.signedAttributes
    const again = parseSignedAttributes(signedAttributes?.der as Uint8Array)
    expect(again.messageDigest).toEqual(signedAttributes?.messageDigest)
    expect(again.signingCertificateV2).toEqual(signedAttributes?.signingCertificateV2)
  })

  it('a version that does not fit is refused, and told of a foreign one', () => {
    const der = make('-cades')
    const changed = der.slice()
    const at = Buffer.from(der).indexOf(Buffer.from('020101', 'hex'))
    changed[at + 2] = 3
    expect(() => parseSignedData(changed)).toThrow(DerError)
    const foreign = parseForeignSignedData(changed)
    expect(foreign.irregularities).toEqual(['version'])
    expect(facts(foreign, content).signatureValid).toBe(true)
    expect(parseForeignSignedData(der).irregularities).toEqual([])
  })

  it('in BER is refused, and read as a foreign one', () => {
    const ber = make('-nodetach', '-stream', '-cades')
    expect(() => parseSignedData(ber)).toThrow(DerError)
    const foreign = parseForeignSignedData(ber)
    expect(foreign.irregularities).toEqual(['ber'])
    expect(foreign.content).toEqual(content)
    expect(facts(foreign)).toMatchObject({ messageDigestMatches: true, signatureValid: true })
    expect(parseSignedData(foreign.der).irregularities).toEqual([])
  })

  it('over SHA-1 matches nothing, unless its weakness is told', () => {
    const signedData = parseSignedData(make('-md', 'sha1'))
    expect(facts(signedData, content)).toMatchObject({
      messageDigestMatches: false,
      signatureValid: false,
      weak: true,
    })
    const [signerInfo] = signedData.signerInfos
    const told = verifySignerInfo({
      signedData,
      signerInfo: signerInfo!,
      content,
      evenIfWeak: true,
    })
    expect(told).toMatchObject({ messageDigestMatches: true, signatureValid: true, weak: true })
  })

  it('every flipped byte is refused, unreadable to arithmetic, or in the certificate', () => {
    const der = make('-cades')
    const whole = parseSignedData(der)
    const certificate = whole.certificates[0]!.der
    const start = Buffer.from(der).indexOf(certificate)
    for (let i = 0; i < der.length; i++) {
      if (i >= start && i < start + certificate.length) continue
      const changed = der.slice()
      changed[i]! ^= 0x01
      try {
        const signedData = parseSignedData(changed)
        const [signerInfo] = signedData.signerInfos
        const found = signerInfo && facts(signedData, content)
        const sound =
          found?.signatureValid === true &&
          found.messageDigestMatches &&
          found.contentTypeMatches &&
          found.signingCertificateMatches === true
        expect(sound, `byte ${i}`).toBe(false)
      } catch (error) {
        expect(error, `byte ${i}`).toBeInstanceOf(DerError)
      }
    }
  })
})
