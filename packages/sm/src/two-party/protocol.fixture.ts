// Honest runs of the protocol, which tests then bend at one place.
import { sm2MessageDigest } from '../sm2-digest.ts'
import {
  phoneKeyFinish,
  phoneKeyShare,
  serverKeyCommit,
  serverKeyOpen,
  type Session,
} from './key-generation.ts'
import { phoneSignFinish, phoneSignJoin } from './phone-signing.ts'
import { serverSignAnswer, serverSignOpen } from './server-signing.ts'

export const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
export const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

export const session = (name: string): Session => ({
  sid: ascii(name),
  context: ascii('{"deviceId":"device-1","keyId":"key-1","epoch":1}'),
})

export function makeKey(at: Session = session('keygen')) {
  const { state, commitment } = serverKeyCommit({ ...at, random })
  const phone = phoneKeyShare({ ...at, random })
  const opened = serverKeyOpen({ ...at, state, message: phone.message })
  const { opening } = opened
  const finished = phoneKeyFinish({ ...at, state: phone.state, commitment, opening })
  return {
    d1: finished.d1,
    d2: state.d2,
    P1: opened.P1,
    P2: opening.P2,
    publicKey: finished.publicKey,
    serverPublicKey: opened.publicKey,
  }
}

export type MadeKey = ReturnType<typeof makeKey>

export const digestFor = (key: MadeKey, text: string): Uint8Array =>
  sm2MessageDigest(key.publicKey, ascii(text))

/** A session as far as the phone's join. */
export function joinSession(key: MadeKey, at: Session = session('sign'), text = 'a prescription') {
  const e = digestFor(key, text)
  const { state, commitment } = serverSignOpen({ ...at, e, random })
  const phone = phoneSignJoin({ ...at, e, commitment, d1: key.d1, random })
  return {
    e,
    commitment,
    server: { ...at, e, commitment, state, d2: key.d2, P1: key.P1, message: phone.message },
    phone: { ...at, e, commitment, state: phone.state, d1: key.d1, publicKey: key.publicKey },
  }
}

export function sign(key: MadeKey, at: Session = session('sign'), text = 'a prescription') {
  const { server, phone } = joinSession(key, at, text)
  return phoneSignFinish({ ...phone, answer: serverSignAnswer(server) })
}

/** The bytes with one bit of the last byte turned. */
export function bent(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[copy.length - 1]! ^= 1
  return copy
}
