import { sha256 } from '@noble/hashes/sha2.js'
import { sm3, toHex } from '@yunqian/sm'
import { canonicalJson, readCanonicalJson } from '../canonical-json.ts'
import type { JsonValue } from '../canonical-json.ts'
import { EvidenceError } from '../errors.ts'
import type { DigestPair } from '../event.ts'

/** What a file in a bundle is there for. */
export const FILE_ROLES = [
  'signed-document',
  'original-document',
  'detached-signature',
  'certificate',
  'ocsp-response',
  'crl',
  'timestamp',
  'login-record',
  'log-events',
  'log-checkpoint',
  'report',
  'readme',
] as const

export type FileRole = (typeof FILE_ROLES)[number]

export interface ManifestFile extends DigestPair {
  readonly path: string
  readonly bytes: number
  readonly role: FileRole
}

/** The signed table of contents of a bundle. `subject` names ids the files belong to, never persons. */
export interface Manifest {
  readonly v: 1
  readonly kind: 'document'
  readonly createdAt: string
  readonly subject: Readonly<Record<string, string>>
  readonly files: readonly ManifestFile[]
}

/** Digests of a byte string under both hashes, lower-case hex. */
export function digestPair(bytes: Uint8Array): DigestPair {
  return { sm3: toHex(sm3(bytes)), sha256: toHex(sha256(bytes)) }
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  return canonicalJson(manifest as unknown as JsonValue)
}

/** Reads `manifest.json`; throws `evidence.manifest-malformed` or `evidence.json-…`. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const value = readCanonicalJson(bytes) as unknown
  if (!isRecord(value) || value['v'] !== 1 || value['kind'] !== 'document') throw malformed('v')
  if (Object.keys(value).sort().join() !== 'createdAt,files,kind,subject,v')
    throw malformed('members')
  const { createdAt, subject, files } = value
  if (typeof createdAt !== 'string' || Number.isNaN(Date.parse(createdAt)))
    throw malformed('createdAt')
  if (!isRecord(subject) || Object.values(subject).some((id) => typeof id !== 'string'))
    throw malformed('subject')
  if (!Array.isArray(files) || !files.every(isManifestFile)) throw malformed('files')
  if (new Set(files.map((file) => file.path)).size !== files.length) throw malformed('files')
  return value as unknown as Manifest
}

function isManifestFile(value: unknown): value is ManifestFile {
  return (
    isRecord(value) &&
    Object.keys(value).sort().join() === 'bytes,path,role,sha256,sm3' &&
    typeof value['path'] === 'string' &&
    Number.isSafeInteger(value['bytes']) &&
    isDigest(value['sm3']) &&
    isDigest(value['sha256']) &&
    (FILE_ROLES as readonly unknown[]).includes(value['role'])
  )
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(member: string): EvidenceError {
  return new EvidenceError('evidence.manifest-malformed', { member })
}
