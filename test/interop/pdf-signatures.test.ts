// Signed PDFs before other people's programs: qpdf, poppler's pdfsig with P-256, PDFBox and BouncyCastle with SM2.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { changesAfter, coveredBytes, listSignatures, readPdf, type Rect } from '@yunqian/documents'
import {
  appendDss,
  defaultSignatureRect,
  fontOutliner,
  insertSignature,
  outlineText,
  prepareSignature,
  type TextOutliner,
} from '@yunqian/documents/write'
import * as fontkit from 'fontkit'
import { describe, expect, it } from 'vitest'
import { handwriting } from '../documents/handwriting.ts'
import {
  chromiumPdf,
  formPdf,
  inTemporaryFolder,
  installed,
  qpdf,
  qpdfObjections,
  samplePdf,
} from '../documents/samples.ts'

const jars = ['pdfbox2', 'fontbox2', 'commons-logging', 'bcprov', 'bcpkix', 'bcutil']
const classPath = jars.map((jar) => `/usr/share/java/${jar}.jar`).join(':')
const program = join(import.meta.dirname, 'java', 'PdfSignatures.java')

function java(...args: string[]): string {
  return execFileSync('java', ['-cp', classPath, program, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

function jarsInstalled(): boolean {
  const missing = jars.filter((jar) => !existsSync(`/usr/share/java/${jar}.jar`))
  if (missing.length > 0)
    console.warn(`skipped: libpdfbox2-java, libbcpkix-java (${missing.join(' ')})`)
  return missing.length === 0 && installed('java')
}

function outliner(): TextOutliner {
  const folder = join(import.meta.dirname, '../../node_modules/@expo-google-fonts/noto-sans-sc')
  const file = readFileSync(join(folder, '400Regular/NotoSansSC_400Regular.ttf'))
  return fontOutliner(fontkit.create(file))
}

type MakeCms = (content: Uint8Array) => Uint8Array

/** Signs like a doctor would: handwriting and three lines of text. */
function sign(bytes: Uint8Array, name: string, cms: MakeCms, text = outliner()): Uint8Array {
  const lines = [`${name} 医师`, '2026-11-24 16:00', '云签 电子签名'].map((line, i) =>
    outlineText(text, line, i === 0 ? 8.5 : 6),
  )
  const { prepared, byteRange, contentsRange } = prepareSignature(bytes, {
    name,
    reason: '门诊病历签署',
    signingTime: new Date('2026-11-24T08:00:00Z'),
    appearance: { strokes: handwriting(), lines },
  })
  return insertSignature(prepared, contentsRange, cms(coveredBytes(prepared, byteRange)))
}

/** A P-256 signer made by openssl, with the attributes of CAdES. */
function opensslSigner(folder: string): MakeCms {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = '/CN=Test signer'
  const request =
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj`.split(' ')
  execFileSync('openssl', [...request, subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  return (content) => {
    const [from, to] = [join(folder, 'content'), join(folder, 'cms')]
    writeFileSync(from, content)
    const options = 'cms -sign -binary -md sha256 -cades -outform DER'.split(' ')
    execFileSync('openssl', [...options, '-signer', cert, '-inkey', key, '-in', from, '-out', to])
    return new Uint8Array(readFileSync(to))
  }
}

function javaSigner(folder: string): MakeCms {
  return (content) => {
    const [from, to] = [join(folder, 'content'), join(folder, 'cms')]
    writeFileSync(from, content)
    java('sign', 'sm2', from, to)
    return new Uint8Array(readFileSync(to))
  }
}

function inFile<T>(bytes: Uint8Array, work: (file: string) => T): T {
  return inTemporaryFolder((folder) => {
    const file = join(folder, 'signed.pdf')
    writeFileSync(file, bytes)
    return work(file)
  })
}

function pdfsig(bytes: Uint8Array): string {
  return inFile(
    bytes,
    (file) => spawnSync('pdfsig', ['-nocert', file], { encoding: 'utf8' }).stdout,
  )
}

async function bases(): Promise<Record<string, Uint8Array>> {
  const plain = await samplePdf({ pages: 2 })
  const made: Record<string, Uint8Array> = {
    'pdf-lib, table': plain,
    'pdf-lib, object streams': await samplePdf({ objectStreams: true }),
    'pdf-lib, form': await formPdf(),
    'qpdf, linearized': qpdf(plain, '--linearize'),
    'qpdf, linearized with object streams': qpdf(plain, '--linearize', '--object-streams=generate'),
  }
  const printed = installed('chromium')
    ? chromiumPdf('<h1>门诊病历</h1><p>主诉：咳嗽三天</p>')
    : undefined
  if (printed) made['chromium'] = printed
  return made
}

describe.skipIf(!installed('pdfsig') || !installed('qpdf') || !installed('openssl'))(
  'poppler and qpdf',
  () => {
    it('find both P-256 signatures valid, and the second covering the whole file', async () => {
      for (const [label, base] of Object.entries(await bases())) {
        const signed = inTemporaryFolder((folder) => {
          const cms = opensslSigner(folder)
          return sign(sign(base, '陈静怡', cms), '王建国', cms)
        })
        expect(qpdfObjections(signed), label).toBe('')
        const said = pdfsig(signed)
        expect(said.match(/Signature is Valid/g), label).toHaveLength(2)
        expect(said.match(/Total document signed/g), label).toHaveLength(1)
        expect(said, label).toContain('ETSI.CAdES.detached')
        expect(said, label).not.toContain('Invalid')
      }
    })

    it('agree that a security store leaves the signature alone, and that a changed byte does not', async () => {
      const base = await samplePdf()
      const once = inTemporaryFolder((folder) => sign(base, '陈静怡', opensslSigner(folder)))
      const stored = appendDss(once, {
        certificates: [Uint8Array.of(0x30, 0)],
        ocsps: [],
        crls: [],
      })
      expect(qpdfObjections(stored)).toBe('')
      expect(pdfsig(stored)).toContain('Signature is Valid')
      const changed = stored.slice()
      changed[base.length - 300] = (changed[base.length - 300] ?? 0) ^ 1
      expect(pdfsig(changed)).not.toContain('Signature is Valid')
    })
  },
)

describe.skipIf(!jarsInstalled())('PDFBox and BouncyCastle', () => {
  it('verify SM2 signatures, the first after a second and a security store', async () => {
    const base = await samplePdf({ objectStreams: true })
    const signed = inTemporaryFolder((folder) => {
      const cms = javaSigner(folder)
      const twice = sign(sign(base, '陈静怡', cms), '王建国', cms)
      return appendDss(twice, { certificates: [Uint8Array.of(0x30, 0)], ocsps: [], crls: [] })
    })
    expect(inFile(signed, (file) => java('verify', file))).toBe(
      '陈静怡 true part\n王建国 true part\n',
    )
    const pdf = readPdf(signed)
    const [first] = listSignatures(pdf)
    if (first === undefined || first.kind === 'broken') throw new Error('no signature')
    expect(changesAfter(pdf, first).map((change) => [change.kind, change.allowed])).toEqual([
      ['signature-added', true],
      ['dss', true],
    ])
  })
})

/** Pixels darker than paper, per rectangle of a page rendered at one pixel a point. */
function darkPixels(bytes: Uint8Array, rects: readonly Rect[]): number[] {
  return inFile(bytes, (file) => {
    const out = file.replace(/\.pdf$/, '')
    execFileSync('pdftoppm', ['-gray', '-r', '72', '-singlefile', file, out])
    const image = readFileSync(`${out}.pgm`)
    const [, width, height] =
      /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(image.toString('latin1', 0, 40)) ?? []
    const [w, h] = [Number(width), Number(height)]
    const pixels = image.subarray(image.length - w * h)
    return rects.map(([x1, y1, x2, y2]) => {
      let dark = 0
      for (let y = Math.ceil(h - y2); y < h - y1; y++)
        for (let x = Math.ceil(x1); x < x2; x++) if ((pixels[y * w + x] ?? 255) < 160) dark++
      return dark
    })
  })
}

describe.skipIf(!installed('pdftoppm'))('poppler draws', () => {
  it('handwriting on the left, text on the right, and nothing outside the rectangle', async () => {
    const base = await samplePdf({ size: [595, 842] })
    const [left, bottom, right, top] = defaultSignatureRect(readPdf(base), 0)
    const middle = left + (right - left) * 0.46
    const rects: Rect[] = [
      [left, bottom, middle - 2, top],
      [middle + 4, bottom, right, top],
      [0, 0, 595, bottom],
      [0, top, 595, 700],
    ]
    expect(darkPixels(base, rects)).toEqual([0, 0, 0, 0])
    const signed = sign(base, '陈静怡', () => Uint8Array.of(0x30, 0))
    const [hand, text, below, above] = darkPixels(signed, rects)
    expect(hand).toBeGreaterThan(100)
    expect(text).toBeGreaterThan(100)
    expect([below, above]).toEqual([0, 0])
  })
})
