import type { DocumentView } from '@yunqian/api'
import { toHex } from '@yunqian/sm'
import type { DocumentReader } from '../evidence/index.ts'
import type { Tx } from '../platform/index.ts'
import { documentById, revisionOf, type StoredDocument } from './document-store.ts'
import { SigningError } from './errors.ts'
import type { ApplicationCaller, SigningDeps } from './ports.ts'
import { mayRead } from './signed-documents.ts'

interface SignedRow {
  task_id: string
  kind: 'pdf' | 'cms'
  name: string
  signed_at: Date
  revision: number | null
}

/** A document of the calling application; another application's does not exist for it. Throws `documents.unknown`. */
export async function ownDocument(
  tx: Tx,
  caller: ApplicationCaller,
  documentId: string,
): Promise<StoredDocument> {
  const document = await documentById(tx, { tenantId: caller.tenantId, documentId })
  if (!document || document.applicationId !== caller.applicationId)
    throw new SigningError('documents.unknown')
  return document
}

/** A document with its finished signatures. */
export async function getDocument(
  deps: SigningDeps,
  caller: ApplicationCaller,
  documentId: string,
): Promise<DocumentView> {
  return deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const document = await ownDocument(tx, caller, documentId)
    const head = await revisionOf(tx, document, document.headRevision)
    if (!head) throw new Error('a document without its head')
    const rows = await tx.query<SignedRow>(
      `select t.task_id, t.kind, p.name, s.signed_at, c.revision
       from signing_task t
       join signature s using (tenant_id, task_id)
       join signature_completion c using (tenant_id, task_id)
       join person p using (tenant_id, person_id)
       where t.tenant_id = $1 and t.document_id = $2 order by s.signed_at, c.revision, t.task_id`,
      [document.tenantId, documentId],
    )
    return {
      documentId,
      title: document.title,
      documentType: document.documentType as DocumentView['documentType'],
      mediaType: document.mediaType,
      ...(document.patientLabel === undefined ? {} : { patientLabel: document.patientLabel }),
      ...(document.reference === undefined ? {} : { reference: document.reference }),
      revision: document.headRevision,
      sm3: toHex(head.sm3),
      bytes: head.bytes,
      createdAt: document.createdAt.toISOString(),
      signatures: rows.map((row) => ({
        signingTaskId: row.task_id,
        form: row.kind,
        signer: row.name,
        signedAt: row.signed_at.toISOString(),
        // A detached signature covers the file as it came.
        revision: row.revision ?? 0,
      })),
    }
  })
}

/** The bytes of one revision, the newest unless named. Throws `documents.unknown`. */
export async function getDocumentContent(
  deps: Pick<SigningDeps, 'db' | 'blobs'>,
  tenantId: string,
  reader: DocumentReader,
  { documentId, revision }: { readonly documentId: string; readonly revision?: number | undefined },
): Promise<{ readonly bytes: Uint8Array; readonly mediaType: string }> {
  const found = await deps.db.tx({ tenantId }, async (tx) => {
    const document = await documentById(tx, { tenantId, documentId })
    if (!document || !mayRead(reader, document)) throw new SigningError('documents.unknown')
    const wanted = await revisionOf(tx, document, revision ?? document.headRevision)
    if (!wanted) throw new SigningError('documents.unknown', { revision })
    return { sm3: wanted.sm3, mediaType: document.mediaType }
  })
  return { bytes: await deps.blobs.get(toHex(found.sm3)), mediaType: found.mediaType }
}
