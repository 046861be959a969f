import { describe, expect, it } from 'vitest'
import { handwriting } from '../../../../test/documents/handwriting.ts'
import {
  formPdf,
  installed,
  qpdf,
  qpdfObjections,
  samplePdf,
} from '../../../../test/documents/samples.ts'
import {
  append,
  array,
  dict,
  dictWith,
  fromLatin,
  latin,
  pageOf,
  valueOf,
} from '../../../../test/documents/attack.ts'
import { changesAfter } from '../changes/changes-after.ts'
import { inspectPrepared } from '../inspect-prepared.ts'
import { compareWithOriginal } from '../original.ts'
import { coveredBytes } from '../byte-range.ts'
import { readPages, intersects } from '../pages.ts'
import { readPdf } from '../pdf-file.ts'
import { type IntactSignature, listSignatures } from '../signatures.ts'
import { insertSignature } from './insert.ts'
import { prepareSignature } from './prepare.ts'
import { defaultSignatureRect } from './rect.ts'

const signingTime = new Date('2026-11-24T08:00:00Z')
const der = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05)
const request = { signingTime, name: '陈静怡', reason: '门诊签署', reserveBytes: 64 }

function sign(bytes: Uint8Array, more: object = {}): Uint8Array {
  const { prepared, contentsRange } = prepareSignature(bytes, { ...request, ...more })
  return insertSignature(prepared, contentsRange, der)
}

function intact(bytes: Uint8Array): IntactSignature[] {
  return listSignatures(readPdf(bytes)).filter((s): s is IntactSignature => s.kind !== 'broken')
}

const bases: readonly (readonly [string, () => Promise<Uint8Array>])[] = [
  ['a table', () => samplePdf({ pages: 2 })],
  ['object streams', () => samplePdf({ pages: 2, objectStreams: true })],
  ['a form', formPdf],
  ['a final line end', async () => Uint8Array.from([...(await samplePdf()), 10])],
  ['empty lines at the end', async () => Uint8Array.from([...(await samplePdf()), 10, 13, 10])],
]

describe('prepareSignature', () => {
  it.each(bases)('keeps the original as an exact prefix: %s', async (_, make) => {
    const base = await make()
    const once = sign(base)
    const twice = sign(once)
    expect(once.subarray(0, base.length)).toEqual(base)
    expect(twice.subarray(0, once.length)).toEqual(once)
    expect(intact(twice).map((s) => [s.fieldName, s.coversWholeFile])).toEqual([
      ['Signature1', false],
      ['Signature2', true],
    ])
    const pdf = readPdf(twice)
    expect(new Set(pdf.revisions.map((revision) => revision.xrefKind)).size).toBe(1)
  })

  it.skipIf(!installed('qpdf'))('leaves nothing for qpdf to object to', async () => {
    const plain = await samplePdf({ pages: 3 })
    const others = [
      ['--linearize'],
      ['--object-streams=generate'],
      ['--linearize', '--object-streams=generate'],
    ]
    const all = [plain, await formPdf(), ...others.map((options) => qpdf(plain, ...options))]
    for (const base of all) expect(qpdfObjections(sign(sign(base)))).toBe('')
  })

  it('signs every byte but the gap, and says what was asked', async () => {
    const signed = sign(await samplePdf())
    const [signature] = intact(signed)
    expect(signature).toMatchObject({
      kind: 'signature',
      name: '陈静怡',
      reason: '门诊签署',
      subFilter: 'ETSI.CAdES.detached',
      declaredTime: signingTime,
      contents: der,
    })
    const range = signature?.contentsRange ?? { start: 0, end: 0 }
    expect(range.end - range.start).toBe(2 + 2 * 64)
    const covered = coveredBytes(signed, signature?.byteRange ?? [0, 0, 0, 0])
    expect(covered.length + range.end - range.start).toBe(signed.length)
  })

  it('fills an empty field that the form already has', async () => {
    const signed = sign(await formPdf(), { fieldName: 'doctor' })
    expect(intact(signed).map((s) => s.fieldName)).toEqual(['doctor'])
    expect(() => sign(signed, { fieldName: 'doctor' })).toThrow('documents.field-not-usable')
    expect(() => sign(signed, { fieldName: 'patient' })).toThrow('documents.field-not-usable')
    expect(() => sign(signed, { page: 7 })).toThrow('documents.page-not-found')
  })

  it('places visible signatures beside each other, on turned pages too', async () => {
    for (const rotate of [0, 90, 180, 270]) {
      let bytes = await samplePdf({ rotate })
      const places = []
      for (let i = 0; i < 5; i++) {
        places.push(defaultSignatureRect(readPdf(bytes), 0))
        bytes = sign(bytes, { appearance: { strokes: handwriting(), lines: [] } })
      }
      for (const [i, a] of places.entries())
        for (const b of places.slice(i + 1)) expect(intersects(a, b)).toBe(false)
      const annots = readPages(readPdf(bytes).latest)[0]?.dict.entries.get('Annots')
      expect(annots).toMatchObject({ items: { length: 5 } })
    }
  })
})

