// The phone's half of the protocol in a few direct calls, so that a test can bend any step of it.
import { parseSm2PublicKey, sm2MessageDigest, type Sm2Signature } from '@yunqian/sm'
import { oprfBlind, oprfFinalize } from '@yunqian/sm/oprf'
import {
  decodeKeyOpening,
  decodeSignAnswer,
  encodeJoinMessage,
  encodeKeyShareMessage,
  phoneKeyFinish,
  phoneKeyShare,
  phoneSignFinish,
  phoneSignJoin,
} from '@yunqian/sm/two-party'
import { systemRandom as random } from '@yunqian/server'
import { sidBytes } from '../../apps/server/src/keys/two-party/index.ts'
import { finishSigning } from '../../apps/server/src/signing/finish-signing.ts'
import { joinSigning } from '../../apps/server/src/signing/join-signing.ts'
import { beginKey, shareKey } from '../../apps/server/src/signing/make-key.ts'
import { openSigning } from '../../apps/server/src/signing/open-signing.ts'
import { getTask } from '../../apps/server/src/signing/prepare-task.ts'
import type { SigningDeps } from '../../apps/server/src/signing/index.ts'
import type { Doctor } from './world.ts'

const rightPin = '493027'

export interface Phone {
  readonly doctor: Doctor
  readonly keyId: string
  readonly publicKey: Uint8Array
  readonly oprfPublicKey: Uint8Array
  /** d1 masked by what the right PIN gives. */
  readonly wrapped: Uint8Array
  readonly csrTaskId: string
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ b[i]!)

/** Makes the two-party key and keeps the phone's share. */
export async function makeKey(deps: SigningDeps, doctor: Doctor): Promise<Phone> {
  const begun = await beginKey(deps, doctor, doctor.enrollmentId)
  const at = { sid: sidBytes(begun.sid), context: begun.context }
  const { state, message } = phoneKeyShare({ ...at, random })
  const { blind, blinded } = oprfBlind(utf8(rightPin), random)
  const shared = await shareKey(deps, doctor, doctor.enrollmentId, {
    sid: begun.sid,
    share: encodeKeyShareMessage(message),
    blinded,
  })
  const { d1, publicKey } = phoneKeyFinish({
    ...at,
    state,
    commitment: begun.commitment,
    opening: decodeKeyOpening(shared.opening),
  })
  const pad = oprfFinalize({
    input: utf8(rightPin),
    blind,
    blinded,
    evaluation: shared.evaluation,
    proof: shared.evaluationProof,
    publicKey: begun.oprfPublicKey,
  })
  return {
    doctor,
    keyId: begun.keyId,
    publicKey,
    oprfPublicKey: begun.oprfPublicKey,
    wrapped: xor(d1, pad),
    csrTaskId: shared.csrTaskId,
  }
}

export interface Opened {
  readonly sid: string
  readonly e: Uint8Array
  readonly blinded: Uint8Array
  readonly triesLeft: number
  /** What the join step would send; each call draws another nonce. */
  join(): { readonly message: Uint8Array; finish(answer: Uint8Array): Sm2Signature }
}

/** Opens a session for a task as it stands now, with the given PIN. */
export async function open(
  deps: SigningDeps,
  phone: Phone,
  taskId: string,
  pin: string = rightPin,
): Promise<Opened> {
  const { toBeSigned } = await getTask(deps, phone.doctor, taskId)
  const publicKey = parseSm2PublicKey(phone.publicKey)
  const e = sm2MessageDigest(publicKey, Buffer.from(toBeSigned, 'base64'))
  const { blind, blinded } = oprfBlind(utf8(pin), random)
  const session = await openSigning(deps, phone.doctor, { taskId, e, blinded })
  const pad = oprfFinalize({
    input: utf8(pin),
    blind,
    blinded,
    evaluation: session.evaluation,
    proof: session.evaluationProof,
    publicKey: phone.oprfPublicKey,
  })
  const d1 = xor(phone.wrapped, pad)
  const at = { sid: sidBytes(session.sid), context: session.context, e }
  const { commitment } = session
  return {
    sid: session.sid,
    e,
    blinded,
    triesLeft: session.triesLeft,
    join: () => {
      const { state, message } = phoneSignJoin({ ...at, commitment, d1, random })
      return {
        message: encodeJoinMessage(message),
        finish: (answer) =>
          phoneSignFinish({
            ...at,
            commitment,
            state,
            d1,
            publicKey,
            answer: decodeSignAnswer(answer),
          }),
      }
    },
  }
}

/** A whole signature: open, join, finish. */
export async function sign(
  deps: SigningDeps,
  phone: Phone,
  taskId: string,
  pin: string = rightPin,
) {
  const opened = await open(deps, phone, taskId, pin)
  const { message, finish } = opened.join()
  const { answer } = await joinSigning(deps, phone.doctor, { sid: opened.sid, message })
  return finishSigning(deps, phone.doctor, { sid: opened.sid, ...finish(answer) })
}

/** A phone whose key is certified: the certification request was its first signature. */
export async function enrol(deps: SigningDeps, doctor: Doctor): Promise<Phone> {
  const phone = await makeKey(deps, doctor)
  await sign(deps, phone, phone.csrTaskId)
  return phone
}
