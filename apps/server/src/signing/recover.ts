import { appendEvent } from '../evidence/index.ts'
import { keyById } from '../keys/two-party/index.ts'
import type { Tx } from '../platform/index.ts'
import { abandonSession, expireSession, loseSession } from './close-session.ts'
import type { SigningDeps } from './ports.ts'
import {
  openSessionsElsewhere,
  overdueSessions,
  sessionById,
  type SigningSession,
  type SessionState,
} from './session-store.ts'
import { moveTask, overdueTasks, taskTopics } from './task-store.ts'

// How long a phone may take to bring the signature after its session's time.
const finishGraceMs = 5 * 60_000

/**
 * Puts down in rows what time or a death has decided: sessions of dead processes are lost and their tries given back,
 * sessions nobody joined are expired, answers without a signature are possibly signed, overdue tasks are expired.
 * Run at start and every few seconds; every piece is its own transaction.
 */
export async function tidySigning(deps: SigningDeps, tenantId: string): Promise<void> {
  const now = deps.clock.now()
  const read = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => deps.db.tx({ tenantId }, work)
  const { processId } = deps.signals
  for (const session of await read((tx) => openSessionsElsewhere(tx, { tenantId, processId })))
    await closeIf(deps, session, 'open', async (tx, locked) => {
      if (!(await deps.signals.isAlive(tx, locked.processId))) await loseSession(tx, locked, now)
    })
  const open = { tenantId, state: 'open', before: now } as const
  for (const session of await read((tx) => overdueSessions(tx, open)))
    await closeIf(deps, session, 'open', (tx, locked) => expireSession(deps, tx, locked, now))
  const before = new Date(now.getTime() - finishGraceMs)
  const answered = { tenantId, state: 'answered', before } as const
  for (const session of await read((tx) => overdueSessions(tx, answered)))
    await closeIf(deps, session, 'answered', (tx, locked) => abandonSession(tx, locked, now))
  await read((tx) => expireTasks(deps, tx, tenantId, now))
}

async function closeIf(
  deps: SigningDeps,
  session: SigningSession,
  state: SessionState,
  close: (tx: Tx, locked: SigningSession) => Promise<void>,
): Promise<void> {
  await deps.db.tx({ tenantId: session.tenantId }, async (tx) => {
    // Key before session, as a join locks them.
    await keyById(tx, session, 'for update')
    const locked = await sessionById(tx, session, 'for update')
    if (locked?.state === state) await close(tx, locked)
  })
}

async function expireTasks(deps: SigningDeps, tx: Tx, tenantId: string, now: Date): Promise<void> {
  for (const task of await overdueTasks(tx, tenantId, now)) {
    await moveTask(tx, task, 'expire', now)
    await appendEvent(tx, {
      type: 'signing.cancelled',
      at: now,
      subject: { task: task.taskId, person: task.personId },
      data: { kind: task.kind, cause: 'expired' },
    })
    await deps.signals.notify(tx, ...taskTopics(task))
  }
}
