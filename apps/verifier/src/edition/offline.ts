import { files } from 'virtual:pdfjs-files'
import PdfWorker from 'pdfjs-dist/build/pdf.worker.min.mjs?worker&inline'
import VerifyWorker from '../verify-worker.ts?worker&inline'
import type { Edition } from './edition.ts'

/** Everything is in this file: nothing is fetched, and no root is trusted that the reader did not bring. */
export const edition: Edition = {
  name: 'offline',
  startVerifyWorker: () => new VerifyWorker(),
  offeredTrust: async () => undefined,
  pdfFiles: async () => ({
    port: new PdfWorker(),
    BinaryDataFactory: EnclosedFiles,
    useWorkerFetch: false,
    // The alternative to WebAssembly would be scripts loaded at run time, which nothing here may do.
    useWasm: true,
    cMapUrl: 'cmaps/',
    standardFontDataUrl: 'standard_fonts/',
    wasmUrl: 'wasm/',
  }),
  offlinePage: undefined,
}

const folders: Readonly<Record<string, string>> = {
  cMapUrl: 'cmaps',
  standardFontDataUrl: 'standard_fonts',
  wasmUrl: 'wasm',
}

/** What pdf.js asks instead of fetching. */
class EnclosedFiles {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    return content(`${folders[kind]}/${filename}`)
  }
}

function content(name: string): Uint8Array {
  const base64 = files[name]
  if (base64 === undefined) throw new Error(`${name} is not enclosed`)
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
}
