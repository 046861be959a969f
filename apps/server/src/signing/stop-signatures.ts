import type { Tx } from '../platform/index.ts'
import { abandonSession } from './close-session.ts'
import type { SigningDeps } from './ports.ts'
import { answeredSessions } from './session-store.ts'
import { lastCompletion } from './signature-store.ts'
import { signedUnder } from './task-store.ts'
import { voidSignature } from './void-signature.ts'

interface StoppedCertificate {
  readonly tenantId: string
  readonly certificateId: string
  readonly keyId: string
  readonly at: Date
}

/**
 * In the transaction that suspends or revokes a certificate, whose key the caller has locked: what was signed under it and
 * has no timestamp yet would be stamped after the certificate stopped, and no verifier could tell it from a thief's. It is
 * voided, and its holder told to sign again; nobody who stops a certificate waits for a timestamp. Answers the moment from
 * which the certificate may be said to have stopped: after everything that was finished under it.
 */
export async function stopSignatures(
  deps: Pick<SigningDeps, 'clock' | 'signals' | 'forms'>,
  tx: Tx,
  stopped: StoppedCertificate,
): Promise<Date> {
  // 1. Answers whose signature has not come: a phone may hold one, and its finish will be refused.
  for (const session of await answeredSessions(tx, stopped))
    await abandonSession(tx, session, deps.clock.now(), 'certificate-stopped')
  // 2. Signatures not completed. One that is being completed holds its task's row: it is finished first, and stands.
  for (const task of await signedUnder(tx, stopped))
    await voidSignature(deps, tx, task, 'certificate-stopped')
  // 3. Read after those locks. Timestamps, lists and OCSP answers carry whole seconds, and the same second counts as after.
  const last = await lastCompletion(tx, stopped)
  const after = last ? (Math.floor(last.getTime() / 1000) + 1) * 1000 : 0
  return new Date(Math.max(stopped.at.getTime(), deps.clock.now().getTime(), after))
}
