import { describe, expect, it } from 'vitest'
import { toHex } from '../bytes.ts'
import { engine } from '../curve/engine.ts'
import { parseSm2PrivateKey, sm2PublicKeyOf } from '../sm2-key.ts'
import { sm2Verify, sm2VerifyDigest } from '../sm2-signature.ts'
import { phoneSignFinish, phoneSignJoinBatch } from './phone-signing.ts'
import {
  ascii,
  digestFor,
  joinSession,
  makeKey,
  random,
  session,
  sign,
} from './protocol.fixture.ts'
import { serverSignAnswer, serverSignAnswerBatch, serverSignOpen } from './server-signing.ts'
import { changePhoneShare, changeServerShare, drawShareFactor } from './share-change.ts'

const key = makeKey()

/** d, put together as no party of the protocol ever can, to check the algebra from outside. */
function wholePrivateKey(d1: Uint8Array, d2: Uint8Array): Uint8Array {
  const one = new Uint8Array(32)
  one[31] = 1
  return engine.subtractScalars(engine.invertScalar(engine.multiplyScalars(d1, d2)), one)
}

describe('key generation', () => {
  it('gives both sides the same public key, whose private key is (d1·d2)^-1 - 1', () => {
    expect(key.serverPublicKey).toEqual(key.publicKey)
    const d = parseSm2PrivateKey(wholePrivateKey(key.d1, key.d2))
    expect(toHex(sm2PublicKeyOf(d))).toBe(toHex(key.publicKey))
  })

  it('gives another key every time', () => {
    expect(toHex(makeKey().publicKey)).not.toBe(toHex(key.publicKey))
  })
})

describe('signing', () => {
  it('makes a signature that verifies as any other', () => {
    const signature = sign(key)
    expect(sm2Verify(key.publicKey, ascii('a prescription'), signature)).toBe(true)
    expect(sm2Verify(key.publicKey, ascii('another prescription'), signature)).toBe(false)
  })

  it('makes s = (1+d)^-1·(k+r) - r with k = w2 + d2^-1·w1', () => {
    const { server, phone, e } = joinSession(key)
    // The nonces are taken for the check and put back, which only a test that sees both can do.
    const w1 = phone.state.w1.take()
    const w2 = server.state.w2.take()
    const k = engine.addScalars(w2, engine.multiplyScalars(engine.invertScalar(key.d2), w1))
    const x = engine.multiplyBase(k).subarray(1, 33)
    const r = engine.addScalars(engine.reduce(e), engine.reduce(x))
    const inverse = engine.multiplyScalars(key.d1, key.d2)
    const s = engine.subtractScalars(engine.multiplyScalars(inverse, engine.addScalars(k, r)), r)
    expect(sm2VerifyDigest(key.publicKey, e, { r, s })).toBe(true)
  })

  it('signs two digests of one key at once, interleaved', () => {
    const a = joinSession(key, session('a'), 'text a')
    const b = joinSession(key, session('b'), 'text b')
    const answerB = serverSignAnswer(b.server)
    const answerA = serverSignAnswer(a.server)
    const signatureA = phoneSignFinish({ ...a.phone, answer: answerA })
    const signatureB = phoneSignFinish({ ...b.phone, answer: answerB })
    expect(sm2Verify(key.publicKey, ascii('text a'), signatureA)).toBe(true)
    expect(sm2Verify(key.publicKey, ascii('text b'), signatureB)).toBe(true)
  })

  it('leaves the server without a trace of w2 and the phone without w1', () => {
    const { server, phone } = joinSession(key)
    const answer = serverSignAnswer(server)
    phoneSignFinish({ ...phone, answer })
    expect(server.state.w2.spent).toBe(true)
    expect(phone.state.w1.spent).toBe(true)
    expect(JSON.stringify({ server: server.state.w2, phone: phone.state.w1 })).toBe(
      '{"server":{},"phone":{}}',
    )
  })

  it('draws unrelated w1 and w2 for two sessions even when the random source repeats itself', () => {
    const stuck = (length: number) => new Uint8Array(length).fill(9)
    const e = digestFor(key, 'text')
    const first = serverSignOpen({ ...session('1'), e, random: stuck })
    const second = serverSignOpen({ ...session('2'), e, random: stuck })
    expect(toHex(first.state.R2)).not.toBe(toHex(second.state.R2))
    const join = (name: string, commitment: Uint8Array) =>
      phoneSignJoinBatch({
        ...session(name),
        items: [{ e, commitment }],
        d1: key.d1,
        random: stuck,
      }).message.Q1s[0]!
    expect(toHex(join('1', first.commitment))).not.toBe(toHex(join('1', second.commitment)))
  })
})

