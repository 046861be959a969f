import { Unzlib } from 'fflate'
import { malformed, tooComplex } from './errors.ts'
import { limits } from './limits.ts'
import type { PdfDict, PdfStream, PdfValue } from './values.ts'
import { isArray, isDict, isInteger, isName } from './values.ts'

/**
 * Decodes a cross-reference or object stream: no filter or FlateDecode with PNG predictors (ISO 32000-2 §7.4.4).
 * Other filters are refused: they are allowed there, yet nobody writes them.
 */
export function decodeStructuralStream(stream: PdfStream): Uint8Array {
  const filter = single(stream.dict.entries.get('Filter'))
  if (filter === undefined || filter === null) return stream.raw
  if (!isName(filter, 'FlateDecode')) throw malformed('filter of a structural stream')
  const data = inflate(stream.raw)
  const parms = single(stream.dict.entries.get('DecodeParms'))
  return isDict(parms) ? undoPredictor(data, parms) : data
}

function single(value: PdfValue | undefined): PdfValue | undefined {
  if (!isArray(value)) return value
  if (value.items.length > 1) throw malformed('chained filters of a structural stream')
  return value.items[0]
}

/** Inflates zlib data in slices, so that a bomb is seen before it has grown. */
function inflate(data: Uint8Array, limit: number = limits.inflatedBytes): Uint8Array {
  const chunks: Uint8Array[] = []
  let total = 0
  const unzlib = new Unzlib((chunk) => {
    total += chunk.length
    if (total > limit) throw tooComplex('compressed data expands too far')
    chunks.push(chunk)
  })
  const slice = 16 * 1024
  try {
    for (let at = 0; at < data.length; at += slice)
      unzlib.push(data.subarray(at, at + slice), at + slice >= data.length)
  } catch (error) {
    if (error instanceof Error && error.name === 'DocumentError') throw error
    throw malformed('compressed data')
  }
  return join(chunks, total)
}

function join(chunks: readonly Uint8Array[], total: number): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array
  const out = new Uint8Array(total)
  let at = 0
  for (const chunk of chunks) {
    out.set(chunk, at)
    at += chunk.length
  }
  return out
}

function undoPredictor(data: Uint8Array, parms: PdfDict): Uint8Array {
  const number = (key: string, otherwise: number): number => {
    const value = parms.entries.get(key)
    if (value === undefined) return otherwise
    if (!isInteger(value) || value < 1 || value > 65_536) throw malformed(`/${key}`)
    return value
  }
  const predictor = number('Predictor', 1)
  if (predictor === 1) return data
  if (predictor < 10) throw malformed('TIFF predictor on a structural stream')
  const bits = number('Colors', 1) * number('BitsPerComponent', 8)
  const pixel = Math.max(1, bits >> 3)
  const row = Math.ceil((bits * number('Columns', 1)) / 8)
  return undoPng(data, row, pixel)
}

function undoPng(data: Uint8Array, row: number, pixel: number): Uint8Array {
  const rows = data.length / (row + 1)
  if (!Number.isInteger(rows)) throw malformed('predictor rows')
  const out = new Uint8Array(rows * row)
  for (let r = 0; r < rows; r++) {
    const type = data[r * (row + 1)] as number
    if (type > 4) throw malformed('predictor type')
    for (let i = 0; i < row; i++) {
      const at = r * row + i
      const left = i >= pixel ? (out[at - pixel] as number) : 0
      const up = r > 0 ? (out[at - row] as number) : 0
      const corner = r > 0 && i >= pixel ? (out[at - row - pixel] as number) : 0
      const raw = data[r * (row + 1) + 1 + i] as number
      out[at] = (raw + predict(type, left, up, corner)) & 0xff
    }
  }
  return out
}

function predict(type: number, left: number, up: number, corner: number): number {
  if (type === 0) return 0
  if (type === 1) return left
  if (type === 2) return up
  if (type === 3) return (left + up) >> 1
  const estimate = left + up - corner
  const dl = Math.abs(estimate - left)
  const du = Math.abs(estimate - up)
  const dc = Math.abs(estimate - corner)
  if (dl <= du && dl <= dc) return left
  return du <= dc ? up : corner
}
