import type { consoleEndpoints, ReplyOf } from '@yunqian/api'
import type { Clock, Log } from '../platform/index.ts'
import { auditDistrict, type AuditDeps } from './audit.ts'

type Run = NonNullable<ReplyOf<typeof consoleEndpoints.getAudit>['run']>

export type AuditRunDeps = Omit<AuditDeps, 'now'> & { readonly clock: Clock; readonly log: Log }

class AuditStopped extends Error {}

/**
 * Audits of districts in the background, one of each at a time. They change nothing and are kept by the process that
 * runs them: a restart forgets the last result, and whoever wants it again asks again.
 */
export class AuditRuns {
  readonly #deps: AuditRunDeps
  readonly #runs = new Map<string, Run>()
  readonly #working = new Set<Promise<void>>()
  #stopped = false

  constructor(deps: AuditRunDeps) {
    this.#deps = deps
  }

  latest(tenantId: string): Run | undefined {
    return this.#runs.get(tenantId)
  }

  /** Begins an audit, or answers with the one that is under way. */
  start(tenantId: string): Run {
    const found = this.#runs.get(tenantId)
    if (found?.state === 'running') return found
    const startedAt = this.#deps.clock.now().toISOString()
    const run: Run = {
      state: 'running',
      startedAt,
      checked: 0,
      events: 0,
      checkpoints: 0,
      findings: [],
    }
    this.#runs.set(tenantId, run)
    const work = this.#run(tenantId, run).finally(() => this.#working.delete(work))
    this.#working.add(work)
    return run
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#working)
  }

  async #run(tenantId: string, run: Run): Promise<void> {
    const now = this.#deps.clock.now()
    const told = (checked: number, events: number): void => {
      if (this.#stopped) throw new AuditStopped()
      this.#runs.set(tenantId, { ...run, checked, events })
    }
    const ended = (): string => this.#deps.clock.now().toISOString()
    try {
      const { findings, events, checkpoints } = await auditDistrict(
        { ...this.#deps, now },
        tenantId,
        told,
      )
      const words = findings.map(({ code, zh, en, details }) => ({ code, zh, en, details }))
      this.#runs.set(tenantId, {
        ...run,
        state: 'finished',
        finishedAt: ended(),
        checked: events,
        events,
        checkpoints,
        findings: words,
      })
    } catch (error) {
      // A log that cannot be read through is no clean log: whoever asked must see that there is no result.
      const { checked = 0, events = 0 } = this.#runs.get(tenantId) ?? {}
      this.#runs.set(tenantId, { ...run, state: 'failed', finishedAt: ended(), checked, events })
      const { name, code } = error as { name?: string; code?: string }
      if (!(error instanceof AuditStopped))
        this.#deps.log.error({ name, code }, 'an audit broke off')
    }
  }
}
