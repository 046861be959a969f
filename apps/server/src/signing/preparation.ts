import type { Tx } from '../platform/index.ts'

/** The bytes one person will sign, fixed before anyone is asked for a PIN. */
export interface PreparedTask {
  /** DER: signed attributes as SET OF, or a CertificationRequestInfo. */
  readonly toBeSigned: Uint8Array
  /** e = SM3(Z ‖ toBeSigned). */
  readonly digest: Uint8Array
  readonly keyId: string
  readonly certificateId?: string
  readonly content: {
    readonly mediaType: string
    readonly sm3: Uint8Array
    readonly bytes: number
  }
  /** For `pdf`: what the increment extends, and where the signature value goes. */
  readonly base?: {
    readonly revision: number
    readonly bytes: number
    readonly contentsStart: number
    readonly contentsEnd: number
  }
}

interface PreparationRow {
  to_be_signed: Uint8Array
  digest: Uint8Array
  key_id: string
  certificate_id: string | null
  content_media_type: string
  content_sm3: Uint8Array
  content_bytes: number
  base_revision: number | null
  base_bytes: number | null
  contents_start: number | null
  contents_end: number | null
}

type TaskName = { readonly tenantId: string; readonly taskId: string }

/** Keeps what was prepared; a task that is prepared anew forgets the old. */
export async function savePreparation(
  tx: Tx,
  { tenantId, taskId }: TaskName,
  prepared: PreparedTask,
  at: Date,
): Promise<void> {
  const { content, base } = prepared
  await tx.execute(
    `insert into signing_preparation (tenant_id, task_id, to_be_signed, digest, key_id,
       certificate_id, content_media_type, content_sm3, content_bytes, base_revision, base_bytes,
       contents_start, contents_end, prepared_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict (tenant_id, task_id) do update set to_be_signed = $3, digest = $4, key_id = $5,
       certificate_id = $6, content_media_type = $7, content_sm3 = $8, content_bytes = $9,
       base_revision = $10, base_bytes = $11, contents_start = $12, contents_end = $13,
       prepared_at = $14`,
    [
      tenantId,
      taskId,
      prepared.toBeSigned,
      prepared.digest,
      prepared.keyId,
      prepared.certificateId ?? null,
      content.mediaType,
      content.sm3,
      content.bytes,
      base?.revision ?? null,
      base?.bytes ?? null,
      base?.contentsStart ?? null,
      base?.contentsEnd ?? null,
      at,
    ],
  )
}

export async function preparationOf(
  tx: Tx,
  { tenantId, taskId }: TaskName,
): Promise<PreparedTask | undefined> {
  const row = await tx.queryOne<PreparationRow>(
    'select * from signing_preparation where tenant_id = $1 and task_id = $2',
    [tenantId, taskId],
  )
  if (!row) return undefined
  return {
    toBeSigned: row.to_be_signed,
    digest: row.digest,
    keyId: row.key_id,
    ...(row.certificate_id === null ? {} : { certificateId: row.certificate_id }),
    content: { mediaType: row.content_media_type, sm3: row.content_sm3, bytes: row.content_bytes },
    ...(row.base_revision === null
      ? {}
      : {
          base: {
            revision: row.base_revision,
            bytes: row.base_bytes!,
            contentsStart: row.contents_start!,
            contentsEnd: row.contents_end!,
          },
        }),
  }
}
