import { PDFDocument } from '@cantoo/pdf-lib'
import { describe, expect, it } from 'vitest'
import { makeOutpatientRecord } from './outpatient-record.ts'
import { sampleRecord } from './sample-record.ts'

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
})
