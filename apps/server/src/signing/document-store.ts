import type { Tx } from '../platform/index.ts'

/** A document as handed in; its bytes are those of its revisions. */
export interface StoredDocument {
  readonly tenantId: string
  readonly documentId: string
  readonly centreId: string
  readonly applicationId: string
  readonly title: string
  readonly documentType: string
  readonly patientLabel?: string
  readonly reference?: string
  readonly mediaType: string
  readonly headRevision: number
  readonly createdAt: Date
}

export interface DocumentRevision {
  readonly revision: number
  readonly sm3: Uint8Array
  readonly sha256: Uint8Array
  readonly bytes: number
  readonly signingTaskId?: string
}

type DocumentName = Pick<StoredDocument, 'tenantId' | 'documentId'>

interface DocumentRow {
  tenant_id: string
  document_id: string
  centre_id: string
  application_id: string
  title: string
  document_type: string
  patient_label: string | null
  reference: string | null
  media_type: string
  head_revision: number
  created_at: Date
}

interface RevisionRow {
  revision: number
  sm3: Uint8Array
  sha256: Uint8Array
  bytes: number
  signing_task_id: string | null
}

export async function insertDocument(
  tx: Tx,
  document: Omit<StoredDocument, 'headRevision'>,
): Promise<void> {
  await tx.execute(
    `insert into document (tenant_id, document_id, centre_id, application_id, title, document_type,
       patient_label, reference, media_type, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      document.tenantId,
      document.documentId,
      document.centreId,
      document.applicationId,
      document.title,
      document.documentType,
      document.patientLabel ?? null,
      document.reference ?? null,
      document.mediaType,
      document.createdAt,
    ],
  )
}

export async function insertRevision(
  tx: Tx,
  document: DocumentName,
  revision: DocumentRevision,
  at: Date,
): Promise<void> {
  await tx.execute(
    `insert into document_revision (tenant_id, document_id, revision, sm3, sha256, bytes,
       signing_task_id, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      document.tenantId,
      document.documentId,
      revision.revision,
      revision.sm3,
      revision.sha256,
      revision.bytes,
      revision.signingTaskId ?? null,
      at,
    ],
  )
}

export async function documentById(
  tx: Tx,
  { tenantId, documentId }: DocumentName,
): Promise<StoredDocument | undefined> {
  const row = await tx.queryOne<DocumentRow>(
    'select * from document where tenant_id = $1 and document_id = $2',
    [tenantId, documentId],
  )
  return (
    row && {
      tenantId: row.tenant_id,
      documentId: row.document_id,
      centreId: row.centre_id,
      applicationId: row.application_id,
      title: row.title,
      documentType: row.document_type,
      ...(row.patient_label === null ? {} : { patientLabel: row.patient_label }),
      ...(row.reference === null ? {} : { reference: row.reference }),
      mediaType: row.media_type,
      headRevision: row.head_revision,
      createdAt: row.created_at,
    }
  )
}

export async function revisionOf(
  tx: Tx,
  { tenantId, documentId }: DocumentName,
  revision: number,
): Promise<DocumentRevision | undefined> {
  const row = await tx.queryOne<RevisionRow>(
    `select revision, sm3, sha256, bytes, signing_task_id from document_revision
     where tenant_id = $1 and document_id = $2 and revision = $3`,
    [tenantId, documentId, revision],
  )
  return (
    row && {
      revision: row.revision,
      sm3: row.sm3,
      sha256: row.sha256,
      bytes: row.bytes,
      ...(row.signing_task_id === null ? {} : { signingTaskId: row.signing_task_id }),
    }
  )
}

export type LeaseOutcome = 'leased' | 'busy' | 'head-moved'

/**
 * Reserves the right to extend the head for one session. A prepared revision fixes everything before it, so only one
 * may be under way; a session of the same task takes the place of its predecessor.
 */
export async function leaseHead(
  tx: Tx,
  document: DocumentName,
  lease: {
    readonly sid: string
    readonly taskId: string
    readonly baseRevision: number
    readonly until: Date
    readonly now: Date
  },
): Promise<LeaseOutcome> {
  const row = await tx.queryOne<{ head_revision: number; taken: boolean }>(
    `select d.head_revision, coalesce(d.lease_until > $3 and s.task_id <> $4, false) as taken
     from document d left join signing_session s on s.tenant_id = d.tenant_id and s.sid = d.lease_sid
     where d.tenant_id = $1 and d.document_id = $2 for update of d`,
    [document.tenantId, document.documentId, lease.now, lease.taskId],
  )
  if (!row) throw new Error('a task without its document')
  if (row.head_revision !== lease.baseRevision) return 'head-moved'
  if (row.taken) return 'busy'
  await setLease(tx, document, lease.sid, lease.until)
  return 'leased'
}

/**
 * A signature for this base exists: nobody else may extend the head until it is in. Refused as `busy` or `head-moved`
 * when the lease ran out and another took it.
 */
export async function keepHead(
  tx: Tx,
  document: DocumentName,
  lease: { readonly sid: string; readonly baseRevision: number; readonly now: Date },
): Promise<LeaseOutcome> {
  const row = await tx.queryOne<{ head_revision: number; taken: boolean }>(
    `select head_revision, coalesce(lease_until > $3 and lease_sid <> $4, false) as taken
     from document where tenant_id = $1 and document_id = $2 for update`,
    [document.tenantId, document.documentId, lease.now, lease.sid],
  )
  if (!row || row.head_revision !== lease.baseRevision) return 'head-moved'
  if (row.taken) return 'busy'
  await setLease(tx, document, lease.sid, 'infinity')
  return 'leased'
}

/** Lets the next signer have the head; harmless when the session does not hold it. */
export async function releaseHead(tx: Tx, tenantId: string, sid: string): Promise<void> {
  await tx.execute(
    `update document set lease_sid = null, lease_until = null where tenant_id = $1 and lease_sid = $2`,
    [tenantId, sid],
  )
}

/** The finished signature becomes the head, and the head is free again. False when the head is not its base. */
export async function advanceHead(
  tx: Tx,
  document: DocumentName,
  baseRevision: number,
): Promise<boolean> {
  const written = await tx.execute(
    `update document set head_revision = $3 + 1, lease_sid = null, lease_until = null
     where tenant_id = $1 and document_id = $2 and head_revision = $3`,
    [document.tenantId, document.documentId, baseRevision],
  )
  return written === 1
}

async function setLease(
  tx: Tx,
  { tenantId, documentId }: DocumentName,
  sid: string,
  until: Date | 'infinity',
): Promise<void> {
  await tx.execute(
    'update document set lease_sid = $3, lease_until = $4 where tenant_id = $1 and document_id = $2',
    [tenantId, documentId, sid, until],
  )
}
