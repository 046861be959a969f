import type { consoleEndpoints, QueryOf, ReplyOf } from '@yunqian/api'
import type { Tx } from '../platform/index.ts'

type Documents = ReplyOf<typeof consoleEndpoints.listSignedDocuments>
type Row = Documents['documents'][number]
type Task = Row['tasks'][number]

export interface Scope {
  readonly tenantId: string
  /** Null for the whole district. */
  readonly centreIds: readonly string[] | null
}

interface DocumentRow {
  document_id: string
  title: string
  document_type: Row['documentType']
  media_type: string
  bytes: number
  patient_label: string | null
  reference: string | null
  centre_name: string
  application: string
  created_at: Date
  head_revision: number
  sm3: Uint8Array
}

interface TaskRow {
  document_id: string
  task_id: string
  kind: Task['kind']
  state: Task['state']
  person_id: string
  signer: string
  at: Date
  closing_reason: string | null
}

/** Documents of a district with everyone who was asked to sign them, newest first. */
export async function listDocuments(
  tx: Tx,
  { tenantId, centreIds }: Scope,
  query: QueryOf<typeof consoleEndpoints.listSignedDocuments>,
): Promise<Documents> {
  const rows = await tx.query<DocumentRow>(
    `select d.document_id, d.title, d.document_type, c.name as centre_name, a.name as application,
       d.media_type, d.patient_label, d.reference, d.created_at, d.head_revision, r.sm3, r.bytes
     from document d
       join centre c using (tenant_id, centre_id)
       join application a using (tenant_id, application_id)
       join document_revision r on r.tenant_id = d.tenant_id and r.document_id = d.document_id
         and r.revision = d.head_revision
     where d.tenant_id = $1
       and ($2::uuid is null or d.centre_id = $2)
       and ($3::text is null or d.title ilike $3 or d.patient_label ilike $3 or d.reference ilike $3
         or exists (select 1 from signing_task t join person p using (tenant_id, person_id)
           where t.tenant_id = d.tenant_id and t.document_id = d.document_id and p.name ilike $3))
       and ($4::timestamptz is null or d.created_at < $4)
       and ($6::uuid[] is null or d.centre_id = any ($6))
       and ($7::uuid is null or d.document_id = $7)
       and ($8::uuid is null or exists (select 1 from signing_task t where t.tenant_id = d.tenant_id
         and t.document_id = d.document_id and t.person_id = $8))
       and ($9::text is null or d.document_type = $9)
     order by d.created_at desc limit $5`,
    [
      tenantId,
      query.centreId ?? null,
      query.search?.trim() ? `%${query.search.trim().replace(/[\\%_]/g, '\\$&')}%` : null,
      query.before ?? null,
      query.limit ?? 100,
      centreIds,
      query.documentId ?? null,
      query.personId ?? null,
      query.documentType ?? null,
    ],
  )
  const tasks = await tx.query<TaskRow>(
    `select t.document_id, t.task_id, t.kind, t.state, t.person_id, p.name as signer,
       coalesce(t.finished_at, t.created_at) as at, t.closing_reason
     from signing_task t join person p using (tenant_id, person_id)
     where t.tenant_id = $1 and t.document_id = any ($2) order by t.created_at`,
    [tenantId, rows.map((row) => row.document_id)],
  )
  return { documents: rows.map((row) => documentOf(row, tasks)) }
}

function documentOf(row: DocumentRow, tasks: readonly TaskRow[]): Row {
  const own = tasks.filter((task) => task.document_id === row.document_id)
  return {
    documentId: row.document_id,
    title: row.title,
    documentType: row.document_type,
    mediaType: row.media_type,
    bytes: row.bytes,
    ...(row.patient_label === null ? {} : { patientLabel: row.patient_label }),
    ...(row.reference === null ? {} : { reference: row.reference }),
    centreName: row.centre_name,
    application: row.application,
    createdAt: row.created_at.toISOString(),
    revision: row.head_revision,
    sm3: Buffer.from(row.sm3).toString('hex'),
    tasks: own.map((task) => ({
      taskId: task.task_id,
      kind: task.kind,
      state: task.state,
      personId: task.person_id,
      signer: task.signer,
      at: task.at.toISOString(),
      ...(task.closing_reason === null ? {} : { reason: task.closing_reason }),
    })),
  }
}
