import { describe, expect, it } from 'vitest'
import { fakeSign } from '../../../test/documents/attack.ts'
import { formPdf, samplePdf } from '../../../test/documents/samples.ts'
import { changesAfter } from './changes/changes-after.ts'
import { DocumentError } from './errors.ts'
import { compareWithOriginal } from './original.ts'
import { readPdf } from './pdf-file.ts'
import { findSignatureTraces } from './signature-traces.ts'
import { listSignatures } from './signatures.ts'
import { refuseIfUnsignable } from './unsignable.ts'
import { appendDss } from './write/dss.ts'

/** Everything a verifier asks; only DocumentError may come out of it. */
function examine(bytes: Uint8Array): string {
  try {
    const pdf = readPdf(bytes)
    for (const signature of listSignatures(pdf))
      if (signature.kind !== 'broken') changesAfter(pdf, signature)
    refuseIfUnsignable(pdf)
    compareWithOriginal(bytes)
    return 'read'
  } catch (error) {
    if (error instanceof DocumentError) return error.code
    throw error
  }
}

/** The same edits each time: a linear congruential generator with a fixed start. */
function edits(): (below: number) => number {
  let state = 20_261_124
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state % below
  }
}

describe('hostile bytes', () => {
  it('never bring the reader to anything but a coded refusal', async () => {
    const twice = fakeSign(fakeSign(await samplePdf({ pages: 2 })))
    const stored = { certificates: [Uint8Array.of(48, 0)], ocsps: [], crls: [] }
    const bases = [
      appendDss(twice, stored),
      fakeSign(await samplePdf({ objectStreams: true })),
      fakeSign(await formPdf()),
    ]
    const next = edits()
    const outcomes = new Set<string>()
    for (let i = 0; i < 3000; i++) {
      const bytes = (bases[i % bases.length] as Uint8Array).slice()
      for (let n = 0; n <= next(3); n++) {
        const at = next(bytes.length)
        if (next(2) === 0) bytes[at] = next(256)
        else bytes.copyWithin(at, next(bytes.length), next(bytes.length))
      }
      outcomes.add(examine(bytes))
    }
    expect(outcomes).toContain('read')
    expect(outcomes).toContain('documents.pdf-malformed')
    expect(outcomes).toContain('documents.pdf-altered-after-signing')
  })

  it('cut anywhere, a signed file is refused or read as less than it was', async () => {
    const signed = fakeSign(await samplePdf())
    for (let end = 0; end < signed.length - 6; end += 7)
      expect(examine(signed.subarray(0, end)), String(end)).not.toBe('read')
  })
})

describe('findSignatureTraces', () => {
  it('tells a damaged signed file from one that never was signed', async () => {
    const signed = fakeSign(await samplePdf())
    const [signature] = listSignatures(readPdf(signed))
    if (signature === undefined || signature.kind === 'broken') throw new Error('no signature')
    const damaged = signed.slice()
    damaged[1] = 0x51
    expect(() => readPdf(damaged)).toThrow('documents.pdf-not-a-pdf')
    expect(findSignatureTraces(damaged)).toMatchObject([
      { byteRange: signature.byteRange, paddedContents: signature.paddedContents },
    ])
    damaged[signature.contentsRange.start] = 0x20
    expect(findSignatureTraces(damaged)).toMatchObject([{ byteRange: undefined }])
    expect(findSignatureTraces(await samplePdf())).toEqual([])
  })
})
