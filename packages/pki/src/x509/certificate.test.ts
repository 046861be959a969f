import { fromHex, toHex } from '@yunqian/sm'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DerError } from '../errors.ts'
import { certificateFingerprint, isSelfIssued, parseCertificate } from './certificate.ts'
import { issuanceFacts, verifyIssued } from './issued.ts'
import { formatName } from './name.ts'
import { encodePem, parsePem } from './pem.ts'

// Made by OpenSSL 3.0: req -x509 -sm3 -sigopt distid:1234567812345678.
const PEM = `-----BEGIN CERTIFICATE-----
MIICwTCCAmigAwIBAgIJAIEjRWeJq83vMAoGCCqBHM9VAYN1MEYxCzAJBgNVBAYT
AkNOMSEwHwYDVQQKDBjnpLrkvovljavnlJ/mnI3liqHkuK3lv4MxFDASBgNVBAMM
C+W8oCwg5Yy755SfMB4XDTI2MTEyNDA4NDg0OFoXDTM2MTEyMTA4NDg0OFowRjEL
MAkGA1UEBhMCQ04xITAfBgNVBAoMGOekuuS+i+WNq+eUn+acjeWKoeS4reW/gzEU
MBIGA1UEAwwL5bygLCDljLvnlJ8wWTATBgcqhkjOPQIBBggqgRzPVQGCLQNCAASp
hKcvjhF0SiXuRknUWrTal6X5Icp7PinSYGkH/fjSWr8mJ/+bxfTXVIEnZrbjk8h2
7c4Na51PWdWjs+mTtja5o4IBPTCCATkwHQYDVR0OBBYEFN7qAA7FUg2HMbBFE+MM
BWN19OQ9MB8GA1UdIwQYMBaAFN7qAA7FUg2HMbBFE+MMBWN19OQ9MA4GA1UdDwEB
/wQEAwIGwDAMBgNVHRMBAf8EAjAAMCwGA1UdHwQlMCMwIaAfoB2GG2h0dHA6Ly9j
YS5leGFtcGxlL2NybC8xLmNybDBYBggrBgEFBQcBAQRMMEowIgYIKwYBBQUHMAGG
Fmh0dHA6Ly9jYS5leGFtcGxlL29jc3AwJAYIKwYBBQUHMAKGGGh0dHA6Ly9jYS5l
eGFtcGxlL2NhLmNlcjATBgNVHSUEDDAKBggrBgEFBQcDBDAQBgNVHSAECTAHMAUG
AyoDBDAqBgNVHREEIzAhgRJkb2N0b3JAZXhhbXBsZS5vcmeCC2V4YW1wbGUub3Jn
MAoGCCqBHM9VAYN1A0cAMEQCIHwkODnJriJhNy/8dVCt9cxjs+rj0k9GccPTv5CF
qeF0AiA+JtRJYKU2RulqbQKcSGOsUHAB7pN7VCMBovrll2zOUA==
-----END CERTIFICATE-----
`
const der = parsePem(PEM)[0]!.der
const certificate = parseCertificate(der)

describe('a certificate made by OpenSSL', () => {
  it('is read', () => {
    expect(formatName(certificate.subject)).toBe('CN=张\\, 医生,O=示例卫生服务中心,C=CN')
    expect(certificate.subject.get('CN')).toBe('张, 医生')
    expect(certificate.serialNumberHex).toBe('8123456789abcdef')
    expect(certificate.version).toBe(3)
    expect(certificate.publicKey.kind).toBe('sm2')
    expect(certificate.signatureAlgorithmName).toBe('sm2-with-sm3')
    expect([...certificate.keyUsage!]).toEqual(['digitalSignature', 'nonRepudiation'])
    expect(certificate.basicConstraints).toEqual({ ca: false })
    expect(certificate.extKeyUsage).toEqual(['1.3.6.1.5.5.7.3.4'])
    expect(certificate.crlDistributionPoints).toEqual(['http://ca.example/crl/1.crl'])
    expect(certificate.ocspUrls).toEqual(['http://ca.example/ocsp'])
    expect(certificate.caIssuerUrls).toEqual(['http://ca.example/ca.cer'])
    expect(certificate.certificatePolicies).toEqual(['1.2.3.4'])
    expect(certificate.subjectAltNames).toEqual([
      { kind: 'email', value: 'doctor@example.org' },
      { kind: 'dns', value: 'example.org' },
    ])
    expect(certificate.unknownCriticalExtensions).toEqual([])
    expect(isSelfIssued(certificate)).toBe(true)
    expect(toHex(certificateFingerprint(certificate, 'sha256'))).toHaveLength(64)
  })

  it('verifies under its own key with the default identity and no other', () => {
    expect(verifyIssued(certificate, certificate)).toBe(true)
    expect(verifyIssued(certificate, certificate, { sm2Id: new Uint8Array() })).toBe(false)
    expect(issuanceFacts(certificate, certificate)).toEqual({
      namesChain: true,
      signatureValid: true,
      keyIdentifiers: 'match',
      issuerIsCa: false,
      issuerMaySignCertificates: false,
    })
  })

  it('does not survive a flipped bit anywhere: refused, or its signature is invalid', () => {
    fc.assert(
      fc.property(fc.nat(der.length * 8 - 1), (bit) => {
        const broken = Uint8Array.from(der)
        broken[bit >> 3]! ^= 0x80 >> (bit & 7)
        try {
          expect(verifyIssued(parseCertificate(broken), certificate)).toBe(false)
        } catch (error) {
          if (!(error instanceof DerError)) throw error
        }
      }),
      { numRuns: 300 },
    )
  })

  it('goes round through PEM', () => {
    expect(encodePem('CERTIFICATE', der)).toBe(PEM)
  })
})

describe('refusals', () => {
  it('refuses differing inner and outer algorithms', () => {
    const hex = toHex(der)
    const oid = '06082a811ccf55018375'
    const at = hex.lastIndexOf(oid)
    const swapped = hex.slice(0, at) + '06082a811ccf55018374' + hex.slice(at + oid.length)
    expect(() => parseCertificate(fromHex(swapped))).toThrow(
      expect.objectContaining({ code: 'pki.der-invalid-value' }),
    )
  })

  it('refuses trailing bytes and broken PEM', () => {
    expect(() => parseCertificate(Uint8Array.of(...der, 0))).toThrow(
      expect.objectContaining({ code: 'pki.der-trailing-data' }),
    )
    for (const text of [PEM.replace('END', 'ENDE'), PEM.replace('MII', 'MI*'), '-----BEGIN X-----'])
      expect(() => parsePem(text)).toThrow(expect.objectContaining({ code: 'pki.pem-malformed' }))
  })
})
