import type { DocumentReader, SignedDocument, SignedDocuments } from '../evidence/index.ts'
import type { Tx } from '../platform/index.ts'
import { toHex } from '@yunqian/sm'
import { documentById, revisionOf, type StoredDocument } from './document-store.ts'
import type { SigningDeps } from './ports.ts'

interface SignedRow {
  kind: 'pdf' | 'cms'
  person_id: string
  signed_at: Date
  cms: Uint8Array
  timestamp_token: Uint8Array
  ocsp_response: Uint8Array
  revision: number | null
}

/** What evidence is made of: a revision with its signatures, and the login records of those who made them. */
export function signedDocuments(
  deps: Pick<SigningDeps, 'db' | 'blobs' | 'hisUsers'>,
): SignedDocuments {
  return {
    read: async (tenantId, documentId, wanted, reader) => {
      const found = await deps.db.tx({ tenantId }, async (tx) => {
        const document = await documentById(tx, { tenantId, documentId })
        if (!document || !mayRead(reader, document)) return undefined
        const revision = wanted ?? document.headRevision
        const head = await revisionOf(tx, document, revision)
        const original = await revisionOf(tx, document, 0)
        const rows = await signedRows(tx, document, revision)
        if (!head || !original || rows.length === 0) return undefined
        return {
          revision,
          head,
          original,
          rows,
          logins: await loginRecords(deps, tx, document, rows),
        }
      })
      if (!found) return undefined
      const { revision, head, original, rows } = found
      return {
        revision,
        ...(revision > 0 ? { signedPdf: await deps.blobs.get(toHex(head.sm3)) } : {}),
        original: await deps.blobs.get(toHex(original.sm3)),
        detachedSignatures: rows.filter((row) => row.kind === 'cms').map((row) => row.cms),
        loginRecords: found.logins,
        timestamps: [],
        certificates: [],
        ocsps: rows.map((row) => row.ocsp_response),
        crls: [],
      } satisfies SignedDocument
    },
  }
}

/** Whether a document exists for who asks. */
export function mayRead(reader: DocumentReader, document: StoredDocument): boolean {
  if ('applicationId' in reader) return reader.applicationId === document.applicationId
  return reader.centreIds === null || reader.centreIds.includes(document.centreId)
}

/** Signatures finished by a revision: those inside the PDF up to it, and the detached ones. */
function signedRows(tx: Tx, document: StoredDocument, revision: number): Promise<SignedRow[]> {
  return tx.query<SignedRow>(
    `select t.kind, t.person_id, s.signed_at, c.cms, c.timestamp_token, c.ocsp_response, c.revision
     from signing_task t
     join signature s using (tenant_id, task_id)
     join signature_completion c using (tenant_id, task_id)
     where t.tenant_id = $1 and t.document_id = $2 and (t.kind = 'cms' or c.revision <= $3)
     order by s.signed_at, c.revision, t.task_id`,
    [document.tenantId, document.documentId, revision],
  )
}

async function loginRecords(
  deps: Pick<SigningDeps, 'hisUsers'>,
  tx: Tx,
  document: StoredDocument,
  rows: readonly SignedRow[],
): Promise<Uint8Array[]> {
  const { tenantId, applicationId } = document
  const records = new Map<string, Uint8Array>()
  for (const { person_id: personId, signed_at: at } of rows) {
    const login = { tenantId, applicationId, personId, at }
    const record = await deps.hisUsers.loginRecordBefore(tx, login)
    if (record) records.set(toHex(record), record)
  }
  return [...records.values()]
}
