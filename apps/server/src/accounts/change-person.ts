import { appendEvent } from '../evidence/index.ts'
import type { Platform, Tx } from '../platform/index.ts'
import type { Consequences } from './consequences.ts'
import { AccountsError } from './errors.ts'
import { lockPerson, membershipsOf, personById, setMobile, setName } from './people.ts'

/**
 * Corrects a name or changes a mobile. A certificate in another name is revoked; applications under way were proofed with
 * what was on record before, and end. Throws `accounts.person-unknown`, `accounts.person-needs-district`.
 */
export async function changePerson(
  platform: Pick<Platform, 'clock' | 'sealer'>,
  tx: Tx,
  given: {
    readonly tenantId: string
    readonly staffId: string
    readonly personId: string
    readonly name?: string | undefined
    readonly mobile?: string | undefined
    /** Where whoever asks decides; null for the whole district. */
    readonly centreIds: readonly string[] | null
  },
  consequences: Pick<Consequences, 'personChanged'>,
): Promise<void> {
  // 1. One change of a person at a time.
  if (!(await lockPerson(tx, given))) throw new AccountsError('accounts.person-unknown')
  const before = await personById(platform.sealer, tx, given)
  const name = given.name?.trim()
  const at = platform.clock.now()
  const renamed = name !== undefined && name !== before?.name
  // 2. Anybody's ID number can be registered at one's own centre: the name and the mobile, by which a certificate in use
  // elsewhere could be superseded, are then not this centre's alone.
  if ((renamed || given.mobile !== undefined) && !(await worksOnlyThere(tx, given)))
    throw new AccountsError('accounts.person-needs-district')
  // 3. What is on record.
  if (renamed) await setName(tx, { ...given, name })
  const moved =
    given.mobile !== undefined &&
    (await setMobile(platform.sealer, tx, { ...given, mobile: given.mobile }))
  if (!renamed && !moved) return
  // 4. What followed from the old data ends, in the same commit.
  const { tenantId, personId, staffId } = given
  await consequences.personChanged(tx, { tenantId, personId, staffId, renamed, at })
  const change = [...(renamed ? ['name'] : []), ...(moved ? ['mobile'] : [])].join(',')
  const subject = { personId, staffId }
  await appendEvent(tx, { type: 'person.changed', at, subject, data: { change } })
}

async function worksOnlyThere(
  tx: Tx,
  asked: {
    readonly tenantId: string
    readonly personId: string
    readonly centreIds: readonly string[] | null
  },
): Promise<boolean> {
  const { centreIds } = asked
  if (centreIds === null) return true
  const memberships = await membershipsOf(tx, asked)
  return memberships.every(({ centreId }) => centreIds.includes(centreId))
}
