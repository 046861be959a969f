import { equalBytes, wipe } from '@yunqian/sm'
import { oprfBlind } from '@yunqian/sm/oprf'
import {
  decodeKeyOpening,
  encodeKeyShareMessage,
  phoneKeyFinish,
  phoneKeyShare,
} from '@yunqian/sm/two-party'
import { utf8 } from './bytes.ts'
import type { KeyMaking, WrappedShare } from './crypto-module.ts'
import { PhoneError } from './errors.ts'
import { honest } from './honest.ts'
import { finalizePin } from './pin-evaluation.ts'
import { type ModuleInside, wrapPad, wrapShare } from './pin.ts'

/** The phone's half of a new key while it is being made: d1, the PIN and its blind are wiped by `wipe`. */
export class SoftwareKeyMaking implements KeyMaking {
  readonly share: Uint8Array
  readonly blinded: Uint8Array
  readonly #inside: ModuleInside
  readonly #session: { readonly sid: Uint8Array; readonly context: Uint8Array }
  readonly #pin: Uint8Array
  readonly #blind: Uint8Array
  readonly #d1: Uint8Array
  #wiped = false

  constructor(
    inside: ModuleInside,
    session: { readonly sid: Uint8Array; readonly context: Uint8Array },
    pin: string,
  ) {
    this.#inside = inside
    this.#session = session
    this.#pin = utf8(pin)
    const { state, message } = phoneKeyShare({ ...session, random: inside.random })
    this.#d1 = state.d1
    this.share = encodeKeyShareMessage(message)
    const { blind, blinded } = oprfBlind(this.#pin, inside.random)
    this.#blind = blind
    this.blinded = blinded
  }

  async finish(answer: Parameters<KeyMaking['finish']>[0]): Promise<WrappedShare> {
    this.#requireUsable()
    // 1. The opening is what was committed to before our share was shown, and both sides have one public key.
    const publicKey = honest(() => {
      const opening = decodeKeyOpening(answer.opening)
      const { commitment } = answer
      const made = phoneKeyFinish({
        ...this.#session,
        state: { d1: this.#d1 },
        commitment,
        opening,
      })
      if (!equalBytes(made.publicKey, answer.publicKey)) throw new Error('public keys differ')
      return made.publicKey
    })
    // 2. Wrap. From here on d1 exists only when device, PIN and server come together.
    const secrets = [finalizePin(this.#pin, this.#blind, this.blinded, answer)]
    try {
      const wrapSalt = this.#inside.random(16)
      const pad = await wrapPad(this.#inside.deviceKeys, secrets[0]!, wrapSalt)
      secrets.push(pad)
      // Wiped while the device worked, d1 is zeros, and what would be stored is the bare pad.
      this.#requireUsable()
      return { publicKey, wrapSalt, wrappedShare: wrapShare(this.#d1, pad) }
    } finally {
      wipe(...secrets)
      this.wipe()
    }
  }

  wipe(): void {
    this.#wiped = true
    wipe(this.#d1, this.#blind, this.#pin)
  }

  #requireUsable(): void {
    this.#inside.requireReady()
    if (this.#wiped) throw new PhoneError('phone.wiped')
  }
}
