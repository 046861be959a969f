// What signing does to PDFs, as works for a thread: pure but for the font, and free to take its time.
import { createHash } from 'node:crypto'
import type { Handwriting } from '@yunqian/api'
import {
  coveredBytes,
  type OffsetRange,
  readPages,
  readPdf,
  refuseIfUnsignable,
  type Rect,
} from '@yunqian/documents'
import {
  appendDss,
  insertSignature,
  prepareSignature,
  type ValidationMaterial,
} from '@yunqian/documents/write'
import { signatureAppearance } from './appearance.ts'

export type PdfWorks = typeof pdfWorks

export const pdfWorks = { checkSignable, countPages, preparePdf, finishPdf }

/** Refuses a file that could not be signed. Throws DocumentError. */
function checkSignable({ content }: { readonly content: Uint8Array }): void {
  refuseIfUnsignable(readPdf(content))
}

function countPages({ content }: { readonly content: Uint8Array }): number {
  return readPages(readPdf(content).latest).length
}

/** Appends the empty signature with what it shows; `coveredSm3` is over all it will cover. */
async function preparePdf(given: {
  readonly content: Uint8Array
  readonly name: string
  readonly at: Date
  readonly reason?: string
  readonly handwriting?: Handwriting
  readonly place?: { readonly page: number; readonly rect: Rect }
}): Promise<{
  readonly prepared: Uint8Array
  readonly coveredSm3: Uint8Array
  readonly contentsRange: OffsetRange
}> {
  const { content, name, at, reason, handwriting, place } = given
  const shown = { name, at, ...(reason === undefined ? {} : { reason }) }
  const { prepared, byteRange, contentsRange } = prepareSignature(content, {
    ...place,
    appearance: await signatureAppearance({ ...shown, ...(handwriting ? { handwriting } : {}) }),
    signingTime: at,
    name,
    ...(reason === undefined ? {} : { reason }),
  })
  const covered = coveredBytes(prepared, byteRange)
  const coveredSm3 = new Uint8Array(createHash('sm3').update(covered).digest())
  return { prepared, coveredSm3, contentsRange }
}

/** Puts the signature in its place, and behind it what is needed to check it. */
function finishPdf(given: {
  readonly prepared: Uint8Array
  readonly contentsRange: OffsetRange
  readonly cms: Uint8Array
  readonly material: Omit<ValidationMaterial, 'vriFor'>
}): { readonly finished: Uint8Array } {
  const { prepared, contentsRange, cms, material } = given
  const signed = insertSignature(prepared, contentsRange, cms)
  return { finished: appendDss(signed, { ...material, vriFor: cms }) }
}
