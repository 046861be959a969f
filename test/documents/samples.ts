// Sample documents for tests, made by other people's programs.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { degrees, PDFDocument, PDFName, PDFNumber, StandardFonts } from '@cantoo/pdf-lib'

export interface SampleOptions {
  readonly pages?: number
  readonly objectStreams?: boolean
  readonly rotate?: number
  readonly size?: readonly [number, number]
  readonly text?: string
}

/** A plain document by pdf-lib. */
export async function samplePdf(options: SampleOptions = {}): Promise<Uint8Array> {
  const document = await PDFDocument.create()
  const font = await document.embedFont(StandardFonts.Helvetica)
  for (let i = 0; i < (options.pages ?? 1); i++) {
    const page = document.addPage([...(options.size ?? [595, 842])] as [number, number])
    page.drawText(`${options.text ?? 'Outpatient record'} page ${i + 1}`, { x: 60, y: 760, font })
    if (options.rotate) page.setRotation(degrees(options.rotate))
  }
  document.setCreationDate(new Date(0))
  document.setModificationDate(new Date(0))
  return document.save({ useObjectStreams: options.objectStreams ?? false })
}

/** One page of an unusual shape; boxes are left, bottom, right, top. */
export async function pagePdf(shape: {
  readonly size: readonly [number, number]
  readonly media?: readonly [number, number, number, number]
  readonly crop?: readonly [number, number, number, number]
  readonly rotate?: number
  readonly userUnit?: number
}): Promise<Uint8Array> {
  const document = await PDFDocument.create()
  const page = document.addPage([...shape.size])
  const box = ([left, bottom, right, top]: readonly number[]) =>
    document.context.obj([left, bottom, right, top] as number[])
  if (shape.media) page.node.set(PDFName.of('MediaBox'), box(shape.media))
  if (shape.crop) page.node.set(PDFName.of('CropBox'), box(shape.crop))
  if (shape.userUnit) page.node.set(PDFName.of('UserUnit'), PDFNumber.of(shape.userUnit))
  if (shape.rotate) page.setRotation(degrees(shape.rotate))
  return document.save({ useObjectStreams: false })
}

/** A document with a text field and an empty signature field named `doctor`. */
export async function formPdf(): Promise<Uint8Array> {
  const document = await PDFDocument.create()
  const page = document.addPage([595, 842])
  const field = document.getForm().createTextField('patient')
  field.setText('Li')
  field.addToPage(page, { x: 60, y: 700, width: 200, height: 24 })
  const widget = document.context.obj({
    Type: 'Annot',
    Subtype: 'Widget',
    FT: 'Sig',
    F: 4,
    Rect: [300, 100, 500, 160],
    P: page.ref,
  })
  const { PDFString } = await import('@cantoo/pdf-lib')
  widget.set(document.context.obj('T') as never, PDFString.of('doctor'))
  const ref = document.context.register(widget)
  page.node.addAnnot(ref)
  document.getForm().acroForm.addField(ref)
  return document.save({ useObjectStreams: false })
}

export function installed(program: string): boolean {
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
  if (!found) console.warn(`skipped: ${program} is not installed`)
  return found
}

/** Runs work in a folder of its own, gone afterwards. */
export function inTemporaryFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'yunqian-documents-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The bytes as qpdf rewrites them with these options. */
export function qpdf(bytes: Uint8Array, ...options: string[]): Uint8Array {
  return inTemporaryFolder((folder) => {
    const [from, to] = [join(folder, 'in.pdf'), join(folder, 'out.pdf')]
    writeFileSync(from, bytes)
    execFileSync('qpdf', [from, ...options, to])
    return new Uint8Array(readFileSync(to))
  })
}

/** What `qpdf --check` says; empty when it has nothing to object to. */
export function qpdfObjections(bytes: Uint8Array): string {
  return inTemporaryFolder((folder) => {
    const file = join(folder, 'check.pdf')
    writeFileSync(file, bytes)
    const result = spawnSync('qpdf', ['--check', file], { encoding: 'utf8' })
    return result.status === 0 ? '' : `${result.stdout}${result.stderr}`
  })
}

/** A page printed by Chromium, or undefined where it is absent. */
export function chromiumPdf(html: string): Uint8Array | undefined {
  return inTemporaryFolder((folder) => {
    const [page, out] = [join(folder, 'page.html'), join(folder, 'page.pdf')]
    writeFileSync(page, html)
    const flags =
      '--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run --no-pdf-header-footer'
    const options = [...flags.split(' '), `--user-data-dir=${join(folder, 'profile')}`]
    spawnSync('chromium', [...options, `--print-to-pdf=${out}`, `file://${page}`], {
      timeout: 60_000,
    })
    return new Uint8Array(readFileSync(out))
  })
}
