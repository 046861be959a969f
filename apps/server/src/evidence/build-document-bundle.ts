import { listSignatures, readDss, readPdf } from '@yunqian/documents'
import {
  canonicalJson,
  digestPair,
  inclusionNodes,
  inclusionProof,
  readBundle,
} from '@yunqian/evidence'
import type { FileRole, JsonValue, LoggedEvent } from '@yunqian/evidence'
import { BUNDLE_README, buildBundle, encodeLogEvents } from '@yunqian/evidence/write'
import type { BundlePart, SealingKey } from '@yunqian/evidence/write'
import { parseSignedData } from '@yunqian/pki'
import type { Certificate } from '@yunqian/pki'
import { verifyAny } from '@yunqian/verify'
import type { Tx } from '../platform/index.ts'
import { EvidenceRoomError } from './errors.ts'
import type { DocumentReader, SignedDocument, SignedDocuments } from './ports.ts'
import { logOrigin, nodeReader, sequenceEvents } from './sequence-events.ts'
import type { SequenceDeps } from './sequence-events.ts'
import { eventsAbout } from './store.ts'
import type { StoredCheckpoint, StoredEvent } from './store.ts'

export interface BundleDeps extends SequenceDeps {
  readonly documents: SignedDocuments
  /** The report-seal key: signs manifests of bundles and nothing else. */
  readonly sealKey: SealingKey
  readonly trustAnchors: readonly Certificate[]
}

/**
 * Puts together everything that proves a document's signatures to someone who trusts none of us. Throws
 * `evidence.nothing-signed` for a document without a finished signature.
 */
export async function buildDocumentBundle(
  deps: BundleDeps,
  wanted: {
    readonly tenantId: string
    readonly documentId: string
    readonly revision?: number
    readonly reader: DocumentReader
  },
): Promise<Uint8Array> {
  const { tenantId, documentId, revision, reader } = wanted
  // 1. The document as it is kept.
  const document = await deps.documents.read(tenantId, documentId, revision, reader)
  if (!document) throw new EvidenceRoomError('evidence.nothing-signed')
  // 2. Every event so far gets its place under a signed checkpoint.
  const checkpoint = await sequenceEvents(deps, tenantId)
  if (!checkpoint) throw new EvidenceRoomError('evidence.nothing-signed')
  // 3. This document's events with their proofs under that checkpoint.
  const events = await deps.db.tx({ tenantId }, (tx) => proveEvents(tx, documentId, checkpoint))
  // 4. What a verifier says today, enclosed for convenience; a reader verifies again and compares.
  const createdAt = deps.clock.now()
  const parts = [
    ...documentParts(document),
    ...materialParts(document),
    ...logParts(tenantId, checkpoint, events),
    reportPart(deps, document, createdAt),
    part('README.txt', 'readme', new TextEncoder().encode(BUNDLE_README)),
  ]
  // 5. The manifest over all of it, sealed; read back, since what we could not read nobody else could.
  const subject = { tenantId, documentId, revision: String(document.revision) }
  const bundle = await buildBundle({ createdAt, subject, parts }, deps.sealKey)
  readBundle(bundle)
  return bundle
}

const part = (path: string, role: FileRole, bytes: Uint8Array): BundlePart => ({
  path,
  role,
  bytes,
})

/** What happened to a document, and to every task of signing it: its sessions, answers and refusals. */
async function eventsOf(tx: Tx, documentId: string): Promise<readonly StoredEvent[]> {
  const own = await eventsAbout(tx, 'document', documentId)
  const tasks = new Set(own.flatMap(({ record }) => record.subject['task'] ?? []))
  const all = new Map(own.map((event) => [event.eventId, event]))
  for (const task of tasks)
    for (const event of await eventsAbout(tx, 'task', task)) all.set(event.eventId, event)
  return [...all.values()].sort((a, b) => (a.index ?? Infinity) - (b.index ?? Infinity))
}

