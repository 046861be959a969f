import { randomUUIDv7 } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { Database, Tx } from './database.ts'
import type { Log } from './log.ts'

/** Work that a commit left to be done. `subject` names it (an id), never carries data. */
export interface Job {
  readonly tenantId: string
  readonly kind: string
  readonly subject: string
  /** 1 at first. */
  readonly attempts: number
}

/** Does one kind of work; an error puts it back, for as long as its `retryAfterMs` says or longer each time. It may run more than once for one job, after a death in between: it must be repeatable. */
export interface JobHandler {
  readonly kind: string
  run(job: Job): Promise<void>
}

/** Leaves work to be done after this commit; one job waits per tenant, kind and subject. */
export async function enqueueJob(
  tx: Tx,
  job: { readonly tenantId: string; readonly kind: string; readonly subject: string },
  at: Date,
): Promise<void> {
  await tx.execute(
    `insert into job (tenant_id, job_id, kind, subject, run_at, created_at) values ($1, $2, $3, $4, $5, $5)
     on conflict (tenant_id, kind, subject) do nothing`,
    [job.tenantId, randomUUIDv7(), job.kind, job.subject, at],
  )
}

export interface JobRunnerDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  /** This process's mark; a job under a dead mark is taken again. */
  readonly holder: number
}

interface ClaimedRow {
  tenant_id: string
  job_id: string
  kind: string
  subject: string
  attempts: number
}

/** Runs waiting jobs until stopped: looks at once when told that something was enqueued, otherwise twice a second. */
export function startJobRunner(
  deps: JobRunnerDeps,
  handlers: readonly JobHandler[],
): { wake(): void; stop(): Promise<void> } {
  const stop = new AbortController()
  let wake: () => void = () => undefined
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, 500)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const done = await runWaitingJobs(deps, handlers).catch(() => {
        deps.log.error({}, 'waiting jobs could not be read')
        return 0
      })
      if (done === 0 && !stop.signal.aborted) await pause()
    }
  }
  const running = handlers.length > 0 ? loop() : Promise.resolve()
  return {
    wake: () => wake(),
    stop: async () => {
      stop.abort()
      wake()
      await running
    },
  }
}

/** Takes and runs the jobs that are due, up to eight; returns how many it took. */
export async function runWaitingJobs(
  deps: JobRunnerDeps,
  handlers: readonly JobHandler[],
): Promise<number> {
  const kinds = handlers.map((handler) => handler.kind)
  const claimed = await deps.db.tx('no-tenant', (tx) =>
    tx.query<ClaimedRow>('select * from claim_jobs($1, $2, $3, 8)', [
      kinds,
      deps.clock.now(),
      deps.holder,
    ]),
  )
  await Promise.all(claimed.map((row) => runJob(deps, handlers, row)))
  return claimed.length
}

async function runJob(
  { db, clock, log }: JobRunnerDeps,
  handlers: readonly JobHandler[],
  row: ClaimedRow,
): Promise<void> {
  const { tenant_id: tenantId, kind, subject, attempts } = row
  const key = [tenantId, row.job_id]
  try {
    await handlers
      .find((handler) => handler.kind === kind)
      ?.run({ tenantId, kind, subject, attempts })
    // Death between the work and this line: the job runs again, and finds its work done.
    await db.tx({ tenantId }, (tx) =>
      tx.execute('delete from job where tenant_id = $1 and job_id = $2', key),
    )
  } catch (error) {
    const code = (error as { code?: unknown }).code
    log.error({ kind, attempts, code: typeof code === 'string' ? code : 'unknown' }, 'job failed')
    const delayMs = retryAfterOf(error) ?? Math.min(1_000 * 2 ** Math.min(attempts, 8), 300_000)
    const next = new Date(clock.now().getTime() + delayMs)
    await db
      .tx({ tenantId }, (tx) =>
        tx.execute(
          `update job set holder = null, run_at = $3, last_error = $4
           where tenant_id = $1 and job_id = $2`,
          [...key, next, typeof code === 'string' ? code : 'unknown'],
        ),
      )
      .catch(() => log.error({ kind }, 'a failed job could not be put back'))
  }
}

/** When whoever the work depends on wants to be asked again. */
function retryAfterOf(error: unknown): number | undefined {
  const { retryAfterMs } = error as { retryAfterMs?: unknown }
  return typeof retryAfterMs === 'number' ? retryAfterMs : undefined
}
