import { phoneEndpoints } from '@yunqian/api'
import { fromBase64, toBase64, utf8 } from './bytes.ts'
import type { CryptoModule } from './crypto-module.ts'
import type { PlatformLink } from './platform-link.ts'
import type { PhoneStorage } from './ports.ts'
import { type EnrollmentRecord, type KeyRecord, writeKey } from './records.ts'
import { requireUsablePin } from './usable-pin.ts'

/**
 * Makes the two-party key and keeps the phone's share, wrapped under device and PIN. If the phone dies before the
 * share is stored, the server's half is worth nothing and the step begins again with another key.
 */
export async function createKey(
  deps: {
    readonly storage: PhoneStorage
    readonly link: PlatformLink
    readonly module: CryptoModule
  },
  enrollment: EnrollmentRecord,
  pin: string,
): Promise<KeyRecord> {
  requireUsablePin(pin)
  const { link, module } = deps
  const { enrollmentId, deviceId: device } = enrollment
  const params = { enrollmentId }

  // 1. The server commits to its share before it sees ours.
  const begun = await link.call(phoneEndpoints.beginKey, { device, params, body: {} })
  const session = { sid: utf8(begun.sid), context: fromBase64(begun.context) }

  const making = module.makeKey(session, pin)
  try {
    // 2. Our share, proved; and the PIN, blinded.
    const body = {
      sid: begun.sid,
      share: toBase64(making.share),
      blinded: toBase64(making.blinded),
    }
    const shared = await link.call(phoneEndpoints.shareKey, { device, params, body })

    // 3. The opening is checked against the commitment, the share wrapped.
    const oprfPublicKey = fromBase64(begun.oprfPublicKey)
    const wrapped = await making.finish({
      commitment: fromBase64(begun.commitment),
      opening: fromBase64(shared.opening),
      publicKey: fromBase64(shared.publicKey),
      oprfPublicKey,
      evaluation: fromBase64(shared.evaluation),
      evaluationProof: fromBase64(shared.evaluationProof),
    })

    // 4. Store.
    const { csrTaskId } = shared
    const record: KeyRecord = { v: 1, keyId: begun.keyId, oprfPublicKey, csrTaskId, ...wrapped }
    await writeKey(deps.storage, record)
    return record
  } finally {
    making.wipe()
  }
}
