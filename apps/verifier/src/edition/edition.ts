import type { Trust } from '../trust.ts'

/** The offline page as the server offers it, with what a stranger compares it by. */
export interface OfflinePage {
  readonly fileName: string
  readonly bytes: number
  readonly sha256: string
  readonly sm3: string
}

/** Where pdf.js finds its tables, fonts and decoders. */
interface PdfFiles {
  readonly cMapUrl: string
  readonly standardFontDataUrl: string
  readonly wasmUrl: string
  readonly useWasm: boolean
  /** A worker of pdf.js for one document; absent where pdf.js may start its own. */
  readonly port?: Worker
  readonly useWorkerFetch?: boolean
  readonly BinaryDataFactory?: new () => object
}

/** Where the hosted page and the page in one file part ways; everything else they share. */
export interface Edition {
  readonly name: 'hosted' | 'offline'
  /** A worker that answers one question; throws where the browser allows none. */
  startVerifyWorker(): Worker
  /** The root that comes with the page, if the reader may be offered one. */
  offeredTrust(): Promise<Trust | undefined>
  /** Gets pdf.js ready and says where it finds its files. */
  pdfFiles(): Promise<PdfFiles>
  readonly offlinePage: OfflinePage | undefined
}
