import { buildBundle, type BundlePart } from '@yunqian/evidence/write'
import { beforeAll, expect, it } from 'vitest'
import { after, makeAuthority, type Authority } from '../../../test/authority/authority.ts'
import { signContent } from '../../../test/authority/signing.ts'
import type { SignatureReport } from './report.ts'
import { verifyAny } from './verify-any.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const original = bytes('门诊病历')
let authority: Authority

beforeAll(async () => {
  authority = await makeAuthority('sm2-with-sm3')
})

/** The one signature of a soundly sealed bundle; what its seal proves is who put it together, and no more. */
async function signatureIn(parts: readonly BundlePart[]): Promise<SignatureReport | undefined> {
  const bundle = { createdAt: after(10), subject: {}, parts }
  const sealed = await buildBundle(bundle, authority.seal)
  const report = verifyAny(sealed, {
    trustAnchors: [authority.root.certificate],
    now: after(11),
  })
  expect(report.checks.map(({ code }) => code)).toContain('seal.sound')
  return report.signatures[0]
}

const originalPart = (content: Uint8Array, name = 'original.txt'): BundlePart => ({
  path: `document/${name}`,
  role: 'original-document',
  bytes: content,
})

const signaturePart = (cms: Uint8Array): BundlePart => ({
  path: 'signature/signature.p7s',
  role: 'detached-signature',
  bytes: cms,
})

it('finds a detached signature over the enclosed original valid', async () => {
  const cms = await signContent(authority, original)
  const signature = await signatureIn([originalPart(original), signaturePart(cms)])
  expect(signature?.verdict).toBe('valid')
})

it('takes no signature that brings its own content for one over the original', async () => {
  const cms = await signContent(authority, bytes('别的病历'), { detached: false })
  const signature = await signatureIn([originalPart(original), signaturePart(cms)])
  expect(signature).toMatchObject({ verdict: 'invalid', checks: [{ code: 'signature.malformed' }] })
})

it('says of no signature that it is over one of several originals', async () => {
  const cms = await signContent(authority, original)
  const parts = [originalPart(original), originalPart(bytes('别的病历'), 'other.txt')]
  const signature = await signatureIn([...parts, signaturePart(cms)])
  expect(signature?.verdict).toBe('indeterminate')
  expect(signature?.checks.map(({ code }) => code)).toContain('integrity.content-missing')
})
