import { describe, expect, it } from 'vitest'
import {
  append,
  dict,
  fakeDer,
  fakeSign,
  fromLatin,
  latin,
} from '../../../test/documents/attack.ts'
import { samplePdf } from '../../../test/documents/samples.ts'
import { readPdf } from './pdf-file.ts'
import { type IntactSignature, listSignatures } from './signatures.ts'
import { unsignedTailFindings } from './unsigned-tail.ts'
import { appendDss } from './write/dss.ts'

function findings(bytes: Uint8Array): string[] {
  const pdf = readPdf(bytes)
  const intact = listSignatures(pdf).filter((s): s is IntactSignature => s.kind !== 'broken')
  return unsignedTailFindings(pdf, intact).map(({ reason }) => reason)
}

/** The last match moved back by one byte, to the white space that stands before what it points at. */
function oneBefore(bytes: Uint8Array, pattern: RegExp): Uint8Array {
  const text = latin(bytes)
  const match = [...text.matchAll(pattern)].at(-1)
  if (match === undefined) throw new Error('no match')
  const [whole, key, number] = match as unknown as [string, string, string]
  const moved = key + String(Number(number) - 1).padStart(number.length, '0')
  return fromLatin(text.slice(0, match.index) + moved + text.slice(match.index + whole.length))
}

describe('what no signature covers', () => {
  const store = { certificates: [fakeDer], ocsps: [], crls: [], vriFor: fakeDer }

  it('is in order as our writer writes it', async () => {
    const signed = fakeSign(await samplePdf())
    expect(findings(signed)).toEqual([])
    expect(findings(appendDss(signed, store))).toEqual([])
  })

  it('may not point at the white space before what it means, though readers accept it', async () => {
    const stored = appendDss(fakeSign(await samplePdf()), store)
    for (const pattern of [/(startxref\s)(\d+)/g, /(\/Prev )(\d+)/g])
      expect(findings(oneBefore(stored, pattern))).toContain('offset-beside-object')
    // Under a signature the same is some saver's habit.
    const [startxref] = [/(startxref\s)(\d+)/g]
    expect(findings(fakeSign(oneBefore(await samplePdf(), startxref)))).toEqual([])
  })

  it('may hold nothing that nothing uses, and no padding', async () => {
    const signed = fakeSign(await samplePdf())
    const leftover = append(signed, (increment) =>
      increment.put(increment.allocate(), { value: dict({ Length: 3 }) }),
    )
    expect(findings(leftover)).toContain('unused-object')
    expect(findings(Uint8Array.of(...signed, 0))).toEqual(['odd-white-space'])
    expect(findings(Uint8Array.of(...signed, 0x0a))).toEqual([])
  })
})
