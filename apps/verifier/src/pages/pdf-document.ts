import { edition } from '#edition'
import type { PDFDocumentProxy } from 'pdfjs-dist'
import type { Region } from './changed-regions.ts'

/** Enough to read a page of small print on a dense screen, and to compare it. */
const widthPx = 1100
const mostHeightPx = 2400

export interface OpenPdf {
  readonly document: PDFDocumentProxy
  close(): void
}

/**
 * Opens a PDF to be looked at: no script in it runs and nothing is fetched but our own tables and fonts. What cannot
 * be drawn is left out and never bears on a verdict.
 */
export async function openPdf(bytes: Uint8Array): Promise<OpenPdf> {
  const { getDocument, PDFWorker } = await import('pdfjs-dist')
  const { port, ...files } = await edition.pdfFiles()
  const worker = port && new PDFWorker({ port: port as never })
  const task = getDocument({
    ...files,
    ...(worker && { worker }),
    // pdf.js takes the buffer with it to its worker.
    data: bytes.slice(),
    cMapPacked: true,
    enableXfa: false,
    disableWorkerRendering: true,
    stopAtErrors: false,
    maxImageSize: 64 * 1024 * 1024,
    verbosity: 0,
  })
  const close = (): void => void task.destroy().finally(() => port?.terminate())
  try {
    return { document: await task.promise, close }
  } catch (error) {
    close()
    throw error
  }
}

export interface DrawnPage {
  readonly canvas: HTMLCanvasElement
  /** A rectangle of the page's own coordinates as a part of what is drawn. */
  place(rect: readonly [number, number, number, number]): Region
}

export async function drawPage(pdf: PDFDocumentProxy, number: number): Promise<DrawnPage> {
  const page = await pdf.getPage(number)
  const { width, height } = page.getViewport({ scale: 1 })
  const viewport = page.getViewport({ scale: Math.min(widthPx / width, mostHeightPx / height) })
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(viewport.width))
  canvas.height = Math.max(1, Math.round(viewport.height))
  await page.render({ canvas, viewport, background: '#ffffff' }).promise
  page.cleanup()
  return {
    canvas,
    place(rect) {
      const [x1, y1] = viewport.convertToViewportPoint(rect[0], rect[1]) as [number, number]
      const [x2, y2] = viewport.convertToViewportPoint(rect[2], rect[3]) as [number, number]
      return {
        x: Math.min(x1, x2) / canvas.width,
        y: Math.min(y1, y2) / canvas.height,
        width: Math.abs(x2 - x1) / canvas.width,
        height: Math.abs(y2 - y1) / canvas.height,
      }
    },
  }
}

export function pixelsOf(canvas: HTMLCanvasElement): ImageData {
  return canvas
    .getContext('2d', { willReadFrequently: true })!
    .getImageData(0, 0, canvas.width, canvas.height)
}
