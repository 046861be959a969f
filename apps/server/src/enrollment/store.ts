import type { EnrollmentState } from '@yunqian/api'
import type { Sealer, Tx } from '../platform/index.ts'
import type { Check, Enrollment } from './enrollment.ts'

interface EnrollmentRow {
  tenant_id: string
  enrollment_id: string
  device_id: string
  centre_id: string
  person_id: string | null
  state: EnrollmentState
  claimed_name_sealed: Uint8Array
  mobile_masked: string
  code_index: Uint8Array | null
  code_sent_at: Date
  code_expires_at: Date
  code_tries: number
  codes_sent: number
  checks: Check[]
  key_id: string | null
  csr_task_id: string | null
  reason: string | null
  created_at: Date
  expires_at: Date
}

type Name = Pick<Enrollment, 'tenantId' | 'enrollmentId'>

const namePurpose = (enrollmentId: string): string => `enrollment/name/${enrollmentId}`

export async function insertEnrollment(
  tx: Tx,
  sealer: Sealer,
  enrollment: Enrollment,
): Promise<void> {
  const name = new TextEncoder().encode(enrollment.claimedName)
  await tx.execute(
    `insert into enrollment (tenant_id, enrollment_id, device_id, centre_id, person_id, state,
       claimed_name_sealed, mobile_masked, code_index, code_sent_at, code_expires_at, checks,
       created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      enrollment.tenantId,
      enrollment.enrollmentId,
      enrollment.deviceId,
      enrollment.centreId,
      enrollment.personId ?? null,
      enrollment.state,
      sealer.seal(namePurpose(enrollment.enrollmentId), name),
      enrollment.mobileMasked,
      enrollment.codeIndex ?? null,
      enrollment.codeSentAt,
      enrollment.codeExpiresAt,
      JSON.stringify(enrollment.checks),
      enrollment.createdAt,
      enrollment.expiresAt,
    ],
  )
}

export async function enrollmentById(
  tx: Tx,
  sealer: Sealer,
  { tenantId, enrollmentId }: Name,
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<Enrollment | undefined> {
  const row = await tx.queryOne<EnrollmentRow>(
    `select * from enrollment where tenant_id = $1 and enrollment_id = $2
     ${lock === 'for update' ? lock : ''}`,
    [tenantId, enrollmentId],
  )
  return row && fromRow(sealer, row)
}

/** Applications in these states, of a person or at a centre or both, locked. */
export async function enrollmentsIn(
  tx: Tx,
  sealer: Sealer,
  wanted: {
    readonly tenantId: string
    readonly personId?: string
    readonly centreId?: string
    readonly states: readonly EnrollmentState[]
  },
): Promise<Enrollment[]> {
  const rows = await tx.query<EnrollmentRow>(
    `select * from enrollment where tenant_id = $1 and person_id is not null
       and ($2::uuid is null or person_id = $2) and ($3::uuid is null or centre_id = $3) and state = any ($4)
     order by enrollment_id for update`,
    [wanted.tenantId, wanted.personId ?? null, wanted.centreId ?? null, wanted.states],
  )
  return rows.map((row) => fromRow(sealer, row))
}

/** Writes what may change of an application; the caller holds its row. */
export async function updateEnrollment(
  tx: Tx,
  { tenantId, enrollmentId }: Name,
  change: {
    readonly state?: EnrollmentState
    readonly codeTries?: number
    readonly code?: {
      readonly index: Uint8Array | undefined
      readonly sentAt: Date
      readonly expiresAt: Date
    }
    readonly check?: Check
    readonly key?: { readonly keyId: string; readonly csrTaskId: string }
    readonly proofedAt?: Date
    readonly decision?: { readonly at: Date; readonly by: string; readonly reason?: string }
    readonly issuedAt?: Date
    /** Why it ended, where nobody decided. */
    readonly reason?: string
  },
): Promise<void> {
  await tx.execute(
    `update enrollment set state = coalesce($3, state),
       code_tries = coalesce($4, case when $5::timestamptz is null then code_tries else 0 end),
       code_sent_at = coalesce($5, code_sent_at), code_expires_at = coalesce($6, code_expires_at),
       code_index = case when $5::timestamptz is null then code_index else $7 end,
       codes_sent = codes_sent + case when $5::timestamptz is null then 0 else 1 end,
       checks = checks || coalesce($8::jsonb, '[]'), key_id = coalesce($9, key_id),
       csr_task_id = coalesce($10, csr_task_id), proofed_at = coalesce($11, proofed_at),
       decided_at = coalesce($12, decided_at), decided_by = coalesce($13, decided_by),
       reason = coalesce($14, reason), issued_at = coalesce($15, issued_at)
     where tenant_id = $1 and enrollment_id = $2`,
    [
      tenantId,
      enrollmentId,
      change.state ?? null,
      change.codeTries ?? null,
      change.code?.sentAt ?? null,
      change.code?.expiresAt ?? null,
      change.code?.index ?? null,
      change.check ? JSON.stringify([change.check]) : null,
      change.key?.keyId ?? null,
      change.key?.csrTaskId ?? null,
      change.proofedAt ?? null,
      change.decision?.at ?? null,
      change.decision?.by ?? null,
      change.decision?.reason ?? change.reason ?? null,
      change.issuedAt ?? null,
    ],
  )
}

function fromRow(sealer: Sealer, row: EnrollmentRow): Enrollment {
  const name = sealer.open(namePurpose(row.enrollment_id), row.claimed_name_sealed)
  return {
    tenantId: row.tenant_id,
    enrollmentId: row.enrollment_id,
    deviceId: row.device_id,
    centreId: row.centre_id,
    ...(row.person_id === null ? {} : { personId: row.person_id }),
    state: row.state,
    claimedName: new TextDecoder().decode(name),
    mobileMasked: row.mobile_masked,
    ...(row.code_index === null ? {} : { codeIndex: row.code_index }),
    codeSentAt: row.code_sent_at,
    codeExpiresAt: row.code_expires_at,
    codeTries: row.code_tries,
    codesSent: row.codes_sent,
    checks: row.checks,
    ...(row.key_id === null ? {} : { keyId: row.key_id }),
    ...(row.csr_task_id === null ? {} : { csrTaskId: row.csr_task_id }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}
