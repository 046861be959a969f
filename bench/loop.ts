// How late the platform's event loop is, and how long /healthz takes, while others keep it busy.
import { setTimeout } from 'node:timers/promises'
import { PDFDocument } from '@cantoo/pdf-lib'
import type { Suite } from './rounds.ts'
import { openWard, type Ward } from './ward.ts'

const megabyte = 1_048_576

export const suite: Suite = {
  name: 'loop',
  report: async () => {
    const ward = await openWard(8)
    try {
      const small = await ward.document(Uint8Array.of(1), 'application/octet-stream')
      const large = await pdf(1, 19 * megabyte)
      const long = await pdf(200, megabyte)
      const burst = (): Promise<unknown> =>
        Promise.all(ward.doctors.map((doctor) => inTurn(6, () => ward.sign(doctor, small, 'cms'))))
      const pdfs = async (): Promise<void> => {
        for (const content of [large, long]) {
          const documentId = await ward.document(content, 'application/pdf')
          await ward.sign(ward.doctors[0]!, documentId, 'pdf')
        }
      }
      const signed = await signedOnce(ward, large)
      const judge = () =>
        ward.clinic('POST', '/v1/verifications', { content: signed.toString('base64') })
      await burst()
      return [
        'Event loop of the platform  (milliseconds late; /healthz asked every 20 ms)',
        await watch(ward, 'nobody there', () => setTimeout(2000)),
        await watch(ward, '48 signatures, 8 at once', burst),
        await watch(ward, 'a PDF of 19 MB and one of 200 pages, uploaded and signed', pdfs),
        await watch(ward, 'a signed PDF of 19 MB verified, twice', () => inTurn(2, judge)),
        await watch(ward, 'all of it together', () => Promise.all([burst(), pdfs(), judge()])),
        '',
      ].join('\n')
    } finally {
      await ward.stop()
    }
  },
}

async function watch(ward: Ward, what: string, work: () => Promise<unknown>): Promise<string> {
  const answers: number[] = []
  const over = new AbortController()
  await ward.lateness()
  const asking = (async () => {
    while (!over.signal.aborted) {
      const begun = performance.now()
      const { ok } = await fetch(`${ward.url}/healthz`)
      if (!ok) throw new Error('the platform is not healthy')
      answers.push(performance.now() - begun)
      await setTimeout(20)
    }
  })()
  const begun = performance.now()
  await work()
  const seconds = (performance.now() - begun) / 1000
  over.abort()
  await asking
  const { p50, p99, max } = await ward.lateness()
  const healthz = answers.toSorted((a, b) => a - b)
  const middle = healthz[Math.floor(healthz.length / 2)]!
  const one = (value: number): string => value.toFixed(1).padStart(7)
  return (
    `  ${what.padEnd(58)} ${seconds.toFixed(1).padStart(5)} s  loop p50 ${one(p50)} p99 ${one(p99)} max ${one(max)}` +
    `  /healthz p50 ${one(middle)} max ${one(healthz.at(-1)!)}`
  )
}

async function inTurn(times: number, work: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i++) await work()
}

async function signedOnce(ward: Ward, content: Uint8Array): Promise<Buffer> {
  const documentId = await ward.document(content, 'application/pdf')
  await ward.sign(ward.doctors[0]!, documentId, 'pdf')
  const path = `/v1/documents/${documentId}/content?revision=1`
  return Buffer.from(await ward.clinic<Uint8Array>('GET', path))
}

/** Pages of text, and so many bytes of a scan that does not compress. */
async function pdf(pages: number, bytes: number): Promise<Uint8Array> {
  const document = await PDFDocument.create()
  for (let i = 0; i < pages; i++) document.addPage([595, 842]).drawText(`page ${i + 1}`)
  const scan = new Uint8Array(bytes)
  for (let at = 0; at < bytes; at += 65_536)
    crypto.getRandomValues(scan.subarray(at, Math.min(bytes, at + 65_536)))
  await document.attach(scan, 'scan.bin')
  return document.save({ useObjectStreams: false })
}
