import { describe, expect, it } from 'vitest'
import {
  append,
  array,
  dict,
  dictWith,
  fakeDer,
  fakeSign,
  fromLatin,
  latin,
  name,
  ref,
  valueOf,
} from '../../../test/documents/attack.ts'
import { samplePdf } from '../../../test/documents/samples.ts'
import { coveredBytes } from './byte-range.ts'
import { DocumentError } from './errors.ts'
import { readPdf } from './pdf-file.ts'
import { type IntactSignature, listSignatures } from './signatures.ts'
import { readDate } from './signature-dictionary.ts'
import { isDict, isRef, textString } from './values.ts'

function found(bytes: Uint8Array): string[] {
  return listSignatures(readPdf(bytes)).map((s) => (s.kind === 'broken' ? s.reason : s.kind))
}

function only(bytes: Uint8Array): IntactSignature {
  const [signature] = listSignatures(readPdf(bytes))
  if (signature === undefined || signature.kind === 'broken') throw new Error('no signature')
  return signature
}

/** The same length, with the first match replaced. */
function edited(bytes: Uint8Array, pattern: RegExp, to: string): Uint8Array {
  const text = latin(bytes)
  const match = pattern.exec(text)
  if (match === null || to.length > match[0].length) throw new Error('cannot replace')
  const after = match.index + match[0].length
  return fromLatin(text.slice(0, match.index) + to.padEnd(match[0].length) + text.slice(after))
}

