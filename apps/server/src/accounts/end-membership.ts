import { appendEvent } from '../evidence/index.ts'
import type { Platform, Tx } from '../platform/index.ts'
import type { Consequences } from './consequences.ts'
import { AccountsError } from './errors.ts'
import { lockPerson, membershipsOf } from './people.ts'

/** A person leaves a centre, in whatever roles. Throws `accounts.membership-unknown`. */
export async function endMembership(
  platform: Pick<Platform, 'clock' | 'sealer'>,
  tx: Tx,
  given: {
    readonly tenantId: string
    readonly staffId: string
    readonly personId: string
    readonly centreId: string
    readonly reason: string
  },
  consequences: Pick<Consequences, 'memberLeft'>,
): Promise<void> {
  const { tenantId, personId, centreId, staffId, reason } = given
  const at = platform.clock.now()
  // Held against a certificate that is being issued in this moment: it is either ended here or not issued.
  await lockPerson(tx, given)
  const ended = await tx.execute(
    `update membership set state = 'ended'
     where tenant_id = $1 and person_id = $2 and centre_id = $3 and state = 'active'`,
    [tenantId, personId, centreId],
  )
  if (ended === 0) throw new AccountsError('accounts.membership-unknown')
  const worksElsewhere = (await membershipsOf(tx, given)).length > 0
  await consequences.memberLeft(tx, { ...given, at, worksElsewhere })
  await appendEvent(tx, {
    type: 'membership.ended',
    at,
    subject: { personId, centreId, staffId },
    personal: { sealer: platform.sealer, values: { reason } },
  })
}