async function proveEvents(
  tx: Tx,
  documentId: string,
  { checkpoint }: StoredCheckpoint,
): Promise<readonly LoggedEvent[]> {
  const { size } = checkpoint
  const stored = await eventsOf(tx, documentId)
  const placed = stored.flatMap((event) =>
    event.index !== undefined && event.index < size ? [{ ...event, index: event.index }] : [],
  )
  const read = await nodeReader(
    tx,
    placed.flatMap((event) => inclusionNodes(event.index, size)),
  )
  return placed.map(({ index, record }) => ({
    index,
    record,
    proofs: {
      sm3: inclusionProof('sm3', read.sm3, index, size),
      sha256: inclusionProof('sha256', read.sha256, index, size),
    },
  }))
}

function documentParts(document: SignedDocument): BundlePart[] {
  const numbered = (list: readonly Uint8Array[], folder: string, name: string, role: FileRole) =>
    list.map((bytes, i) => {
      const [stem, ending] = name.split('.')
      return part(`${folder}/${stem}${i === 0 ? '' : `-${i + 1}`}.${ending}`, role, bytes)
    })
  return [
    ...(document.signedPdf
      ? [part('document/signed.pdf', 'signed-document', document.signedPdf)]
      : []),
    part('document/original.pdf', 'original-document', document.original),
    ...numbered(document.detachedSignatures, 'signature', 'signature.p7s', 'detached-signature'),
    ...numbered(document.loginRecords, 'login', 'login-record.p7s', 'login-record'),
    ...numbered(document.timestamps, 'timestamps', 'timestamp.tsr', 'timestamp'),
  ]
}

/** Certificates and status as files of their own, each once, so that other programs can use them singly. */
function materialParts(document: SignedDocument): BundlePart[] {
  const { signedPdf } = document
  const pdf = signedPdf ? readPdf(signedPdf) : undefined
  const store = pdf ? readDss(pdf) : { certificates: [], crls: [], ocsps: [] }
  const cms = [
    ...document.detachedSignatures,
    ...document.loginRecords,
    ...(pdf
      ? listSignatures(pdf).flatMap((s) => (s.kind === 'signature' ? [s.contents] : []))
      : []),
  ]
  const inCms = cms.flatMap((der) => parseSignedData(der).certificates.map((c) => c.der))
  const certificates = [...inCms, ...store.certificates, ...document.certificates]
  return [
    ...eachOnce(certificates, 'certificates/certificate', 'cer', 'certificate'),
    ...eachOnce([...store.ocsps, ...document.ocsps], 'revocation/status', 'ocsp', 'ocsp-response'),
    ...eachOnce([...store.crls, ...document.crls], 'revocation/list', 'crl', 'crl'),
  ]
}

function eachOnce(
  list: readonly Uint8Array[],
  stem: string,
  ending: string,
  role: FileRole,
): BundlePart[] {
  const distinct = new Map(list.map((bytes) => [digestPair(bytes).sm3, bytes]))
  return [...distinct.values()].map((bytes, i) => part(`${stem}-${i + 1}.${ending}`, role, bytes))
}

function logParts(
  tenantId: string,
  { checkpoint, cms }: StoredCheckpoint,
  events: readonly LoggedEvent[],
): BundlePart[] {
  const log = { origin: logOrigin(tenantId), size: checkpoint.size, events }
  return [
    part('log/events.json', 'log-events', encodeLogEvents(log)),
    part('log/checkpoint.p7s', 'log-checkpoint', cms),
  ]
}

function reportPart(deps: BundleDeps, document: SignedDocument, now: Date): BundlePart {
  const [detached] = document.detachedSignatures
  const report = verifyAny(document.signedPdf ?? detached ?? new Uint8Array(0), {
    trustAnchors: deps.trustAnchors,
    now,
    crls: document.crls,
    ocsps: document.ocsps,
    ...(document.signedPdf ? {} : { detachedContent: document.original }),
  })
  return part('report.json', 'report', canonicalJson(report as unknown as JsonValue))
}