describe('insertSignature', () => {
  it('refuses what does not fit and what is filled already', async () => {
    const { prepared, contentsRange } = prepareSignature(await samplePdf(), request)
    expect(() => insertSignature(prepared, contentsRange, new Uint8Array(65))).toThrow(
      'documents.reserve-too-small',
    )
    const signed = insertSignature(prepared, contentsRange, der)
    expect(signed).toHaveLength(prepared.length)
    expect(() => insertSignature(signed, contentsRange, der)).toThrow('documents.not-prepared')
  })
})

describe('documents of other shapes', () => {
  const shapes: readonly (readonly [string, Parameters<typeof append>[1]])[] = [
    [
      'annotations in an object of their own',
      (i, pdf) => {
        const at = i.allocate()
        i.put(at, { value: array([]) })
        i.put(pageOf(pdf).ref, { value: dictWith(pageOf(pdf).dict, { Annots: at }) })
      },
    ],
    [
      'a form directly in the catalogue',
      (i, pdf) =>
        i.put(pdf.latest.catalogRef, {
          value: dictWith(pdf.latest.catalog, {
            AcroForm: dict({ Fields: array([]), SigFlags: 1 }),
          }),
        }),
    ],
    [
      'a form whose fields are an object of their own',
      (i, pdf) => {
        const [form, fields] = [i.allocate(), i.allocate()]
        i.put(fields, { value: array([]) })
        i.put(form, { value: dict({ Fields: fields, NeedAppearances: false }) })
        i.put(pdf.latest.catalogRef, { value: dictWith(pdf.latest.catalog, { AcroForm: form }) })
      },
    ],
    [
      'a size and rotation that the page inherits',
      (i, pdf) => {
        const tree = pdf.latest.catalog.entries.get('Pages')
        if (tree === null || typeof tree !== 'object' || tree?.kind !== 'ref')
          throw new Error('no tree')
        const box = array([-10, -20, 390, 280])
        i.put(tree, { value: dictWith(valueOf(pdf, tree), { MediaBox: box, Rotate: 90 }) })
        i.put(pageOf(pdf).ref, {
          value: dictWith(pageOf(pdf).dict, { MediaBox: undefined, Rotate: undefined }),
        })
      },
    ],
  ]

  it.each(shapes)('%s', async (_, shape) => {
    for (const objectStreams of [false, true]) {
      const base = append(await samplePdf({ objectStreams }), shape)
      const visible = { appearance: { lines: [] } }
      const { prepared } = prepareSignature(base, { ...request, ...visible })
      expect(inspectPrepared(prepared).findings).toEqual([])
      const twice = sign(sign(base, visible), visible)
      const pdf = readPdf(twice)
      const [first] = intact(twice)
      const changes = first ? changesAfter(pdf, first) : []
      expect(changes.map((change) => [change.kind, change.allowed])).toEqual([
        ['signature-added', true],
      ])
      expect(compareWithOriginal(twice)).toMatchObject({ equal: true, isPrefix: true })
    }
  })

  it('a rectangle inside a box that does not start at zero, on a turned page', async () => {
    const shape = shapes[3]?.[1]
    const base = readPdf(append(await samplePdf(), shape ?? (() => {})))
    const [left, bottom, right, top] = defaultSignatureRect(base, 0)
    expect(right - left).toBe(54)
    expect(top - bottom).toBe(190)
    expect(left).toBeGreaterThanOrEqual(-10)
    expect(right).toBeLessThanOrEqual(390)
    expect(bottom).toBeGreaterThanOrEqual(-20)
    expect(top).toBeLessThanOrEqual(280)
  })

  it('a hybrid file as a word processor writes it, and one signed with a comment before startxref', async () => {
    const plain = latin(await samplePdf({ objectStreams: false }))
    const previous = /startxref\n(\d+)\n%%EOF/.exec(plain)?.[1]
    const root = /\/Root (\d+ 0 R)/.exec(plain)?.[1]
    const size = Number(/\/Size (\d+)/.exec(plain)?.[1])
    const body = plain.slice(0, plain.lastIndexOf('startxref'))
    const stream = `${size} 0 obj\n<</Type /XRef /Size ${size + 1} /W [1 3 1] /Index [] /Length 0>>\nstream\n\nendstream\nendobj\n`
    // The stream stands before the first table, whose own offset therefore moves.
    const table = Number(previous)
    const first = `${body.slice(0, table)}${stream}${body.slice(table)}%maker 1.0\nstartxref\n${table + stream.length}\n%%EOF\n`
    const second = `xref\n0 0\ntrailer\n<</Size ${size + 1} /Root ${root} /Prev ${table + stream.length} /XRefStm ${table}>>\nstartxref\n${first.length}\n%%EOF\n`
    const signed = sign(sign(fromLatin(first + second)))
    expect(intact(signed)).toHaveLength(2)
    expect(compareWithOriginal(signed)).toMatchObject({ equal: true, isPrefix: true })
  })
})
