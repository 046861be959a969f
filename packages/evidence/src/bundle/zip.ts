import { EvidenceError } from '../errors.ts'
import { crc32 } from './crc32.ts'

/** One stored file of the archive. */
export interface ZipEntry {
  readonly path: string
  readonly bytes: Uint8Array
}

export const MAX_ZIP_ENTRIES = 2000

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
// 1980-01-01, the earliest date a zip can hold: an archive says nothing about when it was packed.
const DOS_DATE = 0x0021
const VERSION = 10

/**
 * Writes the one archive these entries have: files stored without compression in the given order, names in
 * ASCII, no extra fields, no comments, fixed times (PKWARE APPNOTE §4.3). Any unzip program opens it. Storing
 * costs little, since documents and signatures hardly compress, and leaves the archive no freedom: the reader
 * writes it again and compares, so that no byte of it is unaccounted for.
 */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array {
  checkNames(entries.map((entry) => entry.path))
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const { path, bytes } of entries) {
    const name = new TextEncoder().encode(path)
    const fields = fileFields(name, bytes)
    directory.push(
      join([
        words([
          [4, CENTRAL],
          [2, VERSION],
        ]),
        fields,
        words([
          [2, 0],
          [2, 0],
          [2, 0],
          [4, 0],
          [4, offset],
        ]),
        name,
      ]),
    )
    const local = join([words([[4, LOCAL]]), fields, name])
    parts.push(local, bytes)
    offset += local.length + bytes.length
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  const count = entries.length
  const end = words([
    [4, END],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, offset],
    [2, 0],
  ])
  return join([...parts, ...directory, end])
}

/**
 * Reads an archive that `writeZip` could have written, and nothing else: no compression (so no bombs), no bytes
 * before, between or after, no duplicate, colliding or travelling names. Throws `evidence.zip-…`.
 */
export function readZip(bytes: Uint8Array): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: ZipEntry[] = []
  let offset = 0
  while (offset + 30 <= bytes.length && view.getUint32(offset, true) === LOCAL) {
    if (entries.length >= MAX_ZIP_ENTRIES) throw new EvidenceError('evidence.zip-too-many-entries')
    const size = view.getUint32(offset + 18, true)
    const nameLength = view.getUint16(offset + 26, true)
    const start = offset + 30 + nameLength + view.getUint16(offset + 28, true)
    if (start + size > bytes.length) throw new EvidenceError('evidence.zip-malformed', { offset })
    if (view.getUint16(offset + 8, true) !== 0)
      throw new EvidenceError('evidence.zip-not-canonical', { offset })
    const name = bytes.subarray(offset + 30, offset + 30 + nameLength)
    entries.push({ path: asciiOf(name), bytes: bytes.subarray(start, start + size) })
    offset = start + size
  }
  if (entries.length === 0) throw new EvidenceError('evidence.zip-malformed', { offset })
  const again = writeZip(entries)
  if (again.length !== bytes.length)
    throw new EvidenceError('evidence.zip-not-canonical', {
      offset: Math.min(again.length, bytes.length),
    })
  const different = again.findIndex((byte, i) => byte !== bytes[i])
  if (different >= 0) throw new EvidenceError('evidence.zip-not-canonical', { offset: different })
  return entries
}

// The part that local header and directory share: §4.3.7 from "version needed" to "extra field length".
function fileFields(name: Uint8Array, bytes: Uint8Array): Uint8Array {
  return words([
    [2, VERSION],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, DOS_DATE],
    [4, crc32(bytes)],
    [4, bytes.length],
    [4, bytes.length],
    [2, name.length],
    [2, 0],
  ])
}

function checkNames(paths: readonly string[]): void {
  if (paths.length > MAX_ZIP_ENTRIES) throw new EvidenceError('evidence.zip-too-many-entries')
  const seen = new Set<string>()
  for (const path of paths) {
    // Plain relative names only: nothing that could leave a folder or mean two things on two systems.
    const plain = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(path)
    if (!plain || path.length > 200) throw new EvidenceError('evidence.zip-bad-name')
    const folded = path.toLowerCase()
    if (seen.has(folded)) throw new EvidenceError('evidence.zip-duplicate-name')
    seen.add(folded)
  }
}

function asciiOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    if (byte < 0x20 || byte > 0x7e) throw new EvidenceError('evidence.zip-bad-name')
    text += String.fromCharCode(byte)
  }
  return text
}

function words(fields: readonly (readonly [2 | 4, number])[]): Uint8Array {
  const out = new Uint8Array(fields.reduce((sum, [width]) => sum + width, 0))
  const view = new DataView(out.buffer)
  let offset = 0
  for (const [width, value] of fields) {
    if (width === 2) view.setUint16(offset, value, true)
    else view.setUint32(offset, value, true)
    offset += width
  }
  return out
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}
