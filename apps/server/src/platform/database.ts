import { Pool, type PoolClient, type QueryResult, types } from 'pg'
import { PlatformError } from './errors.ts'
import { silentLog, type Log } from './log.ts'

/** Whose rows a transaction may see: one tenant's, or none but the platform's own tables. */
export type Scope = { readonly tenantId: string } | 'no-tenant'

/** An open transaction. Rows come as PostgreSQL names them; `store.ts` of each room turns them into nouns. */
export interface Tx {
  /** Whose rows it may see; absent in a transaction of no tenant. */
  readonly tenantId?: string
  /** All rows. int8 is a safe `number`, timestamptz a `Date`, bytea a `Uint8Array`, date a `yyyy-mm-dd` string. */
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>
  /** The only row, or undefined when there is none; several are an error of ours. */
  queryOne<Row>(sql: string, params?: readonly unknown[]): Promise<Row | undefined>
  /** How many rows were written. */
  execute(sql: string, params?: readonly unknown[]): Promise<number>
}

export interface TxOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable'
  /** How often `work` may run again after a serialization failure or deadlock; it must be repeatable. Default 0. */
  readonly retries?: number
}

export interface Database {
  /**
   * Runs `work` in one transaction and commits. What it returns is durable when the promise resolves; when it
   * rejects nothing happened, except that a connection lost during COMMIT leaves the outcome unknown.
   */
  tx<T>(scope: Scope, work: (tx: Tx) => Promise<T>, options?: TxOptions): Promise<T>
  /** One statement as a transaction of its own, in one round trip. */
  once<Row>(scope: Scope, sql: string, params?: readonly unknown[]): Promise<Row[]>
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly connections?: number
  readonly log?: Log
}

/** Opens a pool on a PostgreSQL 15 or newer; connects only when used. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new Pool({
    connectionString: url,
    max: options.connections ?? 16,
    connectionTimeoutMillis: 15_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    // Statements go out without waiting for the answer to the one before.
    pipeline: true,
    // A BEGIN that fails by itself (cancelled, say) does not stop what left with it, which would commit alone: only
    // what BEGIN opened may write. Awaited before the connection is lent; if it fails, the connection is not lent.
    onConnect: async (client) => {
      await client.query('set session characteristics as transaction read only')
    },
    types: { getTypeParser },
  })
  const log = options.log ?? silentLog
  // A connection that dies while idle is replaced at next use; without a listener it would end the process.
  pool.on('error', () => log.warn({}, 'an idle database connection was lost'))
  let closed: Promise<void> | undefined
  return {
    tx: (scope, work, txOptions) => runTx(pool, scope, work, txOptions),
    once: (scope, sql, params) => runStatement(pool, scope, sql, params),
    close: () => (closed ??= pool.end()),
  }
}

/** True for a duplicate key, of the named constraint if one is named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, '23505', constraint)
}

/** True for a missing referenced row, of the named constraint if one is named. */
export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, '23503', constraint)
}

async function runTx<T>(
  pool: Pool,
  scope: Scope,
  work: (tx: Tx) => Promise<T>,
  options: TxOptions = {},
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await runOnce(pool, scope, options, work)
    } catch (error) {
      if (attempt >= (options.retries ?? 0) || !isRepeatable(error)) throw error
      // Jitter keeps two that collided from colliding again.
      await new Promise((resolve) => setTimeout(resolve, (attempt + 1) * 10 * (1 + Math.random())))
    }
  }
}

async function runOnce<T>(
  pool: Pool,
  scope: Scope,
  options: TxOptions,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const begin = beginning(scope, options)
  return withClient(pool, async (client, drop) => {
    // Not awaited: the first statement leaves with it. It is awaited before that statement's answer is believed.
    const begun = client.query(begin)
    begun.catch(() => undefined)
    const { tx, end } = txOver(client, scope, begun)
    try {
      const result = await work(tx)
      await begun
      end()
      requireCommitted(await client.query('commit'))
      return result
    } catch (error) {
      end()
      await client.query('rollback').catch(drop)
      throw error
    }
  })
}

