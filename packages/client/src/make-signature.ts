import { parseSm2PublicKey, type Sm2Signature, wipe } from '@yunqian/sm'
import { oprfBlind } from '@yunqian/sm/oprf'
import {
  decodeSignAnswer,
  encodeJoinMessage,
  phoneSignFinish,
  phoneSignJoin,
  type PhoneSignState,
} from '@yunqian/sm/two-party'
import { utf8 } from './bytes.ts'
import type { SignatureMaking } from './crypto-module.ts'
import { PhoneError } from './errors.ts'
import { honest } from './honest.ts'
import { finalizePin } from './pin-evaluation.ts'
import { type ModuleInside, unwrapShare, wrapPad } from './pin.ts'

type JoinInput = Parameters<SignatureMaking['join']>[0]

/** One signature in the making: the PIN, its blind, d1 and w1 are wiped by `wipe`, whatever came of it. */
export class SoftwareSignatureMaking implements SignatureMaking {
  readonly blinded: Uint8Array
  readonly #inside: ModuleInside
  readonly #pin: Uint8Array
  readonly #blind: Uint8Array
  #joined?: { readonly session: JoinInput; readonly d1: Uint8Array; readonly state: PhoneSignState }
  #begun = false
  #wiped = false

  constructor(inside: ModuleInside, pin: string) {
    this.#inside = inside
    this.#pin = utf8(pin)
    const { blind, blinded } = oprfBlind(this.#pin, inside.random)
    this.#blind = blind
    this.blinded = blinded
  }

  async join(session: JoinInput): Promise<Uint8Array> {
    this.#requireUsable()
    // One PIN entry is one signature: a second nonce under it would never be asked for by an honest caller.
    if (this.#begun) throw new PhoneError('phone.server-dishonest')
    this.#begun = true
    const { key } = session
    const secrets = [this.#pin, this.#blind]
    try {
      const oprfOutput = finalizePin(this.#pin, this.#blind, this.blinded, session)
      secrets.push(oprfOutput)
      const pad = await wrapPad(this.#inside.deviceKeys, oprfOutput, key.wrapSalt)
      secrets.push(pad)
      // Wiped while the device worked: whoever wiped believes that no d1 or w1 comes after.
      this.#requireUsable()
      return this.#joinWith(unwrapShare(key.wrappedShare, pad), session)
    } finally {
      wipe(...secrets)
    }
  }

  #joinWith(d1: Uint8Array, session: JoinInput): Uint8Array {
    const { sid, context, e, commitment } = session
    const { random } = this.#inside
    try {
      const { state, message } = phoneSignJoin({ sid, context, e, commitment, d1, random })
      this.#joined = { session, d1, state }
      return encodeJoinMessage(message)
    } catch (cause) {
      wipe(d1)
      this.#inside.requireReady()
      throw new PhoneError('phone.server-dishonest', { cause })
    }
  }

  finish(answer: Uint8Array): Sm2Signature {
    this.#requireUsable()
    return honest(() => {
      if (this.#joined === undefined) throw new Error('finished before it was joined')
      const { session, d1, state } = this.#joined
      const { sid, context, e, commitment } = session
      const publicKey = parseSm2PublicKey(session.key.publicKey)
      const decoded = decodeSignAnswer(answer)
      return phoneSignFinish({ sid, context, e, commitment, state, d1, publicKey, answer: decoded })
    })
  }

  wipe(): void {
    this.#wiped = true
    wipe(this.#pin, this.#blind)
    if (this.#joined === undefined) return
    wipe(this.#joined.d1)
    this.#joined.state.w1.destroy()
  }

  #requireUsable(): void {
    this.#inside.requireReady()
    if (this.#wiped) throw new PhoneError('phone.wiped')
  }
}
