import { describe, expect, it } from 'vitest'
import { makeAuthority } from '../../../test/authority/authority.ts'
import { signContent, signPdf } from '../../../test/authority/signing.ts'
import { fakeSign } from '../../../test/documents/attack.ts'
import { samplePdf } from '../../../test/documents/samples.ts'
import { shownDocument } from './shown-document.ts'

describe('the document to look at', async () => {
  const authority = await makeAuthority('ecdsa-with-sha256')
  const original = await samplePdf({ pages: 2 })

  it('of a PDF, with the states its signatures covered, each a whole file of its own', async () => {
    const once = await signPdf(authority, original, { status: false })
    const twice = await signPdf(authority, once, { signer: authority.second })
    const shown = shownDocument(twice)
    expect(shown?.versions.map(({ kind, length, pages }) => [kind, length, pages.length])).toEqual([
      ['original', original.length, 2],
      ['signed', once.length, 2],
      ['signed', expect.any(Number), 2],
    ])
    for (const { length } of shown?.versions ?? [])
      expect(Buffer.from(twice.subarray(0, length)).toString('latin1')).toMatch(/%%EOF\s*$/)
  })

  it('with the place where a signature shows', () => {
    const shown = shownDocument(fakeSign(original, { page: 1, rect: [100, 100, 300, 160] }))
    expect(shown?.signaturePlaces).toMatchObject([{ page: 2, rect: [100, 100, 300, 160] }])
    expect(shownDocument(fakeSign(original))?.signaturePlaces).toEqual([])
  })

  it('of a detached signature is its content; of what is no document there is none', async () => {
    const cms = await signContent(authority, original)
    expect(shownDocument(cms)).toBeUndefined()
    expect(shownDocument(cms, original)?.pages).toHaveLength(2)
    expect(shownDocument(cms, new Uint8Array(9))).toBeUndefined()
    expect(shownDocument(new TextEncoder().encode('%PDF-1.7 broken'))).toBeUndefined()
    expect(shownDocument(Uint8Array.of(0x50, 0x4b, 3, 4))).toBeUndefined()
  })
})
