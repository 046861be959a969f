import { EvidenceError } from '../errors.ts'
import { decodeManifest, digestPair } from './manifest.ts'
import type { FileRole, Manifest } from './manifest.ts'
import { readZip } from './zip.ts'

export const MANIFEST_PATH = 'manifest.json'
export const SEAL_PATH = 'manifest.p7s'

export interface BundleFile {
  readonly path: string
  readonly role: FileRole
  readonly bytes: Uint8Array
}

/** Where the archive and its manifest disagree. */
export interface BundleDiscrepancy {
  readonly path: string
  readonly problem: 'missing' | 'unlisted' | 'length' | 'digest'
}

/** A bundle as read: nothing here has been verified beyond form; `discrepancies` and `seal` are for the verifier. */
export interface Bundle {
  readonly manifest: Manifest
  readonly manifestBytes: Uint8Array
  /** `manifest.p7s`: detached CMS over `manifest.json` by the report-seal key. */
  readonly seal: Uint8Array
  readonly files: readonly BundleFile[]
  readonly discrepancies: readonly BundleDiscrepancy[]
}

/** Reads a bundle file strictly; throws EvidenceError. Digests are compared, signatures are not. */
export function readBundle(bytes: Uint8Array): Bundle {
  const entries = new Map(readZip(bytes).map((entry) => [entry.path, entry.bytes]))
  const manifestBytes = entries.get(MANIFEST_PATH)
  const seal = entries.get(SEAL_PATH)
  if (!manifestBytes || !seal) throw new EvidenceError('evidence.manifest-missing')
  const manifest = decodeManifest(manifestBytes)
  const files: BundleFile[] = []
  const discrepancies: BundleDiscrepancy[] = []
  const listed = new Set([MANIFEST_PATH, SEAL_PATH])
  for (const { path, role, bytes: length, sm3, sha256 } of manifest.files) {
    const content = entries.get(path)
    listed.add(path)
    if (!content) {
      discrepancies.push({ path, problem: 'missing' })
      continue
    }
    files.push({ path, role, bytes: content })
    const digests = digestPair(content)
    if (content.length !== length) discrepancies.push({ path, problem: 'length' })
    else if (digests.sm3 !== sm3 || digests.sha256 !== sha256)
      discrepancies.push({ path, problem: 'digest' })
  }
  for (const path of entries.keys())
    if (!listed.has(path)) discrepancies.push({ path, problem: 'unlisted' })
  return { manifest, manifestBytes, seal, files, discrepancies }
}
