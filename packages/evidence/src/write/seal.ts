import { CONTENT_TYPE } from '@yunqian/pki'
import { signData } from '@yunqian/pki/write'
import type { Signer } from '@yunqian/pki/write'
import { MANIFEST_PATH, SEAL_PATH } from '../bundle/bundle.ts'
import { digestPair, encodeManifest } from '../bundle/manifest.ts'
import type { FileRole, Manifest } from '../bundle/manifest.ts'
import { writeZip } from '../bundle/zip.ts'
import { encodeCheckpoint } from '../checkpoint.ts'
import type { Checkpoint } from '../checkpoint.ts'

/** A key of our own with its certificates, its own first; the root may be left out. */
export interface SealingKey {
  readonly signer: Signer
  /** DER. */
  readonly chain: readonly Uint8Array[]
}

export interface BundlePart {
  readonly path: string
  readonly role: FileRole
  readonly bytes: Uint8Array
}

/** Signs a checkpoint with the log key: CMS with the text attached, content type id-yunqian-checkpoint. */
export async function signCheckpoint(checkpoint: Checkpoint, key: SealingKey): Promise<Uint8Array> {
  return seal(CONTENT_TYPE.checkpoint, encodeCheckpoint(checkpoint), false, checkpoint.time, key)
}

/**
 * Puts parts into a sealed bundle: manifest of all of them, detached CMS of the report-seal key over the manifest.
 * The seal's certificates are added to the parts where they are missing, because a verifier accepts none that the
 * manifest does not list.
 */
export async function buildBundle(
  bundle: {
    readonly createdAt: Date
    readonly subject: Readonly<Record<string, string>>
    readonly parts: readonly BundlePart[]
  },
  key: SealingKey,
): Promise<Uint8Array> {
  const parts = withSealCertificates(bundle.parts, key.chain)
  const manifest: Manifest = {
    v: 1,
    kind: 'document',
    createdAt: bundle.createdAt.toISOString(),
    subject: bundle.subject,
    files: parts.map(({ path, role, bytes }) => ({
      path,
      role,
      bytes: bytes.length,
      ...digestPair(bytes),
    })),
  }
  const manifestBytes = encodeManifest(manifest)
  const cms = await seal(CONTENT_TYPE.manifest, manifestBytes, true, bundle.createdAt, key)
  return writeZip([
    { path: MANIFEST_PATH, bytes: manifestBytes },
    { path: SEAL_PATH, bytes: cms },
    ...parts.map(({ path, bytes }) => ({ path, bytes })),
  ])
}

function withSealCertificates(
  parts: readonly BundlePart[],
  chain: readonly Uint8Array[],
): readonly BundlePart[] {
  const known = new Set(parts.map((part) => digestPair(part.bytes).sha256))
  const missing = chain.filter((der) => !known.has(digestPair(der).sha256))
  const added = missing.map((bytes, i): BundlePart => ({
    path: `certificates/seal-${i + 1}.cer`,
    role: 'certificate',
    bytes,
  }))
  return [...parts, ...added]
}

async function seal(
  contentType: string,
  content: Uint8Array,
  detached: boolean,
  signingTime: Date,
  { signer, chain }: SealingKey,
): Promise<Uint8Array> {
  const [signerCertificate] = chain
  if (!signerCertificate) throw new RangeError('a sealing key needs its certificate')
  return signData({
    contentType,
    content,
    detached,
    signer,
    signerCertificate,
    certificates: chain,
    signingTime,
  })
}
