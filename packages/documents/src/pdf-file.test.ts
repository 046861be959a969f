import { describe, expect, it } from 'vitest'
import { formPdf, installed, qpdf, samplePdf } from '../../../test/documents/samples.ts'
import { DocumentError } from './errors.ts'
import { readFields } from './fields.ts'
import { readPages } from './pages.ts'
import { readPdf } from './pdf-file.ts'

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'latin1'))
const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

function codeOf(bytes: Uint8Array): string | undefined {
  try {
    readPages(readPdf(bytes).latest)
    return undefined
  } catch (error) {
    return error instanceof DocumentError ? error.code : String(error)
  }
}

/** A small file written by hand, with a correct table; `edit` may spoil it afterwards. */
function handmade(objects: readonly string[], trailer = ''): Uint8Array {
  let file = '%PDF-1.7\n'
  const offsets = objects.map((object, i) => {
    const at = file.length
    file += `${i + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const xref = file.length
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f\r\n`
  for (const offset of offsets) file += `${String(offset).padStart(10, '0')} 00000 n\r\n`
  file += `trailer\n<</Size ${objects.length + 1} /Root 1 0 R ${trailer}>>\nstartxref\n${xref}\n%%EOF\n`
  return text(file)
}

const catalog = '<</Type /Catalog /Pages 2 0 R>>'
const tree = '<</Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 200 100] /Rotate 90>>'
const page = '<</Type /Page /Parent 2 0 R>>'

describe('reading', () => {
  it('reads tables, streams of objects and what pages inherit', async () => {
    for (const objectStreams of [false, true]) {
      const pdf = readPdf(await samplePdf({ pages: 3, objectStreams }))
      expect(readPages(pdf.latest)).toHaveLength(3)
      expect(pdf.revisions.map((revision) => revision.xrefKind)).toEqual([
        objectStreams ? 'stream' : 'table',
      ])
    }
    const [only] = readPages(readPdf(handmade([catalog, tree, page])).latest)
    expect(only?.inherited.get('Rotate')).toBe(90)
  })

  it('finds fields and the empty signature field', async () => {
    const fields = readFields(readPdf(await formPdf()).latest)
    expect(fields.map((field) => [field.name, field.type])).toEqual([
      ['patient', 'Tx'],
      ['doctor', 'Sig'],
    ])
  })

  it.skipIf(!installed('qpdf'))('reads linearized files as one revision', async () => {
    const plain = await samplePdf({ pages: 5 })
    for (const options of [['--linearize'], ['--linearize', '--object-streams=generate']]) {
      const pdf = readPdf(qpdf(plain, ...options))
      expect(pdf.revisions).toHaveLength(1)
      expect(readPages(pdf.latest)).toHaveLength(5)
    }
  })

  it('reports bytes behind the last end mark', async () => {
    const plain = await samplePdf()
    const pdf = readPdf(text(`${latin(plain)}\n9 0 obj\n<<>>\nendobj\n`))
    expect(pdf.trailing?.start).toBeGreaterThanOrEqual(plain.length)
    expect(readPdf(text(`${latin(plain)}\n\n`)).trailing).toBeUndefined()
  })

  it('reads a hybrid file whose stream only adds, and refuses one whose stream changes', () => {
    const plain = latin(handmade([catalog, tree, page]))
    const at = plain.length
    const rowFor = (number: number, offset: number): string =>
      `5 0 obj\n<</Type /XRef /Size 6 /W [1 2 1] /Index [${number} 1] /Length 4>>\nstream\n` +
      `\x01${String.fromCharCode(offset >> 8, offset & 255)}\x00\nendstream\nendobj\n`
    const added = `4 0 obj\n(hidden)\nendobj\n`
    const build = (number: number, offset: number): Uint8Array => {
      const hybridAt = at + added.length
      const withStream = plain + added + rowFor(number, offset)
      const xref = withStream.length
      const previous = /startxref\n(\d+)/.exec(plain)?.[1]
      const whole = `${withStream}xref\n0 0\ntrailer\n<</Size 6 /Root 1 0 R /Prev ${previous} /XRefStm ${hybridAt}>>\nstartxref\n${xref}\n%%EOF\n`
      return text(whole)
    }
    expect(readPdf(build(4, at)).latest.object(4)).toMatchObject({ kind: 'string' })
    // Object 3 is in use in the first table: the two readings of the file would differ.
    expect(readPdf(build(3, at)).latest.entry(3)).toMatchObject({ offset: at })
    expect(readPdf(build(3, at)).revisions[1]?.hybrid).toBe(true)
  })
})

describe('refusing', () => {
  it('says what is not a PDF, and what is not whole', async () => {
    expect(codeOf(text('hello'))).toBe('documents.pdf-not-a-pdf')
    expect(codeOf(text('\n%PDF-1.7\n'))).toBe('documents.pdf-not-a-pdf')
    expect(codeOf(text('%PDF-1.7\n'))).toBe('documents.pdf-malformed')
    const plain = await samplePdf()
    expect(codeOf(plain.subarray(0, plain.length - 40))).toBe('documents.pdf-malformed')
  })

  it.skipIf(!installed('qpdf'))('refuses encrypted files by name', async () => {
    const locked = qpdf(await samplePdf(), '--encrypt', '', 'owner', '256', '--')
    expect(codeOf(locked)).toBe('documents.pdf-encrypted')
  })

  it.each([
    ['duplicate keys', [catalog, tree, '<</Type /Page /Rotate 0 /Rotate 90>>']],
    ['a page tree that is a loop', [catalog, '<</Type /Pages /Kids [2 0 R]>>', page]],
    ['a kid that is no reference', [catalog, '<</Type /Pages /Kids [<<>>]>>', page]],
    ['no pages', ['<</Type /Catalog>>', tree, page]],
    ['an unclosed string', [catalog, tree, '<</Type /Page /X (a>>']],
    [
      'a stream that is longer than it says',
      [catalog, tree, '<</Length 1>>\nstream\nabc\nendstream'],
    ],
    [
      'a stream whose length is itself',
      [catalog, tree, '<</Length 3 0 R>>\nstream\nabc\nendstream'],
    ],
    ['a number with an exponent', [catalog, tree, '<</Type /Page /X 1e5>>']],
  ])('refuses %s', (_, objects) => {
    expect(codeOf(handmade(objects))).toBe('documents.pdf-malformed')
  })

  it('refuses nesting and expansion without bound', () => {
    const deep = `${'['.repeat(200)}${']'.repeat(200)}`
    expect(codeOf(handmade([catalog, tree, deep]))).toBe('documents.pdf-too-complex')
    const root = '<</Type /Pages /Kids [3 0 R]>>'
    const nodes = Array.from({ length: 100 }, (_, i) => `<</Type /Pages /Kids [${i + 4} 0 R]>>`)
    expect(codeOf(handmade([catalog, root, ...nodes, page]))).toBe('documents.pdf-too-complex')
  })

  it('refuses loops and forward jumps in the chain of sections', () => {
    const plain = latin(handmade([catalog, tree, page]))
    const xref = Number(/startxref\n(\d+)/.exec(plain)?.[1])
    expect(codeOf(text(plain.replace('/Root', `/Prev ${xref} /Root`)))).toBe(
      'documents.pdf-malformed',
    )
    expect(codeOf(text(plain.replace('/Root', `/Prev 99999 /Root`)))).toBe(
      'documents.pdf-malformed',
    )
  })

  it('refuses an object that is not where the table says', () => {
    const moved = latin(handmade([catalog, tree, page])).replace('3 0 obj', '4 0 obj')
    expect(codeOf(text(moved))).toBe('documents.pdf-malformed')
  })
})
