import { describe, expect, it } from 'vitest'
import {
  annotate,
  append,
  fakeSign,
  fromLatin,
  latin,
  name,
} from '../../../test/documents/attack.ts'
import { formPdf, samplePdf } from '../../../test/documents/samples.ts'
import { inspectPrepared } from './inspect-prepared.ts'
import { prepareSignature } from './write/prepare.ts'

const request = { signingTime: new Date(0), name: '陈静怡', reason: '门诊', reserveBytes: 64 }

describe('inspectPrepared', () => {
  it('finds nothing in what prepareSignature makes, first and second time', async () => {
    for (const base of [
      await samplePdf({ pages: 2 }),
      await samplePdf({ objectStreams: true }),
      await formPdf(),
      fakeSign(await samplePdf()),
    ]) {
      const { prepared, byteRange, contentsRange } = prepareSignature(base, {
        ...request,
        appearance: { lines: [] },
      })
      expect(inspectPrepared(prepared)).toMatchObject({
        byteRange,
        contentsRange,
        baseLength: base.length,
        name: '陈静怡',
        reason: '门诊',
        findings: [],
      })
    }
  })

  it('sees more than a signature in the increment', async () => {
    const base = await samplePdf()
    const { prepared } = prepareSignature(base, request)
    // The same signature, prepared by somebody who also rewrites the page's rotation.
    const [head, increment] = [prepared.subarray(0, base.length), prepared.subarray(base.length)]
    const turned = fromLatin(
      latin(head) + latin(increment).replace('/Annots [', '/UserUnit 2 /Annots ['),
    )
    expect(() => inspectPrepared(turned)).toThrow()
    const shift = turned.length - prepared.length
    const mended = reoffset(latin(turned), base.length, shift)
    expect(inspectPrepared(mended).findings).toEqual(['other-changes'])
  })

  it('sees an earlier signature that was altered, and a signature that is there already', async () => {
    const altered = append(
      fakeSign(await samplePdf()),
      (i, pdf) => void annotate(i, pdf, { Subtype: name('Stamp') }),
    )
    expect(() => prepareSignature(altered, request)).toThrow('altered-after-signing')
    expect(inspectPrepared(fakeSign(await samplePdf())).findings).toEqual(['contents-not-empty'])
    await expect(samplePdf().then(inspectPrepared)).rejects.toThrow('documents.not-prepared')
  })
})

/** Moves the table, its offsets and the byte range after an insertion into the page object of the increment. */
function reoffset(text: string, from: number, shift: number): Uint8Array {
  const inserted = text.indexOf('/UserUnit', from)
  let out = text.replace(/(\d{10}) (\d{5} n)/g, (whole, digits: string, rest: string) => {
    const at = Number(digits)
    return at > inserted - shift && at > from
      ? `${String(at + shift).padStart(10, '0')} ${rest}`
      : whole
  })
  out = out.replace(
    /startxref\n(\d+)\n%%EOF\n$/,
    (_, at: string) => `startxref\n${Number(at) + shift}\n%%EOF\n`,
  )
  return fromLatin(
    out.replace(
      /\[0 (\d+) (\d+) (\d+) +\]/,
      (whole, a: string, b: string, c: string) =>
        `[0 ${Number(a) + shift} ${Number(b) + shift} ${c}`.padEnd(whole.length - 1) + ']',
    ),
  )
}
