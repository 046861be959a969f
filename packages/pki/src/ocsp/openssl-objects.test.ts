import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCrl, verifyCrl } from '../crl/crl.ts'
import { digest } from '../digests.ts'
import { verifySignerInfo } from '../cms/verify-signer-info.ts'
import { parseTimeStampRequest, parseTimeStampResponse } from '../tsp/time-stamp.ts'
import { type Certificate, parseCertificate } from '../x509/certificate.ts'
import { parsePem } from '../x509/pem.ts'
import { parseOcspRequest, parseOcspResponse } from './ocsp.ts'
import { certIdNames, verifyOcspResponse } from './verify-ocsp.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
if (!hasOpenssl) console.warn('skipped: reading openssl’s CRL, OCSP and timestamps needs openssl')

describe.skipIf(!hasOpenssl)('objects made by openssl', () => {
  let folder: string
  const path = (name: string): string => join(folder, name)
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(path(name)))
  const certificate = (name: string): Certificate =>
    parseCertificate(parsePem(readFileSync(path(name), 'utf8'))[0]!.der)
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { stdio: 'pipe', cwd: folder })

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'yunqian-pki-'))
    writeFileSync(path('index.txt'), '')
    writeFileSync(path('serial'), '1000\n')
    writeFileSync(path('crlnumber'), '01\n')
    writeFileSync(path('ca.cnf'), configuration)
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '9']
    const files = (name: string) => ['-keyout', `${name}.key`, '-out']
    const x509 = ['req', '-x509', '-config', 'ca.cnf', ...key]
    openssl(...x509, '-extensions', 'of_ca', '-subj', '/C=CN/CN=root', ...files('ca'), 'ca.pem')
    for (const name of ['leaf', 'tsa']) {
      const subject = ['-subj', `/C=CN/CN=${name}`]
      openssl('req', '-config', 'ca.cnf', ...key, ...subject, ...files(name), `${name}.csr`)
      const files2 = ['-in', `${name}.csr`, '-out', `${name}.pem`]
      openssl('ca', '-config', 'ca.cnf', '-batch', '-extensions', `of_${name}`, ...files2)
    }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('a CRL, before and after a revocation', () => {
    openssl('ca', '-config', 'ca.cnf', '-revoke', 'leaf.pem', '-crl_reason', 'keyCompromise')
    openssl('ca', '-config', 'ca.cnf', '-gencrl', '-out', 'crl.pem')
    const crl = parseCrl(parsePem(readFileSync(path('crl.pem'), 'utf8'))[0]!.der)
    expect(verifyCrl(crl, certificate('ca.pem'))).toBe(true)
    expect(verifyCrl(crl, certificate('leaf.pem'))).toBe(false)
    expect(crl.entries.get(certificate('leaf.pem').serialNumberHex)?.reason).toBe('keyCompromise')
    expect(crl.entries.has(certificate('tsa.pem').serialNumberHex)).toBe(false)
    const changed = crl.tbs.slice()
    changed[changed.length - 1]! ^= 1
    expect(verifyCrl({ ...crl, tbs: changed }, certificate('ca.pem'))).toBe(false)
  })

  it('an OCSP request and response of the CA itself', () => {
    const who = ['-sha256', '-issuer', 'ca.pem', '-cert', 'tsa.pem']
    openssl('ocsp', ...who, '-reqout', 'ocsp.req')
    const ca = certificate('ca.pem')
    const request = parseOcspRequest(read('ocsp.req'))
    expect(request.nonce?.length).toBeGreaterThan(0)
    const [certId] = request.certIds
    expect(certId && certIdNames(certId, certificate('tsa.pem'), ca)).toBe(true)
    expect(certId && certIdNames(certId, certificate('leaf.pem'), ca)).toBe(false)
    const answer = ['-rsigner', 'ca.pem', '-rkey', 'ca.key', '-CA', 'ca.pem', '-ndays', '1']
    const files = ['-reqin', 'ocsp.req', '-respout', 'ocsp.res']
    openssl('ocsp', '-index', 'index.txt', ...answer, ...files)
    const response = parseOcspResponse(read('ocsp.res'))
    const facts = verifyOcspResponse({ response, certificate: certificate('tsa.pem'), issuer: ca })
    expect(facts).toMatchObject({ signatureValid: true, single: { status: 'good' } })
    const other = verifyOcspResponse({ response, issuer: certificate('leaf.pem') })
    expect(other).toMatchObject({ signatureValid: false, single: undefined })
  })

  it('a timestamp', () => {
    writeFileSync(path('data'), 'data')
    writeFileSync(path('tsaserial'), '01\n')
    openssl('ts', '-query', '-data', 'data', '-sha256', '-cert', '-out', 'ts.req')
    openssl('ts', '-reply', '-config', 'ca.cnf', '-queryfile', 'ts.req', '-out', 'ts.res')
    const request = parseTimeStampRequest(read('ts.req'))
    const { token } = parseTimeStampResponse(read('ts.res'))
    if (!token) return expect.fail('no token')
    expect(request).toMatchObject({ digestAlgorithm: 'sha256', certReq: true })
    expect(token.tstInfo.nonce).toBe(request.nonce)
    expect(token.tstInfo.hashedMessage).toEqual(digest('sha256', read('data')))
    const { signedData } = token
    const facts = verifySignerInfo({ signedData, signerInfo: signedData.signerInfos[0]! })
    expect(facts).toMatchObject({
      messageDigestMatches: true,
      signatureValid: true,
      contentTypeMatches: true,
      signingCertificateMatches: true,
    })
  })
})

const configuration = `
[ca]
default_ca = main
[main]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 5
default_crl_days = 5
policy = any
[any]
countryName = optional
commonName = supplied
[req]
distinguished_name = dn
[dn]
[of_ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier = hash
[of_leaf]
keyUsage = critical,digitalSignature
[of_tsa]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = stamp
[stamp]
serial = tsaserial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`
