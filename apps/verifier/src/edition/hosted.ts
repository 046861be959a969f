import { offlinePage } from 'virtual:offline-page'
import { platformTrust } from '../trust.ts'
import type { Edition } from './edition.ts'

const files = `${import.meta.env.BASE_URL}pdfjs/`

export const edition: Edition = {
  name: 'hosted',
  startVerifyWorker: () =>
    new Worker(new URL('../verify-worker.ts', import.meta.url), { type: 'module' }),
  offeredTrust: platformTrust,
  async pdfFiles() {
    const { GlobalWorkerOptions } = await import('pdfjs-dist')
    GlobalWorkerOptions.workerSrc = `${files}build/pdf.worker.min.mjs`
    return {
      useWasm: false,
      cMapUrl: `${files}cmaps/`,
      standardFontDataUrl: `${files}standard_fonts/`,
      wasmUrl: `${files}wasm/`,
    }
  },
  offlinePage,
}