describe('a batch', () => {
  const at = session('batch')
  const texts = ['one', 'two', 'three']

  function open() {
    return texts.map((text) => {
      const e = digestFor(key, text)
      return { e, ...serverSignOpen({ ...at, e, random }) }
    })
  }

  it('signs every digest under one proof', () => {
    const items = open()
    const { states, message } = phoneSignJoinBatch({ ...at, items, d1: key.d1, random })
    const { d1, d2, P1, publicKey } = key
    const answers = serverSignAnswerBatch({ ...at, items, d2, P1, message })
    for (const [i, { e, commitment }] of items.entries()) {
      const signature = phoneSignFinish({
        ...at,
        e,
        commitment,
        state: states[i]!,
        d1,
        publicKey,
        answer: answers[i]!,
      })
      expect(sm2Verify(publicKey, ascii(texts[i]!), signature)).toBe(true)
    }
  })

  it('answers nothing when a digest is missing, added, exchanged or listed twice', () => {
    const { d1, d2, P1 } = key
    const items = open()
    const { message } = phoneSignJoinBatch({ ...at, items, d1, random })
    const [a, b, c] = items as [(typeof items)[0], (typeof items)[0], (typeof items)[0]]
    const attempt = (changed: typeof items) => () =>
      serverSignAnswerBatch({ ...at, items: changed, d2, P1, message })
    expect(attempt([a, b])).toThrow('two-party.invalid-message')
    expect(attempt([])).toThrow('two-party.invalid-message')
    expect(attempt([b, a, c])).toThrow('two-party.proof-invalid')
    expect(attempt([a, b, b])).toThrow('two-party.proof-invalid')
    expect(items.every(({ state }) => !state.w2.spent)).toBe(true)

    const twice = [a, a]
    const joined = phoneSignJoinBatch({ ...at, items: twice, d1, random })
    expect(() =>
      serverSignAnswerBatch({ ...at, items: twice, d2, P1, message: joined.message }),
    ).toThrow('two-party.nonce-spent')
  })
})

describe('changing the shares', () => {
  const factor = drawShareFactor(random)
  const d1 = changePhoneShare(key.d1, factor)
  const changed = { ...key, d1, ...changeServerShare(key, factor) }

  it('signs under the same public key with the new pair', () => {
    expect(sm2Verify(key.publicKey, ascii('a prescription'), sign(changed))).toBe(true)
  })

  it('fits no old half to a new one', () => {
    const oldPhone = joinSession({ ...changed, d1: key.d1 })
    expect(() => serverSignAnswer(oldPhone.server)).toThrow('two-party.proof-invalid')
    const oldServer = joinSession(changed)
    expect(() => serverSignAnswer({ ...oldServer.server, P1: key.P1 })).toThrow(
      'two-party.proof-invalid',
    )
    // A server that answers all the same, with its old share, is caught by the phone.
    const answer = serverSignAnswer({ ...oldServer.server, d2: key.d2 })
    expect(() => phoneSignFinish({ ...oldServer.phone, answer })).toThrow(
      'two-party.answer-invalid',
    )
  })
})
