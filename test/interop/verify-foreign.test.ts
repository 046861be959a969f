// Things signed by other people's programs, judged under their own roots.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCertificates, verifyAny, type Report } from '@yunqian/verify'
import { installed } from '../documents/samples.ts'

const hasOpenssl = installed('openssl')
const content = new TextEncoder().encode('signed elsewhere 别处所签\n')
const ec = (curve: string): string[] => ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${curve}`]
const pss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest']
// Kind, new key, how certificates are signed, how CMS is signed, the hash.
const kinds: [string, string[], string[], string[], string][] = [
  ['P-256', ec('P-256'), [], [], 'sha256'],
  ['P-384', ec('P-384'), [], [], 'sha384'],
  ['P-521', ec('P-521'), [], [], 'sha512'],
  ['brainpoolP256r1', ec('brainpoolP256r1'), [], [], 'sha256'],
  ['RSA', ['-newkey', 'rsa:2048'], [], [], 'sha256'],
  ['RSA and SHA-512', ['-newkey', 'rsa:3072'], [], [], 'sha512'],
  ['RSA-PSS', ['-newkey', 'rsa:2048'], pss, ['-keyopt', 'rsa_padding_mode:pss'], 'sha256'],
]

describe.skipIf(!hasOpenssl).each(kinds)('openssl with %s', (_, key, sigopt, keyopt, hash) => {
  let folder: string
  const path = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { stdio: 'pipe', cwd: folder })
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(path(name)))
  const judge = (name: string, root: string | undefined, detached?: Uint8Array): Report =>
    verifyAny(read(name), {
      trustAnchors: root ? (readCertificates(read(root)) ?? []) : [],
      now: new Date(),
      ...(detached ? { detachedContent: detached } : {}),
    })

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'yunqian-foreign-'))
    writeFileSync(path('content'), content)
    writeFileSync(path('leaf.ext'), 'keyUsage=digitalSignature\nbasicConstraints=CA:false\n')
    writeFileSync(path('tsa.ext'), 'extendedKeyUsage=critical,timeStamping\n')
    const hashed = [`-${hash}`, ...sigopt]
    const root = ['req', '-x509', ...key, ...hashed, '-nodes', '-days', '9']
    openssl(...root, '-keyout', 'root.key', '-out', 'root.pem', '-subj', '/CN=foreign root')
    openssl(...root, '-keyout', 'other.key', '-out', 'other.pem', '-subj', '/CN=another root')
    for (const [name, extensions] of [
      ['leaf', 'leaf.ext'],
      ['tsa', 'tsa.ext'],
    ] as const) {
      const request = ['req', ...key, '-nodes', '-subj', `/CN=${name}`, '-keyout', `${name}.key`]
      openssl(...request, '-out', `${name}.csr`)
      const by = ['-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial', '-days', '8']
      const files = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-extfile', extensions]
      openssl('x509', '-req', ...hashed, ...files, ...by)
    }
    const input = ['-binary', '-in', 'content', '-signer', 'leaf.pem']
    const sign = ['cms', '-sign', ...input, '-md', hash]
    const der = ['-outform', 'DER', '-out']
    const out = ['-inkey', 'leaf.key', ...keyopt, ...der]
    openssl(...sign, ...out, 'detached.p7s', '-cades')
    openssl(...sign, ...out, 'attached.p7m', '-nodetach')
    openssl(...sign, ...out, 'noattr.p7m', '-nodetach', '-noattr')
    // OpenSSL 3.0 cannot stream under PSS.
    const streamed = keyopt.length > 0 ? [] : ['-stream']
    openssl(...sign, ...out, 'streamed.p7m', '-nodetach', '-cades', ...streamed)
    openssl('cms', '-sign', ...input, '-md', 'sha1', '-inkey', 'leaf.key', ...der, 'sha1.p7s')
    openssl(...sign, '-inkey', 'leaf.key', ...keyopt, '-outform', 'PEM', '-out', 'pem.p7s')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('detached CMS is valid under its root', () => {
    expect(judge('detached.p7s', 'root.pem', content)).toMatchObject({
      verdict: 'valid',
      signatures: [{ signer: { name: 'leaf' } }],
    })
  })

  it('attached, without attributes and in PEM as well', () => {
    expect(judge('attached.p7m', 'root.pem').verdict).toBe('valid')
    expect(judge('noattr.p7m', 'root.pem').verdict).toBe('valid')
    expect(judge('pem.p7s', 'root.pem', content).verdict).toBe('valid')
  })

  it('streamed in BER, which is told, and with no byte flipped', () => {
    const report = judge('streamed.p7m', 'root.pem')
    expect(report.verdict).toBe('valid')
    const codes = report.signatures.flatMap((signature) => signature.checks.map(({ code }) => code))
    expect(codes.includes('signature.ber-encoded')).toBe(keyopt.length === 0)
    const bytes = read('streamed.p7m')
    const options = { trustAnchors: readCertificates(read('root.pem')) ?? [], now: new Date() }
    const survivors: number[] = []
    for (let i = 0; i < bytes.length; i += 29) {
      const changed = bytes.slice()
      changed[i] = (changed[i] as number) ^ ([0x01, 0x20, 0x80][i % 3] as number)
      if (verifyAny(changed, options).verdict === 'valid') survivors.push(i)
    }
    expect(survivors).toEqual([])
  })

  it('over SHA-1 is whole, and no evidence', () => {
    expect(judge('sha1.p7s', 'root.pem', content)).toMatchObject({
      verdict: 'indeterminate',
      reason: 'algorithm.weak-digest',
    })
    expect(judge('sha1.p7s', 'root.pem', new Uint8Array(5)).verdict).toBe('invalid')
  })

  it('is not valid under another root, nor over other content', () => {
    expect(judge('detached.p7s', 'other.pem', content).verdict).toBe('indeterminate')
    expect(judge('detached.p7s', undefined, content).verdict).toBe('indeterminate')
    expect(judge('detached.p7s', 'root.pem', new Uint8Array(5)).verdict).toBe('invalid')
  })

  it('a timestamp by openssl ts is valid', () => {
    const stamp = `signer_cert=tsa.pem\nsigner_key=tsa.key\nsigner_digest=${hash}\ndigests=${hash}\n`
    const policy = 'default_policy=1.2.3.4\ness_cert_id_alg=sha256\nserial=serial\n'
    writeFileSync(path('ts.cnf'), `[tsa]\ndefault_tsa=s\n[s]\n${stamp}${policy}`)
    writeFileSync(path('serial'), '01\n')
    openssl('ts', '-query', '-data', 'content', `-${hash}`, '-cert', '-out', 'q.tsq')
    openssl('ts', '-reply', '-config', 'ts.cnf', '-queryfile', 'q.tsq', '-out', 'r.tsr')
    expect(judge('r.tsr', 'root.pem', content)).toMatchObject({
      kind: 'timestamp',
      verdict: 'valid',
    })
    expect(judge('r.tsr', 'root.pem', new Uint8Array(5)).verdict).toBe('invalid')
    expect(judge('r.tsr', 'root.pem').verdict).toBe('indeterminate')
  })
})