describe('universal signature forgery: a value that means nothing is broken, never absent', () => {
  it.each([
    ['/ByteRange gone', /\/ByteRange/, '/ByteR', 'byte-range-missing'],
    ['/ByteRange null', /\/ByteRange \[[^\]]*\]/, '/ByteRange null', 'byte-range-missing'],
    ['/ByteRange of three', /(?<=ByteRange )\[0 \d+ \d+ \d+/, '[0 9 9', 'byte-range-malformed'],
    ['/ByteRange negative', /(?<=ByteRange )\[0 \d+ \d+ \d+/, '[0 -9 9 9', 'byte-range-malformed'],
    ['/ByteRange not from the start', /(?<=ByteRange )\[0 /, '[1 ', 'byte-range-malformed'],
    [
      '/ByteRange beyond the file',
      /(?<=ByteRange )\[0 \d+ \d+ \d+/,
      '[0 9 99 99999',
      'byte-range-malformed',
    ],
    ['/Contents gone', /\/Contents (?=<)/, '/Content ', 'contents-missing'],
    ['/Contents empty', /\/Contents <\w+>/, '/Contents <>', 'contents-missing'],
    ['/Contents null', /\/Contents <\w+>/, '/Contents null', 'contents-missing'],
    ['/Contents a reference', /\/Contents <\w+>/, '/Contents 1 0 R', 'contents-missing'],
    ['/Contents shorter than the gap', /00>/, '>', 'contents-not-the-gap'],
    ['/Contents with white space', /0000>/, '  00>', 'contents-not-the-gap'],
    ['something behind the DER', /00>/, '01>', 'contents-padding'],
  ])('%s', async (_, from, to, reason) => {
    expect(found(edited(fakeSign(await samplePdf()), from, to))).toEqual([reason])
  })

  it('a value that is gone, or free, or not a dictionary', async () => {
    const signed = fakeSign(await samplePdf())
    const { fieldRef, valueRef } = only(signed)
    const withValue = (value: never): Uint8Array =>
      append(signed, (i, pdf) =>
        i.put(ref(fieldRef ?? 0), { value: dictWith(valueOf(pdf, fieldRef ?? 0), { V: value }) }),
      )
    expect(found(withValue(ref(999) as never))).toContain('value-missing')
    expect(found(withValue(name('x') as never))).toContain('value-not-direct')
    expect(found(withValue(undefined as never))).toEqual(['signature-removed'])
    expect(found(append(signed, (i) => i.put(ref(valueRef), { value: 1 })))).toEqual([
      'value-missing',
    ])
  })

  it('a field taken out of the form but left on the page, or out of both', async () => {
    const signed = fakeSign(await samplePdf())
    const out = append(signed, (i, pdf) => {
      const form = pdf.latest.catalog.entries.get('AcroForm')
      if (!isRef(form)) throw new Error('no form')
      i.put(form, { value: dictWith(valueOf(pdf, form), { Fields: array([]) }) })
    })
    expect(found(out)).toEqual(['signature'])
    const gone = append(out, (i, pdf) => {
      for (const number of pdf.latest.numbers()) {
        const value = pdf.latest.object(number)
        if (isDict(value) && value.entries.has('Annots'))
          i.put(ref(number), { value: dictWith(value, { Annots: array([]) }) })
      }
    })
    expect(found(gone)).toEqual(['signature-removed'])
  })
})

describe('a signed increment that cannot be read', () => {
  it('is a broken signature, not an unsigned file with something behind it', async () => {
    const signed = fakeSign(await samplePdf())
    expect(found(edited(signed, /startxref\n(?=\d+\n%%EOF\n$)/, 'startxxxx\n'))).toEqual([
      'unreadable-tail',
    ])
  })
})

describe('signature wrapping: the gap is one hexadecimal string, of this very dictionary', () => {
  it('refuses a wider gap with room for a second document', async () => {
    const signed = fakeSign(await samplePdf())
    const [, start, end, rest] = only(signed).byteRange
    for (const range of [
      [0, start - 1, end, rest],
      [0, start, end + 1, rest - 1],
      [0, start + 1, end - 1, rest + 1],
    ]) {
      const moved = edited(
        signed,
        /(?<=ByteRange )\[0 \d+ \d+ \d+ +\]/,
        `[${range.join(' ')}`.padEnd(35) + ']',
      )
      expect(found(moved)).toEqual(['contents-not-the-gap'])
    }
  })

  it('refuses a gap that belongs to another object', async () => {
    const signed = fakeSign(await samplePdf())
    const { valueRef, fieldRef } = only(signed)
    // A copy of the signature dictionary, pointing at the gap of the first.
    const copied = append(signed, (i, pdf) => {
      const copy = i.allocate()
      i.put(copy, { value: valueOf(pdf, valueRef) })
      i.put(ref(fieldRef ?? 0), { value: dictWith(valueOf(pdf, fieldRef ?? 0), { V: copy }) })
    })
    expect(found(copied)).toContain('contents-not-the-gap')
  })

  it('refuses one value under two fields', async () => {
    const signed = fakeSign(await samplePdf())
    const { fieldRef } = only(signed)
    const doubled = append(signed, (i, pdf) => {
      const form = pdf.latest.catalog.entries.get('AcroForm')
      if (!isRef(form)) throw new Error('no form')
      const twin = i.allocate()
      i.put(twin, { value: valueOf(pdf, fieldRef ?? 0) })
      i.put(form, {
        value: dictWith(valueOf(pdf, form), { Fields: array([ref(fieldRef ?? 0), twin]) }),
      })
    })
    expect(found(doubled)).toEqual(['value-shared', 'value-shared'])
  })

  it('refuses ranges that end inside a revision', async () => {
    const signed = fakeSign(await samplePdf())
    const [, start, end, rest] = only(signed).byteRange
    const short = edited(signed, /(?<=ByteRange )\[0 \d+ \d+ \d+/, `[0 ${start} ${end} ${rest - 9}`)
    expect(found(short)).toEqual(['not-a-revision'])
    const tail = fakeSign(fakeSign(await samplePdf()))
    const [first] = listSignatures(readPdf(tail))
    if (first === undefined || first.kind === 'broken') throw new Error('no signature')
    // The first signature now claims to cover the second one's revision as well.
    const [, a, b, c] = first.byteRange
    const range = new RegExp(`\\[0 ${a} ${b} ${c} +\\]`)
    const claim = `[0 ${a} ${b} ${tail.length - b}`
    const grown = edited(tail, range, `${claim}]`)
    expect(found(grown)).toContain('not-a-revision')
  })

  it('refuses two signatures of one revision, each covering the gap of the other', async () => {
    const room = '[0 0000000000 0000000000 0000000000]'
    const text = `<</Type /Sig /ByteRange ${room} /Contents <${latin(fakeDer).replace(/[^]/g, '00')}>>>`
    const base = append(await samplePdf(), (i, pdf) => {
      const fields = ['a', 'b'].map((title) => {
        const [value, field] = [i.allocate(), i.allocate()]
        i.put(value, { text })
        i.put(field, { value: dict({ FT: name('Sig'), T: textString(title), V: value }) })
        return field
      })
      const form = dict({ Fields: array(fields), SigFlags: 3 })
      i.put(pdf.latest.catalogRef, { value: dictWith(pdf.latest.catalog, { AcroForm: form }) })
    })
    let file = latin(base)
    for (let from = 0; file.includes(room);) {
      const start = file.indexOf('<0000', file.indexOf(room, from))
      const end = file.indexOf('>', start) + 1
      const digits = [start, end, file.length - end].map((n) => String(n).padStart(10, '0'))
      from = file.indexOf(room)
      file = file.replace(room, `[0 ${digits.join(' ')}]`)
    }
    expect(found(fromLatin(file))).toEqual(['ranges-overlap', 'ranges-overlap'])
  })

  it('refuses an object offset in the gap', async () => {
    const signed = fakeSign(await samplePdf())
    const { contentsRange } = only(signed)
    const text = latin(signed)
    const at = String(contentsRange.start + 5).padStart(10, '0')
    const previous = /startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]
    const root = /\/Root (\d+ 0 R)/.exec(text)?.[1]
    const section = `xref\n99 1\n${at} 00000 n\r\ntrailer\n<</Size 100 /Root ${root} /Prev ${previous}>>\n`
    const attacked = fromLatin(`${text}${section}startxref\n${text.length}\n%%EOF\n`)
    expect(found(attacked)).toEqual(['object-in-gap'])
  })
})

describe('parser differentials', () => {
  it('refuses a signature dictionary with a key twice', async () => {
    const signed = edited(
      fakeSign(await samplePdf(), { reason: 'R'.repeat(30) }),
      /\(R{30}\)/,
      '(R) /ByteRange [0 1 2 3]',
    )
    expect(() => listSignatures(readPdf(signed))).toThrow(DocumentError)
  })
})

describe('what a signature says', () => {
  it('trims the padding and joins the two ranges', async () => {
    const signed = fakeSign(await samplePdf())
    const { contents, paddedContents, byteRange } = only(signed)
    expect(contents).toEqual(fakeDer)
    expect(paddedContents).toHaveLength(64)
    const covered = latin(coveredBytes(signed, byteRange))
    expect(covered.endsWith('%%EOF\n')).toBe(true)
    expect(covered).toContain('/Contents \n>>')
    expect(() => coveredBytes(signed, [0, 9, 5, 1])).toThrow(RangeError)
  })

  it('reads dates with and without their parts', () => {
    expect(readDate("D:20261124160000+08'00'")?.toISOString()).toBe('2026-11-24T08:00:00.000Z')
    expect(readDate('D:20261124160000Z')?.toISOString()).toBe('2026-11-24T16:00:00.000Z')
    expect(readDate('D:2026')?.toISOString()).toBe('2026-01-01T00:00:00.000Z')
    expect(readDate('yesterday')).toBeUndefined()
  })
})
