import type { PDFDocumentProxy } from 'pdfjs-dist'

const files = `${import.meta.env.BASE_URL}pdfjs/`

/**
 * Opens a PDF from bytes already in hand: nothing is fetched but our own fonts and tables, no script in the
 * document runs, and nothing is compiled at run time (the page's security policy forbids it).
 */
export async function openPdf(bytes: Uint8Array): Promise<PDFDocumentProxy> {
  const { getDocument, GlobalWorkerOptions } = await import('pdfjs-dist')
  GlobalWorkerOptions.workerSrc = `${files}build/pdf.worker.min.mjs`
  return getDocument({
    // pdf.js takes the buffer with it to its worker; the bytes to be signed stay here.
    data: bytes.slice(),
    cMapUrl: `${files}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${files}standard_fonts/`,
    wasmUrl: `${files}wasm/`,
    useWasm: false,
    enableXfa: false,
    stopAtErrors: false,
    maxImageSize: 64 * 1024 * 1024,
  }).promise
}