/** Begin, statement and commit leave together; the statement's error is the one that is told. */
async function runStatement<Row>(
  pool: Pool,
  scope: Scope,
  sql: string,
  params: readonly unknown[] = [],
): Promise<Row[]> {
  const begin = beginning(scope, {})
  return withClient(pool, async (client) => {
    const sent = [client.query(begin), client.query(sql, [...params]), client.query('commit')]
    const [begun, done, committed] = await Promise.allSettled(sent)
    for (const one of [begun, done, committed])
      if (one?.status !== 'fulfilled') throw one?.reason ?? new Error('a statement without an end')
    requireCommitted((committed as PromiseFulfilledResult<QueryResult>).value)
    return (done as PromiseFulfilledResult<QueryResult<never>>).value.rows
  })
}

/** PostgreSQL answers COMMIT of a failed transaction with ROLLBACK, and no error. */
function requireCommitted({ command }: QueryResult): void {
  if (command === 'COMMIT') return
  throw new PlatformError(
    'platform.transaction-aborted',
    'the transaction had failed and was rolled back',
  )
}

/** Lends a connection; one that broke or was dropped meanwhile is not lent again. */
async function withClient<T>(
  pool: Pool,
  work: (client: PoolClient, drop: (error: Error) => void) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  const drop = (error: Error): void => void (broken ??= error)
  client.on('error', drop)
  try {
    return await work(client, drop)
  } finally {
    client.removeListener('error', drop)
    client.release(broken ?? false)
  }
}

/** A transaction until `end`: of works side by side one may fail, and the other go on over a connection lent anew. */
function txOver(
  client: PoolClient,
  scope: Scope,
  begun: Promise<unknown>,
): { readonly tx: Tx; end(): void } {
  let ended = false
  const run = async (sql: string, params: readonly unknown[] = []): Promise<QueryResult> => {
    if (ended) throw new Error('a statement after the end of its transaction')
    const answer = client.query(sql, [...params])
    answer.catch(() => undefined)
    await begun
    return answer
  }
  const tx: Tx = {
    ...(scope === 'no-tenant' ? {} : { tenantId: scope.tenantId }),
    query: async (sql, params) => (await run(sql, params)).rows,
    queryOne: async (sql, params) => {
      const { rows } = await run(sql, params)
      if (rows.length > 1) throw new Error('queryOne met several rows')
      return rows[0]
    },
    execute: async (sql, params) => (await run(sql, params)).rowCount ?? 0,
  }
  return { tx, end: () => void (ended = true) }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

// One round trip. The tenant holds for this transaction only, so a pooled connection carries nothing over.
function beginning(scope: Scope, { isolation = 'read committed' }: TxOptions): string {
  const tenantId = scope === 'no-tenant' ? '' : scope.tenantId
  if (tenantId !== '' && !uuid.test(tenantId)) throw new TypeError('tenantId is not a uuid')
  return `begin isolation level ${isolation}, read write; set local app.tenant_id = '${tenantId}'`
}

function isRepeatable(error: unknown): boolean {
  return ['40001', '40P01'].includes((error as { code?: string }).code ?? '')
}

function isViolation(error: unknown, state: string, constraint?: string): boolean {
  const found = error as { code?: string; constraint?: string }
  return found.code === state && (constraint === undefined || found.constraint === constraint)
}

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value))
    throw new PlatformError('platform.unsafe-integer', 'the database returned an int8 beyond 2^53')
  return value
}

const bytea = 17
const int8 = 20
const int8Array: number = 1016
const date = 1082

function getTypeParser(oid: number, format?: string): (value: string) => unknown {
  if (format === 'binary') return types.getTypeParser(oid, 'binary') as (v: string) => unknown
  if (oid === int8) return safeInteger
  // Not pg's Buffer, whose `slice` is a view: code that copies with it would write into the row.
  if (oid === bytea) return (value) => new Uint8Array(Buffer.from(value.slice(2), 'hex'))
  // A calendar date has no instant; pg's default would place it in the process's time zone.
  if (oid === date) return (value) => value
  if (oid === int8Array) {
    const parse = types.getTypeParser(oid, 'text') as (v: string) => string[]
    return (value) => parse(value).map(safeInteger)
  }
  return types.getTypeParser(oid, 'text') as (value: string) => unknown
}
