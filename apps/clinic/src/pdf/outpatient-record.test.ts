import { execFileSync, spawnSync } from 'node:child_process'
import { PDFDocument } from '@cantoo/pdf-lib'
import { describe, expect, it } from 'vitest'
import { makeOutpatientRecord } from './outpatient-record.ts'
import { sampleRecord } from './sample-record.ts'

const poppler = spawnSync('pdftotext', ['-v']).error === undefined
if (!poppler) console.warn('skipped: the edges of a long record, because poppler-utils is absent')

describe('the outpatient record as paper', () => {
  it('is one A4 page, with both signature boxes inside it and apart', async () => {
    const { bytes, boxes } = await makeOutpatientRecord(sampleRecord)
    const pdf = await PDFDocument.load(bytes, { updateMetadata: false })
    expect(pdf.getPageCount()).toBe(1)
    expect(pdf.getTitle()).toBe('门诊病历 MZ20261124-0007')
    for (const box of Object.values(boxes)) {
      expect(box.page).toBe(1)
      expect(box.x + box.width).toBeLessThan(595)
      expect(box.y).toBeGreaterThan(0)
    }
    expect(boxes.author.x + boxes.author.width).toBeLessThan(boxes.reviewer.x)
  })

  it('goes on to a second page when the doctor wrote much, and signs on the last', async () => {
    const presentIllness = sampleRecord.presentIllness.repeat(24)
    const { bytes, boxes } = await makeOutpatientRecord({ ...sampleRecord, presentIllness })
    const pdf = await PDFDocument.load(bytes, { updateMetadata: false })
    expect(pdf.getPageCount()).toBe(2)
    expect(boxes.author.page).toBe(2)
  })

  it('leaves out what was not written', async () => {
    const short = {
      ...sampleRecord,
      pastHistory: '',
      examination: '',
      prescription: [],
      advice: '',
    }
    const { bytes } = await makeOutpatientRecord(short)
    const { bytes: long } = await makeOutpatientRecord(sampleRecord)
    expect(bytes.length).toBeLessThan(long.length)
  })

  it.skipIf(!poppler)(
    'keeps everything inside the page when every field is as long as it may be',
    async () => {
      const long = (length: number) => '青霉素A1'.repeat(length / 4).slice(0, length)
      const drug = { drug: long(60), dose: 'X'.repeat(20), usage: long(30), amount: long(20) }
      const { bytes } = await makeOutpatientRecord({
        ...sampleRecord,
        allergies: long(200),
        presentIllness: long(4000),
        examination: `${'行\n'.repeat(300)}末`,
        prescription: Array.from({ length: 12 }, () => drug),
      })
      const boxes = execFileSync('pdftotext', ['-bbox', '-', '-'], { input: bytes }).toString()
      expect(boxes.match(/<page /g)!.length).toBeGreaterThan(8)
      const words = [...boxes.matchAll(/xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">/g)]
      expect(words.length).toBeGreaterThan(400)
      for (const [word, ...sides] of words) {
        const [left, top, right, bottom] = sides.map(Number) as [number, number, number, number]
        expect(left > 50 && right < 595 - 40 && top > 20 && bottom < 842 - 15, word).toBe(true)
      }
    },
  )

  it.each([
    ['a character beyond the font', '患者姓名𠮷', 'U+20BB7'],
    ['an emoji', '很好😀', 'U+1F600'],
    ['a control character', '甲\u0007乙', 'U+0007'],
  ])('refuses %s by name instead of an empty box', async (_, diagnosis, name) => {
    await expect(makeOutpatientRecord({ ...sampleRecord, diagnosis })).rejects.toMatchObject({
      code: 'clinic.glyph-missing',
      details: { characters: expect.stringContaining(name) },
    })
  })
})
