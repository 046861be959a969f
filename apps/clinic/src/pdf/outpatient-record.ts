import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { PDFDocument, type PDFFont, type PDFPage, rgb } from '@cantoo/pdf-lib'
import * as fontkit from 'fontkit'
import { encode } from 'uqr'
import { ClinicError } from '../errors.ts'
import { wrapText } from './wrap-text.ts'

export interface Prescribed {
  readonly drug: string
  readonly dose: string
  readonly usage: string
  readonly amount: string
}

export interface OutpatientRecord {
  readonly centreName: string
  readonly department: string
  readonly visitNumber: string
  /** Local wall-clock time as printed: 2026-11-24 09:30. */
  readonly visitedAt: string
  readonly patient: { readonly name: string; readonly sex: string; readonly age: string }
  readonly allergies: string
  readonly chiefComplaint: string
  readonly presentIllness: string
  readonly pastHistory: string
  readonly examination: string
  readonly diagnosis: string
  readonly prescription: readonly Prescribed[]
  readonly advice: string
  readonly doctorName: string
  /** Where anybody can verify the signed file; printed as a QR code. */
  readonly verifierUrl: string
  /** Goes into the document information; the same input makes the same bytes. */
  readonly madeAt: Date
}

/** Where a signature shows on the last page, PDF points from the lower left. */
export interface SignatureBox {
  readonly page: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const A4 = { width: 595.28, height: 841.89 }
const margin = { side: 54, top: 52 }
const inner = A4.width - 2 * margin.side
const footHeight = 150
const ink = rgb(0.08, 0.13, 0.12)
const soft = rgb(0.36, 0.43, 0.42)
const line = rgb(0.72, 0.77, 0.76)
const teal = rgb(0.059, 0.463, 0.431)

interface Sheet {
  readonly document: PDFDocument
  readonly regular: PDFFont
  readonly bold: PDFFont
  page: PDFPage
  y: number
  /** Says on every further page whose record it is. */
  readonly running: string
}

/**
 * A Chinese outpatient record on A4: the paper a doctor signs. Throws `clinic.glyph-missing` rather than print an
 * empty box where a character should be: a gap in a signed record is a flaw in the evidence.
 */
export async function makeOutpatientRecord(
  record: OutpatientRecord,
): Promise<{ bytes: Uint8Array; boxes: { author: SignatureBox; reviewer: SignatureBox } }> {
  const document = await PDFDocument.create()
  document.registerFontkit(fontkit as unknown as Parameters<PDFDocument['registerFontkit']>[0])
  const [regular, bold] = await embedFonts(document)
  requireGlyphs(record, regular)
  document.setTitle(`门诊病历 ${record.visitNumber}`)
  document.setLanguage('zh-CN')
  document.setProducer('Yunqian clinic')
  document.setCreator('Yunqian clinic')
  document.setCreationDate(record.madeAt)
  document.setModificationDate(record.madeAt)
  const sheet: Sheet = {
    document,
    regular,
    bold,
    page: document.addPage([A4.width, A4.height]),
    y: 0,
    running: `${record.patient.name}  ${record.visitNumber}  门诊病历（续）`,
  }

  drawHead(sheet, record)
  drawPatient(sheet, record)
  for (const [title, text] of sections(record)) drawSection(sheet, title, text)
  drawPrescription(sheet, record.prescription)
  drawSection(sheet, '医嘱', record.advice)
  const boxes = drawFoot(sheet, record)
  const bytes = await document.save({ useObjectStreams: false })
  return { bytes, boxes }
}

async function embedFonts(document: PDFDocument): Promise<[PDFFont, PDFFont]> {
  const require = createRequire(import.meta.url)
  const load = async (file: string) =>
    document.embedFont(await readFile(require.resolve(`@expo-google-fonts/noto-sans-sc/${file}`)), {
      subset: true,
    })
  return [
    await load('400Regular/NotoSansSC_400Regular.ttf'),
    await load('700Bold/NotoSansSC_700Bold.ttf'),
  ]
}

function requireGlyphs(record: OutpatientRecord, font: PDFFont): void {
  const { patient, prescription, madeAt: _, ...texts } = record
  const all = [texts, patient, ...prescription].flatMap((part) => Object.values(part)).join('')
  const known = new Set(font.getCharacterSet())
  const missing = new Set([...all].filter((one) => one !== '\n' && !known.has(one.codePointAt(0)!)))
  if (missing.size === 0) return
  const characters = [...missing].map(named).join('、')
  throw new ClinicError('clinic.glyph-missing', { details: { characters } })
}

/** A control or invisible character would only confuse the message: it is named by its number alone. */
function named(character: string): string {
  const number = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
  return /\p{C}/u.test(character) ? number : `${character}（${number}）`
}

function sections(record: OutpatientRecord): [string, string][] {
  const all: [string, string][] = [
    ['主诉', record.chiefComplaint],
    ['现病史', record.presentIllness],
    ['既往史', record.pastHistory],
    ['体格检查', record.examination],
    ['诊断', record.diagnosis],
  ]
  return all.filter(([, text]) => text.trim() !== '')
}

function put(
  sheet: Sheet,
  text: string,
  x: number,
  y: number,
  size: number,
  font = sheet.regular,
  color = ink,
) {
  sheet.page.drawText(text, { x, y, size, font, color })
}

function centred(sheet: Sheet, text: string, y: number, size: number, font: PDFFont, color = ink) {
  put(sheet, text, (A4.width - font.widthOfTextAtSize(text, size)) / 2, y, size, font, color)
}

function rule(sheet: Sheet, y: number, thickness = 0.6, color = line) {
  const end = { x: A4.width - margin.side, y }
  sheet.page.drawLine({ start: { x: margin.side, y }, end, thickness, color })
}

function drawHead(sheet: Sheet, record: OutpatientRecord) {
  const top = A4.height - margin.top
  centred(sheet, record.centreName, top - 14, 15, sheet.bold, teal)
  centred(sheet, '门 诊 病 历', top - 42, 20, sheet.bold)
  put(sheet, `门诊号 ${record.visitNumber}`, margin.side, top - 62, 9, sheet.regular, soft)
  const when = `就诊时间 ${record.visitedAt}`
  const width = sheet.regular.widthOfTextAtSize(when, 9)
  put(sheet, when, A4.width - margin.side - width, top - 62, 9, sheet.regular, soft)
  rule(sheet, top - 70, 1.2, teal)
  sheet.y = top - 70
}

function drawPatient(sheet: Sheet, record: OutpatientRecord) {
  const { patient } = record
  const cells: [string, string, number][] = [
    ['姓名', patient.name, 0],
    ['性别', patient.sex, 0.26],
    ['年龄', patient.age, 0.42],
    ['科室', record.department, 0.6],
  ]
  const y = sheet.y - 22
  for (const [label, value, at] of cells) {
    const x = margin.side + at * inner
    put(sheet, label, x, y, 10.5, sheet.regular, soft)
    put(sheet, value, x + 30, y, 10.5, sheet.bold)
  }
  put(sheet, '过敏史', margin.side, y - 20, 10.5, sheet.regular, soft)
  const allergies = wrapped(sheet, record.allergies || '否认药物及食物过敏史', inner - 42, 10.5)
  allergies.forEach((line, index) => put(sheet, line, margin.side + 42, y - 20 - index * 15, 10.5))
  sheet.y = y - 17 - allergies.length * 15
  rule(sheet, sheet.y)
}

function wrapped(sheet: Sheet, text: string, width: number, size: number): readonly string[] {
  return wrapText(text, width, (part) => sheet.regular.widthOfTextAtSize(part, size))
}

/** Starts a new page when `height` no longer fits above the foot. */
function make(sheet: Sheet, height: number) {
  if (sheet.y - height > footHeight + 20) return
  sheet.page = sheet.document.addPage([A4.width, A4.height])
  put(sheet, sheet.running, margin.side, A4.height - margin.top + 12, 9, sheet.regular, soft)
  rule(sheet, A4.height - margin.top + 4)
  sheet.y = A4.height - margin.top
}

function drawSection(sheet: Sheet, title: string, text: string) {
  if (text.trim() === '') return
  const size = 10.5
  const leading = 17
  const indent = 64
  const lines = wrapped(sheet, text, inner - indent, size)
  make(sheet, leading * Math.min(lines.length, 3) + 12)
  sheet.y -= 12
  put(sheet, title, margin.side, sheet.y - 11, size, sheet.bold, teal)
  for (const part of lines) {
    make(sheet, leading)
    put(sheet, part, margin.side + indent, sheet.y - 11, size)
    sheet.y -= leading
  }
}

/** Where each column of the prescription begins, and where the last one ends. */
const columns = [64, 236, 318, 428, inner]

function drawPrescription(sheet: Sheet, prescription: readonly Prescribed[]) {
  if (prescription.length === 0) return
  const heads = ['药品名称及规格', '单次剂量', '用法', '数量']
  make(sheet, 80)
  sheet.y -= 14
  put(sheet, '处方', margin.side, sheet.y - 11, 10.5, sheet.bold, teal)
  heads.forEach((head, index) =>
    put(sheet, head, margin.side + columns[index]!, sheet.y - 11, 10, sheet.regular, soft),
  )
  sheet.y -= 20
  rule(sheet, sheet.y + 4)
  for (const { drug, dose, usage, amount } of prescription) {
    const cells = [drug, dose, usage, amount].map((text, index) =>
      wrapped(sheet, text, columns[index + 1]! - columns[index]! - 6, 10),
    )
    const height = 6 + 14 * Math.max(...cells.map((lines) => lines.length))
    make(sheet, height)
    cells.forEach((lines, column) =>
      lines.forEach((text, line) =>
        put(sheet, text, margin.side + columns[column]!, sheet.y - 11 - line * 14, 10),
      ),
    )
    sheet.y -= height
  }
}

function drawFoot(sheet: Sheet, record: OutpatientRecord) {
  const page = sheet.document.getPageCount()
  const top = footHeight
  rule(sheet, top, 1.2, teal)
  const box = (at: number): SignatureBox => ({
    page,
    x: margin.side + at,
    y: top - 76,
    width: 178,
    height: 52,
  })
  const boxes = { author: box(0), reviewer: box(192) }
  put(sheet, `接诊医师：${record.doctorName}`, boxes.author.x, top - 18, 10)
  put(sheet, '审核医师：', boxes.reviewer.x, top - 18, 10)
  for (const { x, y, width, height } of Object.values(boxes))
    sheet.page.drawRectangle({ x, y, width, height, borderColor: line, borderWidth: 0.6 })
  drawQr(sheet.page, record.verifierUrl, A4.width - margin.side - 74, top - 84, 74)
  const notes = [
    '本病历由医师以个人数字证书签名；扫描右侧二维码打开公开验签页，可独立核对签署人、时间与完整性。',
    '试用系统：签发证书的 CA 未经认证。患者信息为虚构示例。',
  ]
  notes.forEach((note, index) =>
    put(sheet, note, margin.side, top - 98 - index * 12, 7.5, sheet.regular, soft),
  )
  const pages = sheet.document.getPages()
  pages.forEach((each, index) =>
    each.drawText(`${index + 1} / ${pages.length}`, {
      x: A4.width / 2 - 8,
      y: 26,
      size: 8,
      font: sheet.regular,
      color: soft,
    }),
  )
  return boxes
}

function drawQr(page: PDFPage, text: string, x: number, y: number, side: number) {
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const path = data
    .flatMap((row, r) => row.flatMap((dark, c) => (dark ? [`M${c} ${r}h1v1h-1z`] : [])))
    .join('')
  page.drawSvgPath(path, { x, y: y + side, scale: side / size, color: ink, borderWidth: 0 })
}
