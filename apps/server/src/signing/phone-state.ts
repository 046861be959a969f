import type { KeyView, PhoneState, Static } from '@yunqian/api'
import { keyById, triesLeft, type TwoPartyKey } from '../keys/two-party/index.ts'
import { SigningError } from './errors.ts'
import { handwritingOf } from './handwriting.ts'
import type { PhoneCaller, SigningDeps } from './ports.ts'

/** The holder, their certificate and their key, as this phone may see them. */
export async function getPhoneState(deps: SigningDeps, caller: PhoneCaller): Promise<PhoneState> {
  const { tenantId, personId, deviceId } = caller
  // Nobody's phone yet: the application tells how far it has come.
  if (personId === undefined) throw new SigningError('certificates.none')
  const person = { tenantId, personId }
  return deps.db.tx({ tenantId }, async (tx) => {
    const described = await deps.people.describe(tx, person)
    const found = await deps.certificates.ofPerson(tx, person)
    const certificate = found
      ? await deps.certificates.view(tx, { tenantId, certificateId: found.certificateId })
      : undefined
    const key = found && (await keyById(tx, { tenantId, keyId: found.keyId }))
    const handwriting = await handwritingOf(deps, tx, person)
    return {
      person: {
        personId,
        name: described.name,
        idNumberMasked: described.idNumberMasked,
        mobileMasked: described.mobileMasked,
      },
      deviceId,
      centres: described.centres.map((centre) => ({ ...centre })),
      ...(certificate ? { certificate } : {}),
      ...(key ? { key: keyView(key) } : {}),
      ...(handwriting ? { handwriting } : {}),
      serverTime: deps.clock.now().toISOString(),
    }
  })
}

function keyView(key: TwoPartyKey): Static<typeof KeyView> {
  return {
    keyId: key.keyId,
    epoch: key.epoch,
    state: key.state,
    triesLeft: triesLeft(key),
    oprfPublicKey: Buffer.from(key.oprfPublicKey).toString('base64'),
  }
}
