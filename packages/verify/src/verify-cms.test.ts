import { generateSigningKey, softwareSigner } from '@yunqian/pki/write'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  after,
  issue,
  makeAuthority,
  makeCrl,
  makeOcsp,
  random,
  type Authority,
} from '../../../test/authority/authority.ts'
import { signContent, statusOf } from '../../../test/authority/signing.ts'
import type { VerifyOptions } from './options.ts'
import type { Report } from './report.ts'
import { verifyAny } from './verify-any.ts'

const content = new TextEncoder().encode('门诊病历')

describe.each(['sm2-with-sm3', 'ecdsa-with-sha256'] as const)('CMS under %s', (algorithm) => {
  let authority: Authority
  let cms: Uint8Array
  const judge = (bytes: Uint8Array, options: Partial<VerifyOptions> = {}): Report =>
    verifyAny(bytes, {
      trustAnchors: [authority.root.certificate],
      detachedContent: content,
      now: after(11),
      ...options,
    })
  const codes = (report: Report): string[] =>
    [...report.checks, ...report.signatures.flatMap((s) => s.checks)].map((check) => check.code)

  beforeAll(async () => {
    authority = await makeAuthority(algorithm)
    cms = await signContent(authority, content)
  })

  it('is valid, and still after the certificate has expired', () => {
    const report = judge(cms)
    expect(codes(report)).not.toContain('material.stray')
    expect(report).toMatchObject({ kind: 'cms', verdict: 'valid', reason: 'all-passed' })
    expect(report.signatures[0]).toMatchObject({
      signer: { name: '陈医生' },
      signedAt: after(10).toISOString(),
      declaredAt: after(10).toISOString(),
      path: ['CN=陈医生', 'CN=测试签发', 'CN=测试根'],
    })
    expect(judge(cms, { at: after(700) }).verdict).toBe('valid')
  })

  it('is valid attached as well', async () => {
    const attached = await signContent(authority, content, { detached: false })
    const options = { trustAnchors: [authority.root.certificate], now: after(11) }
    expect(verifyAny(attached, options).verdict).toBe('valid')
    const other = verifyAny(attached, { ...options, detachedContent: new Uint8Array(3) })
    expect(other).toMatchObject({ verdict: 'invalid', reason: 'integrity.content-differs' })
  })

  it('gives the same report for the same question, whenever asked', () => {
    expect(judge(cms, { at: after(12), now: after(12) })).toEqual(
      judge(cms, { at: after(12), now: after(900) }),
    )
  })

  it('is indeterminate without anchor, under another anchor, without content', async () => {
    expect(judge(cms, { trustAnchors: [] })).toMatchObject({
      verdict: 'indeterminate',
      reason: 'chain.no-trust-anchor',
    })
    const stranger = await issue(algorithm, { name: '别人的根', ca: true })
    expect(codes(judge(cms, { trustAnchors: [stranger.certificate] }))).toContain('chain.no-path')
    const { detachedContent: _, ...rest } = {
      trustAnchors: [authority.root.certificate],
      detachedContent: content,
      now: after(11),
    }
    expect(verifyAny(cms, rest)).toMatchObject({
      verdict: 'indeterminate',
      reason: 'integrity.content-missing',
    })
  })

  it('is invalid over other content', () => {
    expect(judge(cms, { detachedContent: new TextEncoder().encode('门诊病厉') })).toMatchObject({
      verdict: 'invalid',
      reason: 'integrity.altered',
    })
  })

  it('accuses nobody under a root of the same name and another key', async () => {
    const namesake = await makeAuthority(algorithm)
    const report = judge(cms, { trustAnchors: [namesake.root.certificate] })
    expect(report).toMatchObject({ verdict: 'indeterminate', reason: 'chain.other-anchor' })
  })

  it('accuses no certificate under an issuing CA of the same name and another key', async () => {
    const namesake = await makeAuthority(algorithm)
    const report = verifyAny(authority.doctor.certificate.der, {
      trustAnchors: [namesake.root.certificate],
      intermediates: [namesake.issuing.certificate],
      now: after(11),
    })
    expect(report).toMatchObject({ verdict: 'indeterminate', reason: 'chain.other-anchor' })
  })

  it('is invalid where the chain claims the very key of the anchor', async () => {
    const forger = softwareSigner(generateSigningKey(algorithm, random), random)
    const issuing = await issue(
      algorithm,
      { name: '测试签发', ca: true },
      { ...authority.root, signer: forger },
    )
    const doctor = await issue(algorithm, { name: '陈医生' }, issuing)
    const report = judge(await signContent({ ...authority, issuing, doctor }, content))
    expect(report.verdict).toBe('invalid')
    expect(codes(report)).toContain('chain.broken')
  })

  it('was not there before it was signed', () => {
    expect(judge(cms, { at: after(9) })).toMatchObject({
      verdict: 'indeterminate',
      reason: 'validity.after-validation-time',
    })
  })

  it('needs the status of its signer, newer than the signature', async () => {
    const bare = await signContent(authority, content, { status: false })
    expect(codes(judge(bare))).toContain('revocation.missing')
    expect(judge(bare).verdict).toBe('indeterminate')
    const early = await statusOf(authority, authority.doctor, after(9))
    expect(codes(judge(bare, { ocsps: early.ocsps }))).toContain('revocation.before-signing')
    const late = await statusOf(authority, authority.doctor, after(10))
    expect(judge(bare, { ocsps: late.ocsps }).verdict).toBe('valid')
    const { issuing, doctor } = authority
    const crl = await makeCrl(issuing, { thisUpdate: after(10, 60) })
    expect(judge(bare, { crls: [crl] }).verdict).toBe('valid')
    const revoked = [{ certificate: doctor.certificate, at: after(9) }]
    const bad = await makeCrl(issuing, { thisUpdate: after(10, 60), revoked })
    expect(judge(bare, { crls: [bad, crl] })).toMatchObject({
      verdict: 'invalid',
      reason: 'revocation.revoked',
    })
  })

  it('takes no status from a stranger, nor from a certificate that may not give it', async () => {
    const bare = await signContent(authority, content, { status: false })
    const { issuing, doctor, second, ocsp } = authority
    const fields = { certificate: doctor.certificate, thisUpdate: after(10, 5) }
    const byPeer = await makeOcsp(issuing, second, fields)
    expect(codes(judge(bare, { ocsps: [byPeer] }))).toContain('revocation.missing')
    const other = await makeAuthority(algorithm)
    const byStranger = await makeOcsp(other.issuing, other.ocsp, fields)
    expect(codes(judge(bare, { ocsps: [byStranger] }))).toContain('revocation.missing')
    const forOther = await makeOcsp(issuing, ocsp, { ...fields, certificate: second.certificate })
    expect(codes(judge(bare, { ocsps: [forOther] }))).toContain('revocation.missing')
  })

  it('survives a revocation after its timestamp, and not without one', async () => {
    const { issuing, ocsp, doctor } = authority
    const later = await makeOcsp(issuing, ocsp, {
      certificate: doctor.certificate,
      thisUpdate: after(20),
      status: { at: after(15), reason: 1 },
    })
    const stamped = await signContent(authority, content, { status: false })
    expect(codes(judge(stamped, { ocsps: [later], at: after(21) }))).toContain(
      'revocation.revoked-later',
    )
    expect(judge(stamped, { ocsps: [later], at: after(21) }).verdict).toBe('valid')
    const plain = await signContent(authority, content, { status: false, stamped: false })
    expect(judge(plain, { ocsps: [later], at: after(21) })).toMatchObject({
      verdict: 'invalid',
      reason: 'revocation.revoked-no-proven-time',
    })
  })

  it('without timestamp holds while its certificate and status do', async () => {
    const plain = await signContent(authority, content, { stamped: false })
    expect(judge(plain, { at: after(10, 60) }).verdict).toBe('valid')
    expect(codes(judge(plain, { at: after(10, 60) }))).toContain('timestamp.absent')
    expect(codes(judge(plain, { at: after(20) }))).toContain('revocation.stale')
    expect(codes(judge(plain, { at: after(400) }))).toContain('validity.expired')
    expect(judge(plain, { at: after(400) }).verdict).toBe('indeterminate')
  })

  it('must be made with a certificate for signing', async () => {
    for (const signer of [authority.tsa, authority.log, authority.seal, authority.ocsp]) {
      const wrong = await signContent(authority, content, { signer })
      expect(judge(wrong)).toMatchObject({ verdict: 'invalid', reason: 'key-usage.not-permitted' })
    }
  })

  it('must be stamped by a time-stamping certificate', async () => {
    const wrong = await signContent({ ...authority, tsa: authority.second }, content)
    expect(judge(wrong)).toMatchObject({ verdict: 'invalid', reason: 'timestamp.not-a-tsa' })
    const stranger = await makeAuthority(algorithm)
    const foreign = await signContent(
      { ...authority, tsa: { ...stranger.tsa, chain: [stranger.tsa.certificate.der] } },
      content,
    )
    expect(judge(foreign).verdict).not.toBe('valid')
  })

  it('must come from a CA all the way', async () => {
    const fake = await issue(algorithm, { name: '假医生' }, authority.second)
    const forged = await signContent(authority, content, { signer: fake })
    expect(judge(forged)).toMatchObject({ verdict: 'invalid', reason: 'chain.broken' })
  })

  it('does not hold with any byte flipped', () => {
    for (let i = 0; i < cms.length; i += 23) {
      const changed = cms.slice()
      changed[i] = (changed[i] as number) ^ ([0x01, 0x20, 0xff][i % 3] as number)
      const { verdict } = judge(changed)
      expect(verdict, `byte ${i}`).not.toBe('valid')
    }
  })

  it('judges certificates too', () => {
    const { doctor, root, issuing } = authority
    const intermediates = [issuing.certificate]
    expect(judge(doctor.certificate.der, { intermediates })).toMatchObject({
      kind: 'certificate',
      verdict: 'indeterminate',
      reason: 'revocation.missing',
    })
    expect(judge(issuing.certificate.der).verdict).toBe('valid')
    expect(judge(root.certificate.der).verdict).toBe('valid')
  })
})
