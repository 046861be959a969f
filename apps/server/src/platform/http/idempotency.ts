import { createHash, randomUUIDv7 } from 'node:crypto'
import { problems, type ProblemCode } from '@yunqian/api'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Database, Tx } from '../database.ts'
import { digestOf } from '../digest.ts'
import type { Sealer } from '../sealing.ts'
import { HttpProblem } from './problem.ts'

/** An answer as it went out, to be given again. */
export interface StoredAnswer {
  readonly status: number
  readonly mediaType: string
  readonly body: Uint8Array
}

export interface IdempotencyDeps {
  readonly db: Database
  readonly clock: Clock
  readonly sealer: Sealer
  readonly log: Log
  /** This process, as `process_lives` knows it. */
  readonly holder: number
}

const purpose = 'platform.idempotent-answer'
const keepMs = 24 * 3_600_000
const settleAgainAfterMs = 1000
// A holder that does not live: whoever comes next with the key carries its intent out.
const nobody = 0

/** 1 to 255 visible ASCII characters, else `platform.idempotency-key-missing`. */
export function readIdempotencyKey(header: string | string[] | undefined): string {
  if (typeof header !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(header))
    throw new HttpProblem('platform.idempotency-key-missing')
  return header
}

/** The record an idempotency key names: a key means something only to its principal, method and route. */
export function recordKey(
  principal: string,
  method: string,
  route: string,
  key: string,
): Uint8Array {
  return digest([principal, method, route, key])
}

/** What must be equal when a key comes again: the address with its parameters, and the bytes of the body. */
export async function requestHash(path: string, body: Uint8Array): Promise<Uint8Array> {
  return digest([path, (await digestOf('sm3', body)).toString('hex')])
}

/**
 * Runs a request once per key. The record is committed before the request runs; the answer is kept, sealed, for 24 hours.
 * Refusals that ask to be tried again and failures of ours are not kept: the request runs again with the same intent id,
 * as it does when we die in between. What the first run made, be it in a commit whose answer was lost, the second finds.
 */
export async function answerOnce(
  deps: IdempotencyDeps,
  key: Uint8Array,
  hash: Uint8Array,
  run: (intentId: string) => Promise<StoredAnswer>,
): Promise<StoredAnswer> {
  const taken =
    (await openRecord(deps, key, hash)) ??
    (await deps.db.tx('no-tenant', (tx) => takeRecord(deps, tx, key, hash)))
  if (typeof taken !== 'string') return taken
  let answer: StoredAnswer
  try {
    answer = await run(taken)
  } catch (error) {
    await settle(deps, () => release(deps, key, taken))
    throw error
  }
  await settle(deps, () => (isKept(answer) ? keep(deps, key, answer) : release(deps, key, taken)))
  return answer
}

/**
 * Ends a record. What it is about is committed already, so a database that goes away just now must not turn the answer
 * into a failure, nor leave the key "in progress" for as long as this process lives: it is ended when it can be.
 */
async function settle(deps: IdempotencyDeps, end: () => Promise<void>): Promise<void> {
  await end().catch(() => {
    deps.log.warn({}, 'an idempotency record could not be ended yet')
    setTimeout(() => void settle(deps, end), settleAgainAfterMs).unref()
  })
}

/** Removes what expired; called now and then by a worker. */
export async function forgetExpiredAnswers(db: Database, now: Date): Promise<void> {
  await db.tx('no-tenant', (tx) =>
    tx.execute('delete from idempotency_record where expires_at <= $1', [now]),
  )
}

interface RecordRow {
  request_hash: Uint8Array
  alive: boolean | null
  status: number | null
  media_type: string | null
  answer_sealed: Uint8Array | null
  expired: boolean
  intent_id: string
}

const expiryAt = (now: Date): Date => new Date(now.getTime() + keepMs)

/**
 * The intent of a first request, in one round trip. Of two, one waits for the other's commit and gets none: the record is
 * there already. Whose commit was lost does not know whether it stood, and gives up what may be its own.
 */
async function openRecord(
  deps: IdempotencyDeps,
  key: Uint8Array,
  hash: Uint8Array,
): Promise<string | undefined> {
  const intentId = randomUUIDv7()
  try {
    const [opened] = await deps.db.once<{ intent_id: string }>(
      'no-tenant',
      `insert into idempotency_record (record_key, request_hash, holder, expires_at, intent_id)
       values ($1, $2, $3, $4, $5) on conflict do nothing returning intent_id`,
      [key, hash, deps.holder, expiryAt(deps.clock.now()), intentId],
    )
    return opened?.intent_id
  } catch (error) {
    await settle(deps, () => release(deps, key, intentId))
    throw error
  }
}

/** The answer given before, or the intent that is now ours to carry out. */
async function takeRecord(
  { clock, sealer, holder }: IdempotencyDeps,
  tx: Tx,
  key: Uint8Array,
  hash: Uint8Array,
): Promise<StoredAnswer | string> {
  const now = clock.now()
  const row = await tx.queryOne<RecordRow>(
    `select request_hash, process_lives(holder) as alive, status, media_type, answer_sealed,
       expires_at <= $2 as expired, intent_id
     from idempotency_record where record_key = $1 for update`,
    [key, now],
  )
  // Gone again between the two statements: it had expired and was swept.
  if (!row) throw new HttpProblem('platform.request-in-progress')
  if (!row.expired) {
    if (!Buffer.from(row.request_hash).equals(hash))
      throw new HttpProblem('platform.idempotency-key-reused')
    if (row.status !== null && row.answer_sealed)
      return {
        status: row.status,
        mediaType: row.media_type ?? 'application/json',
        body: sealer.open(purpose, row.answer_sealed),
      }
    if (row.alive) throw new HttpProblem('platform.request-in-progress')
  }
  const intentId = row.expired ? randomUUIDv7() : row.intent_id
  await tx.execute(
    `update idempotency_record set request_hash = $2, holder = $3, expires_at = $4, intent_id = $5,
       status = null, media_type = null, answer_sealed = null
     where record_key = $1`,
    [key, hash, holder, expiryAt(now), intentId],
  )
  return intentId
}

function isKept({ status, mediaType, body }: StoredAnswer): boolean {
  if (status >= 500) return false
  if (status < 400 || !mediaType.startsWith('application/problem+json')) return true
  const { code } = JSON.parse(new TextDecoder().decode(body)) as { code: ProblemCode }
  return !problems[code].retryable
}

async function keep(deps: IdempotencyDeps, key: Uint8Array, answer: StoredAnswer): Promise<void> {
  await deps.db.once(
    'no-tenant',
    `update idempotency_record set holder = null, status = $3, media_type = $4, answer_sealed = $5
     where record_key = $1 and holder = $2`,
    [key, deps.holder, answer.status, answer.mediaType, deps.sealer.seal(purpose, answer.body)],
  )
}

async function release(deps: IdempotencyDeps, key: Uint8Array, intentId: string): Promise<void> {
  await deps.db.once(
    'no-tenant',
    `update idempotency_record set holder = $4
     where record_key = $1 and holder = $2 and intent_id = $3`,
    [key, deps.holder, intentId, nobody],
  )
}

function digest(parts: readonly string[]): Uint8Array {
  const hash = createHash('sm3')
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part)
  return hash.digest()
}
