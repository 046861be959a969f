import { describe, expect, it } from 'vitest'
import {
  append,
  contentsRef,
  dict,
  dictWith,
  fakeSign,
  fromLatin,
  pageOf,
} from '../../../test/documents/attack.ts'
import { formPdf, installed, qpdf, samplePdf } from '../../../test/documents/samples.ts'
import { compareWithOriginal, extractOriginal, isEarlierRevision } from './original.ts'

describe('compareWithOriginal', () => {
  it('is equal for signatures alone', async () => {
    for (const base of [
      await samplePdf({ pages: 3 }),
      await formPdf(),
      await samplePdf({ objectStreams: true }),
    ]) {
      const signed = fakeSign(fakeSign(base, { appearance: { lines: [] } }))
      expect(compareWithOriginal(signed)).toEqual({ equal: true, isPrefix: true, differences: [] })
    }
  })

  it('names the page and the key that differ', async () => {
    const signed = fakeSign(await samplePdf({ pages: 2 }))
    const data = fromLatin('1 g')
    const covered = append(signed, (i, pdf) => i.put(contentsRef(pdf), { dict: dict({}), data }))
    expect(compareWithOriginal(covered).differences).toMatchObject([{ page: 1, key: 'Contents' }])
    const turned = append(signed, (i, pdf) => {
      const page = pageOf(pdf, 1)
      i.put(page.ref, { value: dictWith(page.dict, { Rotate: 90 }) })
    })
    expect(compareWithOriginal(turned).differences).toMatchObject([{ page: 2, key: 'Rotate' }])
  })

  it.skipIf(!installed('qpdf'))('compares with a copy that was saved differently', async () => {
    const base = await samplePdf({ pages: 2 })
    const signed = fakeSign(base)
    const resaved = qpdf(
      base,
      '--object-streams=generate',
      '--compress-streams=n',
      '--decode-level=none',
    )
    expect(compareWithOriginal(signed, resaved)).toMatchObject({ equal: true, isPrefix: false })
    const other = await samplePdf({ pages: 2, text: 'Another record' })
    expect(compareWithOriginal(signed, other)).toMatchObject({ equal: false, isPrefix: false })
    const fewer = await samplePdf({ pages: 1 })
    expect(compareWithOriginal(signed, fewer).differences).toMatchObject([{ key: 'Pages' }])
  })

  it('knows what an earlier revision left, with or without signatures in it, and nothing else', async () => {
    const base = await samplePdf()
    const once = fakeSign(base)
    const twice = fakeSign(once)
    expect(isEarlierRevision(twice, base)).toBe(true)
    expect(isEarlierRevision(twice, once)).toBe(true)
    expect(isEarlierRevision(twice, twice)).toBe(false)
    expect(isEarlierRevision(twice, once.subarray(0, once.length - 9))).toBe(false)
    expect(isEarlierRevision(twice, await samplePdf({ text: 'Another record' }))).toBe(false)
  })

  it('has nothing to extract from an unsigned file', async () => {
    const plain = await samplePdf()
    expect(() => extractOriginal(plain)).toThrow('documents.signature-not-found')
  })
})
