import type { Tx } from '../platform/index.ts'

/** A finished two-party signature with all that is needed to check it again. */
export interface StoredSignature {
  readonly tenantId: string
  readonly taskId: string
  readonly sid: string
  readonly keyId: string
  readonly certificateId?: string
  readonly publicKey: Uint8Array
  /** The bytes signed: e = SM3(Z(publicKey) ‖ signed). */
  readonly signed: Uint8Array
  readonly r: Uint8Array
  readonly s: Uint8Array
  readonly signedAt: Date
}

/** What completion made of a signature. */
export interface StoredCompletion {
  readonly cms?: Uint8Array
  readonly timestampToken?: Uint8Array
  readonly ocspResponse?: Uint8Array
  /** For `pdf`: the document's revision it made. */
  readonly revision?: number
}

interface SignatureRow {
  sid: string
  key_id: string
  certificate_id: string | null
  public_key: Uint8Array
  signed: Uint8Array
  r: Uint8Array
  s: Uint8Array
  signed_at: Date
}

interface CompletionRow {
  cms: Uint8Array | null
  timestamp_token: Uint8Array | null
  ocsp_response: Uint8Array | null
  revision: number | null
}

type TaskName = { readonly tenantId: string; readonly taskId: string }

export async function insertSignature(tx: Tx, signature: StoredSignature): Promise<void> {
  await tx.execute(
    `insert into signature (tenant_id, task_id, sid, key_id, certificate_id, public_key, signed, r,
       s, signed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      signature.tenantId,
      signature.taskId,
      signature.sid,
      signature.keyId,
      signature.certificateId ?? null,
      signature.publicKey,
      signature.signed,
      signature.r,
      signature.s,
      signature.signedAt,
    ],
  )
}

export async function signatureOf(
  tx: Tx,
  { tenantId, taskId }: TaskName,
): Promise<StoredSignature | undefined> {
  const row = await tx.queryOne<SignatureRow>(
    'select * from signature where tenant_id = $1 and task_id = $2',
    [tenantId, taskId],
  )
  return (
    row && {
      tenantId,
      taskId,
      sid: row.sid,
      keyId: row.key_id,
      ...(row.certificate_id === null ? {} : { certificateId: row.certificate_id }),
      publicKey: row.public_key,
      signed: row.signed,
      r: row.r,
      s: row.s,
      signedAt: row.signed_at,
    }
  )
}

export async function insertCompletion(
  tx: Tx,
  { tenantId, taskId }: TaskName,
  completion: StoredCompletion,
  at: Date,
): Promise<void> {
  await tx.execute(
    `insert into signature_completion (tenant_id, task_id, cms, timestamp_token, ocsp_response,
       revision, completed_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      tenantId,
      taskId,
      completion.cms ?? null,
      completion.timestampToken ?? null,
      completion.ocspResponse ?? null,
      completion.revision ?? null,
      at,
    ],
  )
}

/** When the last signature under a key’s certificate was finished. */
export async function lastCompletion(
  tx: Tx,
  key: { readonly tenantId: string; readonly keyId: string },
): Promise<Date | undefined> {
  const row = await tx.queryOne<{ last: Date | null }>(
    `select max(c.completed_at) as last
     from signature s join signature_completion c using (tenant_id, task_id)
     where s.tenant_id = $1 and s.key_id = $2 and s.certificate_id is not null`,
    [key.tenantId, key.keyId],
  )
  return row?.last ?? undefined
}

export async function completionOf(
  tx: Tx,
  { tenantId, taskId }: TaskName,
): Promise<StoredCompletion | undefined> {
  const row = await tx.queryOne<CompletionRow>(
    'select * from signature_completion where tenant_id = $1 and task_id = $2',
    [tenantId, taskId],
  )
  return (
    row && {
      ...(row.cms === null ? {} : { cms: row.cms }),
      ...(row.timestamp_token === null ? {} : { timestampToken: row.timestamp_token }),
      ...(row.ocsp_response === null ? {} : { ocspResponse: row.ocsp_response }),
      ...(row.revision === null ? {} : { revision: row.revision }),
    }
  )
}
