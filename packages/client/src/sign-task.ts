import { type CertificateView, phoneEndpoints, type TaskSummary } from '@yunqian/api'
import { parseSm2PublicKey } from '@yunqian/sm'
import { oprfBlind } from '@yunqian/sm/oprf'
import {
  decodeSignAnswer,
  encodeJoinMessage,
  phoneSignFinish,
  phoneSignJoin,
  wipe,
} from '@yunqian/sm/two-party'
import { fromBase64, toBase64, utf8 } from './bytes.ts'
import { honest } from './honest.ts'
import { finalizePin } from './pin-evaluation.ts'
import { unwrapShare, wrapPad } from './pin.ts'
import type { PlatformLink } from './platform-link.ts'
import type { PhonePorts } from './ports.ts'
import type { KeyRecord } from './records.ts'

export type SigningStep = 'pin' | 'join' | 'finish'

export interface Signed {
  readonly task: TaskSummary
  /** Present when the task was the certification request. */
  readonly certificate?: CertificateView
}

/**
 * One two-party signature (design of the two-party key, "Signing"): open, join, finish. `e` is what the phone itself
 * computed from the content it showed. Nothing leaves the phone that was not verified under its own public key.
 */
export async function signTask(
  ports: PhonePorts,
  link: PlatformLink,
  input: {
    readonly device: string
    readonly key: KeyRecord
    readonly taskId: string
    readonly e: Uint8Array
    readonly pin: string
    readonly onStep?: (step: SigningStep) => void
  },
): Promise<Signed> {
  const { device, key, e, pin } = input

  // 1. Open: the server charges one try, evaluates the blinded PIN and commits to its nonce point.
  input.onStep?.('pin')
  const { blind, blinded } = oprfBlind(utf8(pin), ports.random)
  const opened = await link.call(phoneEndpoints.openSigning, {
    device,
    body: { taskId: input.taskId, e: toBase64(e), blinded: toBase64(blinded) },
  })
  const sid = utf8(opened.sid)
  const context = fromBase64(opened.context)
  const commitment = fromBase64(opened.commitment)
  const oprfOutput = finalizePin({
    pin,
    blind,
    blinded,
    oprfPublicKey: key.oprfPublicKey,
    answer: opened,
  })
  const pad = await wrapPad(ports.deviceKeys, oprfOutput, key.wrapSalt)
  const d1 = unwrapShare(key.wrappedShare, pad)

  try {
    // 2. Join: a fresh nonce for this session alone. The same message is sent again when an answer is lost.
    input.onStep?.('join')
    const { state, message } = phoneSignJoin({
      sid,
      context,
      e,
      commitment,
      d1,
      random: ports.random,
    })
    const joined = await link.call(phoneEndpoints.joinSigning, {
      device,
      params: { sid: opened.sid },
      body: { message: toBase64(encodeJoinMessage(message)) },
    })

    // 3. Finish: commitment, r and the whole signature are checked before anything is released.
    input.onStep?.('finish')
    const publicKey = parseSm2PublicKey(key.publicKey)
    const signature = honest(() => {
      const answer = decodeSignAnswer(fromBase64(joined.answer))
      return phoneSignFinish({ sid, context, e, commitment, state, d1, publicKey, answer })
    })
    return await link.call(phoneEndpoints.finishSigning, {
      device,
      params: { sid: opened.sid },
      body: { r: toBase64(signature.r), s: toBase64(signature.s) },
    })
  } finally {
    wipe(d1)
    wipe(pad)
    wipe(oprfOutput)
  }
}
