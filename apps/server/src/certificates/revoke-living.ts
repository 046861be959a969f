import type { Tx } from '../platform/index.ts'
import { type ChangeDeps, changeState } from './change-state.ts'
import { livingCertificates, namesCentre } from './store.ts'

export interface Leaving {
  readonly tenantId: string
  readonly personId: string
  readonly staffId: string
  readonly reason: string
  readonly at: Date
  /** Only what was issued for this centre; absent: whatever the person has. */
  readonly centreId?: string
}

/** Revokes what of a person's certificates says what is no longer so (`affiliationChanged`, RFC 5280 §5.3.1). */
export async function revokeLiving(deps: ChangeDeps, tx: Tx, given: Leaving): Promise<void> {
  const { tenantId, staffId, reason, at, centreId } = given
  for (const { certificateId } of await livingCertificates(tx, { ...given, now: at })) {
    if (centreId && !(await namesCentre(tx, { tenantId, certificateId, centreId }))) continue
    await changeState(deps, tx, 'revoke', {
      tenantId,
      certificateId,
      reason,
      at,
      by: { staffId },
      revocationReason: 'affiliationChanged',
    })
  }
}
