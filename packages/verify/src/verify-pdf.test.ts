import { beforeAll, describe, expect, it } from 'vitest'
import {
  after,
  issue,
  makeAuthority,
  makeTimestamp,
  type Authority,
} from '../../../test/authority/authority.ts'
import { signPdf } from '../../../test/authority/signing.ts'
import { append, contentsRef, dict, fromLatin } from '../../../test/documents/attack.ts'
import { samplePdf } from '../../../test/documents/samples.ts'
import { readPdf } from '@yunqian/documents'
import type { VerifyOptions } from './options.ts'
import type { Report } from './report.ts'
import { extractOriginalOf, verifyAny } from './verify-any.ts'

describe('PDF', () => {
  let authority: Authority
  let original: Uint8Array
  let signed: Uint8Array
  const judge = (bytes: Uint8Array, options: Partial<VerifyOptions> = {}): Report =>
    verifyAny(bytes, { trustAnchors: [authority.root.certificate], now: after(11), ...options })
  const codes = (report: Report): string[] =>
    [...report.checks, ...report.signatures.flatMap((s) => s.checks)].map((check) => check.code)

  beforeAll(async () => {
    authority = await makeAuthority('sm2-with-sm3')
    original = await samplePdf()
    signed = await signPdf(authority, original)
  })

  it('signed, stamped and with its security store is valid for years', () => {
    const report = judge(signed)
    expect(report).toMatchObject({ kind: 'pdf', verdict: 'valid', reason: 'all-passed' })
    expect(codes(report)).toContain('changes.permitted')
    expect(report.original).toMatchObject({ bytes: original.length, equal: true })
    expect(judge(signed, { at: after(1500) }).verdict).toBe('valid')
    expect(extractOriginalOf(signed)).toEqual(original)
  })

  it('is indeterminate without anchor', () => {
    expect(judge(signed, { trustAnchors: [] })).toMatchObject({
      verdict: 'indeterminate',
      reason: 'chain.no-trust-anchor',
    })
  })

  it('is indeterminate, not accused of anything, for whoever trusts another root', async () => {
    const { certificate } = await issue('sm2-with-sm3', { name: '别处的根', ca: true })
    const report = judge(signed, { trustAnchors: [certificate] })
    expect(report).toMatchObject({ verdict: 'indeterminate', reason: 'chain.no-path' })
    expect(codes(report)).toContain('material.stray')
  })

  it('says which page a change is on, and that an invisible signature is on none', async () => {
    const long = await signPdf(authority, await samplePdf({ pages: 3 }))
    const written = append(long, (increment, pdf) =>
      increment.put(contentsRef(pdf), { dict: dict({}), data: fromLatin('0 0 50 50 re f') }),
    )
    const [first] = judge(written).signatures
    expect(first?.changesSince).toContainEqual(
      expect.objectContaining({ kind: 'page-content', allowed: false, pages: [1], revision: 4 }),
    )
    const twice = await signPdf(authority, long, { signer: authority.second, at: after(12) })
    expect(judge(twice, { now: after(13) }).signatures[0]?.changesSince).toContainEqual(
      expect.objectContaining({ kind: 'signature-added', pages: [] }),
    )
  })

  it('with a second signature keeps the first', async () => {
    const twice = await signPdf(authority, signed, { signer: authority.second, at: after(12) })
    const report = judge(twice, { now: after(13) })
    expect(report.verdict).toBe('valid')
    expect(report.signatures.map((signature) => signature.signer?.name)).toEqual([
      '陈医生',
      '李医生',
    ])
  })

  it('of several signatures the worst counts', async () => {
    const twice = await signPdf(authority, signed, { signer: authority.tsa, at: after(12) })
    const report = judge(twice, { now: after(13) })
    expect(report.signatures.map((signature) => signature.verdict)).toEqual(['valid', 'invalid'])
    expect(report.verdict).toBe('invalid')
    const bare = await signPdf(authority, signed, { signer: authority.second, status: false })
    expect(judge(bare).signatures.map((signature) => signature.verdict)).toEqual([
      'valid',
      'indeterminate',
    ])
    expect(judge(bare).verdict).toBe('indeterminate')
  })

  it('without signature is indeterminate, and no PDF at all is unreadable', () => {
    expect(judge(original)).toMatchObject({ verdict: 'indeterminate', reason: 'file.no-signature' })
    expect(judge(new Uint8Array(40))).toMatchObject({ verdict: 'unreadable', kind: 'unknown' })
    const torn = original.slice(0, 200)
    expect(judge(torn)).toMatchObject({ verdict: 'unreadable', reason: 'file.malformed' })
  })

  it('with anything appended that no rule clears is invalid', () => {
    const more = new TextEncoder().encode('%hidden\n')
    expect(judge(Uint8Array.of(...signed, ...more)).verdict).toBe('invalid')
  })

  it('with white space appended is undecided, unless it is a line end', () => {
    const padded = (...more: number[]): Report => judge(Uint8Array.of(...signed, ...more))
    expect(padded(0x0a).verdict).toBe('valid')
    for (const padding of [[0], [0x20], Array.from({ length: 5 }, () => 0x0a)])
      expect(padded(...padding)).toMatchObject({
        verdict: 'indeterminate',
        reason: 'material.irregular',
      })
  })

  it('with a timestamp of other bytes is invalid', async () => {
    const tsa = authority.tsa
    const other = await makeTimestamp(tsa, new Uint8Array(1), after(10))
    expect(judge(other, { detachedContent: new Uint8Array(2) })).toMatchObject({
      kind: 'timestamp',
      verdict: 'invalid',
    })
  })

  it('does not hold with any byte flipped, in the signed part or the signature', () => {
    const end = readPdf(signed).revisions.at(-2)?.endOffset ?? 0
    expect(survivors(0, end, 499)).toEqual([])
  })

  it('does not hold with any byte flipped in the security store, which nothing signs', () => {
    const start = readPdf(signed).revisions.at(-2)?.endOffset ?? 0
    expect(survivors(start, signed.length, 61)).toEqual([])
    expect(survivors(signed.length - 520, signed.length, 1)).toEqual([])
  })

  function survivors(from: number, to: number, step: number): string[] {
    const found: string[] = []
    for (let i = from; i < to; i += step) {
      const changed = signed.slice()
      changed[i] = (changed[i] as number) ^ ([0x01, 0x20, 0xff][i % 3] as number)
      if (judge(changed).verdict === 'valid') found.push(`${i}: ${signed[i]} → ${changed[i]}`)
    }
    return found
  }
})
