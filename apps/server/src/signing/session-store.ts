import type { Tx } from '../platform/index.ts'

export type SessionState =
  | 'open'
  | 'answered'
  | 'finished'
  | 'abandoned'
  | 'pin-wrong'
  | 'lost'
  | 'expired'

/** One run of open, join and finish, without its nonce. */
export interface SigningSession {
  readonly tenantId: string
  readonly sid: string
  readonly taskId: string
  readonly keyId: string
  readonly deviceId: string
  /** The process whose memory holds the nonce. */
  readonly processId: number
  readonly state: SessionState
  readonly digest: Uint8Array
  readonly context: Uint8Array
  readonly commitment: Uint8Array
  readonly blinded: Uint8Array
  readonly evaluation: Uint8Array
  readonly evaluationProof: Uint8Array
  readonly triesLeft: number
  readonly joinMessage?: Uint8Array
  readonly answerSealed?: Uint8Array
  readonly openedAt: Date
  readonly expiresAt: Date
}

interface SessionRow {
  tenant_id: string
  sid: string
  task_id: string
  key_id: string
  device_id: string
  process_id: number
  state: SessionState
  digest: Uint8Array
  context: Uint8Array
  commitment: Uint8Array
  blinded: Uint8Array
  evaluation: Uint8Array
  evaluation_proof: Uint8Array
  tries_left: number
  join_message: Uint8Array | null
  answer_sealed: Uint8Array | null
  opened_at: Date
  expires_at: Date
}

type SessionName = Pick<SigningSession, 'tenantId' | 'sid'>

export async function insertSession(tx: Tx, session: SigningSession): Promise<void> {
  await tx.execute(
    `insert into signing_session (tenant_id, sid, task_id, key_id, device_id, process_id, state,
       digest, context, commitment, blinded, evaluation, evaluation_proof, tries_left, opened_at,
       expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      session.tenantId,
      session.sid,
      session.taskId,
      session.keyId,
      session.deviceId,
      session.processId,
      session.state,
      session.digest,
      session.context,
      session.commitment,
      session.blinded,
      session.evaluation,
      session.evaluationProof,
      session.triesLeft,
      session.openedAt,
      session.expiresAt,
    ],
  )
}

export async function sessionById(
  tx: Tx,
  { tenantId, sid }: SessionName,
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<SigningSession | undefined> {
  const row = await tx.queryOne<SessionRow>(
    `select * from signing_session where tenant_id = $1 and sid = $2
     ${lock === 'for update' ? lock : ''}`,
    [tenantId, sid],
  )
  return row && fromRow(row)
}

/** The open session a phone may be asking for again: same task, same blinded element. */
export async function sessionToRepeat(
  tx: Tx,
  wanted: {
    readonly tenantId: string
    readonly taskId: string
    readonly deviceId: string
    readonly blinded: Uint8Array
    readonly now: Date
  },
): Promise<SigningSession | undefined> {
  const row = await tx.queryOne<SessionRow>(
    `select * from signing_session
     where tenant_id = $1 and task_id = $2 and device_id = $3 and blinded = $4 and state = 'open'
       and expires_at > $5
     order by opened_at desc limit 1`,
    [wanted.tenantId, wanted.taskId, wanted.deviceId, wanted.blinded, wanted.now],
  )
  return row && fromRow(row)
}

/** How many sessions of a key are open, but for one; each holds a charged try. */
export async function countOpenSessions(
  tx: Tx,
  key: { readonly tenantId: string; readonly keyId: string; readonly now: Date },
  exceptSid?: string,
): Promise<number> {
  const row = await tx.queryOne<{ count: number }>(
    `select count(*) as count from signing_session
     where tenant_id = $1 and key_id = $2 and state = 'open' and expires_at > $3
       and sid is distinct from $4`,
    [key.tenantId, key.keyId, key.now, exceptSid ?? null],
  )
  return row?.count ?? 0
}

/** The used mark with the answer that goes with it; the caller commits both before the answer leaves. */
export async function markAnswered(
  tx: Tx,
  { tenantId, sid }: SessionName,
  answered: {
    readonly joinMessage: Uint8Array
    readonly answerSealed: Uint8Array
    readonly triesLeft: number
    readonly at: Date
  },
): Promise<void> {
  const written = await tx.execute(
    `update signing_session set state = 'answered', join_message = $3, answer_sealed = $4,
       tries_left = $5, answered_at = $6
     where tenant_id = $1 and sid = $2 and state = 'open'`,
    [tenantId, sid, answered.joinMessage, answered.answerSealed, answered.triesLeft, answered.at],
  )
  if (written !== 1) throw new Error('the session is not open')
}

/** Ends a session; the stored answer is erased with it. */
export async function closeSession(
  tx: Tx,
  { tenantId, sid }: SessionName,
  state: Exclude<SessionState, 'open' | 'answered'>,
  at: Date,
): Promise<void> {
  await tx.execute(
    `update signing_session set state = $3, answer_sealed = null, closed_at = $4
     where tenant_id = $1 and sid = $2`,
    [tenantId, sid, state, at],
  )
}

/** Sessions past their time. */
export async function overdueSessions(
  tx: Tx,
  wanted: {
    readonly tenantId: string
    readonly state: 'open' | 'answered'
    readonly before: Date
  },
): Promise<SigningSession[]> {
  const rows = await tx.query<SessionRow>(
    `select * from signing_session where tenant_id = $1 and state = $2 and expires_at <= $3
     limit 100`,
    [wanted.tenantId, wanted.state, wanted.before],
  )
  return rows.map(fromRow)
}

/** Answered sessions of a key whose signature has not come, locked; the caller holds the key. */
export async function answeredSessions(
  tx: Tx,
  key: { readonly tenantId: string; readonly keyId: string },
): Promise<SigningSession[]> {
  const rows = await tx.query<SessionRow>(
    `select * from signing_session where tenant_id = $1 and key_id = $2 and state = 'answered'
     order by sid for update`,
    [key.tenantId, key.keyId],
  )
  return rows.map(fromRow)
}

/** Open sessions of processes other than the named, to see which of them are dead. */
export async function openSessionsElsewhere(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly processId: number },
): Promise<SigningSession[]> {
  const rows = await tx.query<SessionRow>(
    `select * from signing_session where tenant_id = $1 and state = 'open' and process_id <> $2
     limit 100`,
    [wanted.tenantId, wanted.processId],
  )
  return rows.map(fromRow)
}

function fromRow(row: SessionRow): SigningSession {
  return {
    tenantId: row.tenant_id,
    sid: row.sid,
    taskId: row.task_id,
    keyId: row.key_id,
    deviceId: row.device_id,
    processId: row.process_id,
    state: row.state,
    digest: row.digest,
    context: row.context,
    commitment: row.commitment,
    blinded: row.blinded,
    evaluation: row.evaluation,
    evaluationProof: row.evaluation_proof,
    triesLeft: row.tries_left,
    ...(row.join_message === null ? {} : { joinMessage: row.join_message }),
    ...(row.answer_sealed === null ? {} : { answerSealed: row.answer_sealed }),
    openedAt: row.opened_at,
    expiresAt: row.expires_at,
  }
}
