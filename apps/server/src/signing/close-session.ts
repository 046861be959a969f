import { appendEvent } from '../evidence/index.ts'
import { keyById, refundTry, suspendKey, triesLeft } from '../keys/two-party/index.ts'
import type { Tx } from '../platform/index.ts'
import { releaseHead } from './document-store.ts'
import type { SigningDeps } from './ports.ts'
import { closeSession, type SigningSession } from './session-store.ts'

/** What an event says about a session. */
export const sessionSubject = (session: SigningSession): Record<string, string> => ({
  task: session.taskId,
  session: session.sid,
  key: session.keyId,
  device: session.deviceId,
})

/**
 * The process that held the nonce is gone, and the nonce with it: nothing was or can be signed in this session, so the
 * holder's try is given back. The caller holds the session's row.
 */
export async function loseSession(tx: Tx, session: SigningSession, at: Date): Promise<void> {
  await closeSession(tx, session, 'lost', at)
  await refundTry(tx, session)
  await releaseHead(tx, session.tenantId, session.sid)
  await appendEvent(tx, {
    type: 'signing.aborted',
    at,
    subject: sessionSubject(session),
    data: { cause: 'session-lost', possiblySigned: false },
  })
}

/** Nobody joined in time. The try stays spent: whoever opened it has had an evaluation of a PIN. */
export async function expireSession(
  deps: Pick<SigningDeps, 'certificates'>,
  tx: Tx,
  session: SigningSession,
  at: Date,
): Promise<void> {
  await closeSession(tx, session, 'expired', at)
  await releaseHead(tx, session.tenantId, session.sid)
  await appendEvent(tx, {
    type: 'signing.aborted',
    at,
    subject: sessionSubject(session),
    data: { cause: 'expired', possiblySigned: false },
  })
  await suspendIfExhausted(deps, tx, session, at)
}

/** The answer left and no signature came back: the phone may hold one that we never saw. */
export async function abandonSession(
  tx: Tx,
  session: SigningSession,
  at: Date,
  cause: 'not-finished' | 'certificate-stopped' = 'not-finished',
): Promise<void> {
  await closeSession(tx, session, 'abandoned', at)
  await releaseHead(tx, session.tenantId, session.sid)
  await appendEvent(tx, {
    type: 'signing.aborted',
    at,
    subject: sessionSubject(session),
    data: { cause, possiblySigned: true },
  })
}

/**
 * A proof that does not hold is a wrong PIN. The try was charged when the session opened and stays charged; the last one
 * stops the key and suspends its certificate, in the same commit. Returns the tries left.
 */
export async function failPin(
  deps: Pick<SigningDeps, 'certificates'>,
  tx: Tx,
  session: SigningSession,
  at: Date,
): Promise<number> {
  const key = await keyById(tx, session, 'for update')
  if (!key) throw new Error('a session without its key')
  const left = triesLeft(key)
  await closeSession(tx, session, 'pin-wrong', at)
  await releaseHead(tx, session.tenantId, session.sid)
  await appendEvent(tx, {
    type: 'pin.failed',
    at,
    subject: sessionSubject(session),
    data: { triesLeft: left },
  })
  await suspendIfExhausted(deps, tx, session, at)
  return left
}

/** The last try is spent: key and certificate stop in the commit that spent it. */
async function suspendIfExhausted(
  deps: Pick<SigningDeps, 'certificates'>,
  tx: Tx,
  session: SigningSession,
  at: Date,
): Promise<void> {
  const key = await keyById(tx, session, 'for update')
  if (!key || key.state !== 'active' || triesLeft(key) > 0) return
  const reason = 'pin-exhausted'
  await suspendKey(tx, { ...key, reason, at })
  await appendEvent(tx, {
    type: 'key.suspended',
    at,
    subject: { key: key.keyId, person: key.personId, device: key.deviceId },
    data: { reason },
  })
  const certificate = await deps.certificates.ofPerson(tx, key)
  if (certificate?.keyId !== key.keyId || certificate.state !== 'valid') return
  const { certificateId } = certificate
  await deps.certificates.suspend(tx, { tenantId: key.tenantId, certificateId, reason, at })
}
