import { phoneEndpoints } from '@yunqian/api'
import { equalBytes } from '@yunqian/sm'
import { oprfBlind } from '@yunqian/sm/oprf'
import {
  decodeKeyOpening,
  encodeKeyShareMessage,
  phoneKeyFinish,
  phoneKeyShare,
  wipe,
} from '@yunqian/sm/two-party'
import { fromBase64, toBase64, utf8 } from './bytes.ts'
import { honest } from './honest.ts'
import { finalizePin } from './pin-evaluation.ts'
import { requireUsablePin, wrapPad, wrapShare } from './pin.ts'
import type { PlatformLink } from './platform-link.ts'
import type { PhonePorts } from './ports.ts'
import { type EnrollmentRecord, type KeyRecord, writeKey } from './records.ts'

/**
 * Makes the two-party key and keeps the phone's share, wrapped under device and PIN. If the phone dies before the
 * share is stored, the server's half is worth nothing and the step begins again with another key.
 */
export async function createKey(
  ports: PhonePorts,
  link: PlatformLink,
  enrollment: EnrollmentRecord,
  pin: string,
): Promise<KeyRecord> {
  requireUsablePin(pin)
  const { enrollmentId, deviceId } = enrollment
  const params = { enrollmentId }

  // 1. The server commits to its share before it sees ours.
  const begun = await link.call(phoneEndpoints.beginKey, { device: deviceId, params, body: {} })
  const sid = utf8(begun.sid)
  const context = fromBase64(begun.context)
  const commitment = fromBase64(begun.commitment)

  // 2. Our share, proved; and the PIN, blinded.
  const { state, message } = phoneKeyShare({ sid, context, random: ports.random })
  const { blind, blinded } = oprfBlind(utf8(pin), ports.random)
  const shared = await link.call(phoneEndpoints.shareKey, {
    device: deviceId,
    params,
    body: {
      sid: begun.sid,
      share: toBase64(encodeKeyShareMessage(message)),
      blinded: toBase64(blinded),
    },
  })

  // 3. The opening must be what was committed to, and both sides must have the same public key.
  const { d1, publicKey } = honest(() =>
    phoneKeyFinish({
      sid,
      context,
      state,
      commitment,
      opening: decodeKeyOpening(fromBase64(shared.opening)),
    }),
  )
  honest(() => {
    if (!equalBytes(publicKey, fromBase64(shared.publicKey))) throw new Error('public keys differ')
  })

  // 4. Wrap, store, forget. From here on d1 exists only when device, PIN and server come together.
  const oprfPublicKey = fromBase64(begun.oprfPublicKey)
  const oprfOutput = finalizePin({ pin, blind, blinded, oprfPublicKey, answer: shared })
  const wrapSalt = ports.random(16)
  const pad = await wrapPad(ports.deviceKeys, oprfOutput, wrapSalt)
  const wrappedShare = wrapShare(d1, pad)
  wipe(d1)
  wipe(pad)
  wipe(oprfOutput)
  const record: KeyRecord = {
    v: 1,
    keyId: begun.keyId,
    publicKey,
    oprfPublicKey,
    wrapSalt,
    wrappedShare,
    csrTaskId: shared.csrTaskId,
  }
  await writeKey(ports.storage, record)
  return record
}
