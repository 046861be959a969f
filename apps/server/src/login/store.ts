import type { LoginState } from '@yunqian/api'
import type { Tx } from '../platform/index.ts'
import type { LoginRequest } from './login-request.ts'

interface LoginRow {
  tenant_id: string
  login_request_id: string
  application_id: string
  centre_id: string
  workstation: string
  state: LoginState
  qr_token: Uint8Array
  match_code: string
  challenge: Uint8Array
  requested_at: Date
  expires_at: Date
  person_id: string | null
  task_id: string | null
  scanned_at: Date | null
  approved_at: Date | null
  certificate_id: string | null
  record_cms: Uint8Array | null
  verified_at: Date | null
  verified_by: string | null
  reason: string | null
}

type RequestName = Pick<LoginRequest, 'tenantId' | 'loginRequestId'>

export async function insertLoginRequest(tx: Tx, request: LoginRequest): Promise<void> {
  await tx.execute(
    `insert into login_request (tenant_id, login_request_id, application_id, centre_id, workstation,
       state, qr_token, match_code, challenge, requested_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      request.tenantId,
      request.loginRequestId,
      request.applicationId,
      request.centreId,
      request.workstation,
      request.state,
      request.qrToken,
      request.matchCode,
      request.challenge,
      request.requestedAt,
      request.expiresAt,
    ],
  )
}

export async function loginRequestById(
  tx: Tx,
  { tenantId, loginRequestId }: RequestName,
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<LoginRequest | undefined> {
  const row = await tx.queryOne<LoginRow>(
    `select * from login_request where tenant_id = $1 and login_request_id = $2
     ${lock === 'for update' ? lock : ''}`,
    [tenantId, loginRequestId],
  )
  return row && fromRow(row)
}

export async function loginRequestByQr(
  tx: Tx,
  { tenantId, qrToken }: { readonly tenantId: string; readonly qrToken: Uint8Array },
): Promise<LoginRequest | undefined> {
  const row = await tx.queryOne<LoginRow>(
    'select * from login_request where tenant_id = $1 and qr_token = $2 for update',
    [tenantId, qrToken],
  )
  return row && fromRow(row)
}

/** The first to scan takes the request; the caller holds its row. */
export async function markScanned(
  tx: Tx,
  { tenantId, loginRequestId }: RequestName,
  scan: {
    readonly personId: string
    readonly taskId: string
    readonly at: Date
    readonly expiresAt: Date
  },
): Promise<void> {
  await tx.execute(
    `update login_request set state = 'scanned', person_id = $3, task_id = $4, scanned_at = $5,
       expires_at = $6
     where tenant_id = $1 and login_request_id = $2`,
    [tenantId, loginRequestId, scan.personId, scan.taskId, scan.at, scan.expiresAt],
  )
}

export async function markApproved(
  tx: Tx,
  { tenantId, loginRequestId }: RequestName,
  approval: {
    readonly recordCms: Uint8Array
    readonly certificateId: string
    readonly at: Date
  },
): Promise<void> {
  await tx.execute(
    `update login_request set state = 'approved', record_cms = $3, certificate_id = $4,
       approved_at = $5
     where tenant_id = $1 and login_request_id = $2`,
    [tenantId, loginRequestId, approval.recordCms, approval.certificateId, approval.at],
  )
}

export async function markRefused(
  tx: Tx,
  { tenantId, loginRequestId }: RequestName,
  reason: string,
): Promise<void> {
  await tx.execute(
    `update login_request set state = 'refused', reason = $3
     where tenant_id = $1 and login_request_id = $2 and state = 'scanned'`,
    [tenantId, loginRequestId, reason],
  )
}

/** Uses a record up; false when it has been used before. Of two racing callers one wins. */
export async function markVerified(
  tx: Tx,
  { tenantId, loginRequestId }: RequestName,
  { at, by }: { readonly at: Date; readonly by: string },
): Promise<boolean> {
  const written = await tx.execute(
    `update login_request set verified_at = $3, verified_by = $4
     where tenant_id = $1 and login_request_id = $2 and verified_at is null`,
    [tenantId, loginRequestId, at, by],
  )
  return written === 1
}

interface UserName {
  readonly tenantId: string
  readonly applicationId: string
  readonly hisUserId: string
}

/** Binds a HIS user to a person for good; returns whose it is now. */
export async function bindUser(
  tx: Tx,
  binding: UserName & {
    readonly personId: string
    readonly loginRequestId: string
    readonly at: Date
  },
): Promise<{ readonly personId: string; readonly isNew: boolean }> {
  const { tenantId, applicationId, hisUserId, personId, loginRequestId, at } = binding
  const written = await tx.execute(
    `insert into user_binding (tenant_id, application_id, his_user_id, person_id, login_request_id,
       bound_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [tenantId, applicationId, hisUserId, personId, loginRequestId, at],
  )
  const owner = await boundPerson(tx, binding)
  if (owner === undefined) throw new Error('a binding vanished')
  return { personId: owner, isNew: written === 1 }
}

/** Which person a HIS user of an application is. */
export async function boundPerson(tx: Tx, user: UserName): Promise<string | undefined> {
  const row = await tx.queryOne<{ person_id: string }>(
    `select person_id from user_binding
     where tenant_id = $1 and application_id = $2 and his_user_id = $3`,
    [user.tenantId, user.applicationId, user.hisUserId],
  )
  return row?.person_id
}

/** The HIS user a person is in an application; the one bound last when there are several. */
export async function boundUser(
  tx: Tx,
  person: {
    readonly tenantId: string
    readonly applicationId: string
    readonly personId: string
  },
): Promise<string | undefined> {
  const row = await tx.queryOne<{ his_user_id: string }>(
    `select his_user_id from user_binding
     where tenant_id = $1 and application_id = $2 and person_id = $3
     order by bound_at desc limit 1`,
    [person.tenantId, person.applicationId, person.personId],
  )
  return row?.his_user_id
}

/** The newest approved login record of a person in an application, not younger than a moment. */
export async function loginRecordBefore(
  tx: Tx,
  login: {
    readonly tenantId: string
    readonly applicationId: string
    readonly personId: string
    readonly at: Date
  },
): Promise<Uint8Array | undefined> {
  const row = await tx.queryOne<{ record_cms: Uint8Array }>(
    `select record_cms from login_request
     where tenant_id = $1 and application_id = $2 and person_id = $3 and state = 'approved'
       and approved_at <= $4
     order by approved_at desc limit 1`,
    [login.tenantId, login.applicationId, login.personId, login.at],
  )
  return row?.record_cms
}

function fromRow(row: LoginRow): LoginRequest {
  return {
    tenantId: row.tenant_id,
    loginRequestId: row.login_request_id,
    applicationId: row.application_id,
    centreId: row.centre_id,
    workstation: row.workstation,
    state: row.state,
    qrToken: row.qr_token,
    matchCode: row.match_code,
    challenge: row.challenge,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
    ...(row.person_id === null ? {} : { personId: row.person_id }),
    ...(row.task_id === null ? {} : { taskId: row.task_id }),
    ...(row.scanned_at === null ? {} : { scannedAt: row.scanned_at }),
    ...(row.approved_at === null ? {} : { approvedAt: row.approved_at }),
    ...(row.certificate_id === null ? {} : { certificateId: row.certificate_id }),
    ...(row.record_cms === null ? {} : { recordCms: row.record_cms }),
    ...(row.verified_at === null ? {} : { verifiedAt: row.verified_at }),
    ...(row.verified_by === null ? {} : { verifiedBy: row.verified_by }),
    ...(row.reason === null ? {} : { reason: row.reason }),
  }
}
