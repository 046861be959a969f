import { fromHex, parseSm2PublicKey, sm2VerifyDigest, sm3, toHex } from '@yunqian/sm'
import { generateOprfKey, oprfEvaluate } from '@yunqian/sm/oprf'
import {
  decodeJoinMessage,
  decodeKeyShareMessage,
  encodeKeyOpening,
  encodeSignAnswer,
  serverKeyCommit,
  serverKeyOpen,
  serverSignAnswer,
  serverSignOpen,
} from '@yunqian/sm/two-party'
import { describe, expect, it } from 'vitest'
import type { KeyMaking, SignatureMaking } from './crypto-module.ts'
import { memoryKeyStore, webCryptoDeviceKeys } from './device-keys.ts'
import type { DeviceKeys } from './ports.ts'
import { SoftwareModule } from './software-module.ts'
import { unwrapShare, wrapShare } from './pin.ts'

const systemRandom = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const pin = '493817'
const session = { sid: new Uint8Array(16).fill(1), context: new Uint8Array(4).fill(2) }
const oprf = generateOprfKey(systemRandom)

/** Remembers every array that held a secret, to see afterwards that it was wiped. */
function watched(random = systemRandom, meanwhile = () => {}) {
  const secrets: Uint8Array[] = []
  const inner = webCryptoDeviceKeys(crypto.subtle, memoryKeyStore())
  const deviceKeys: DeviceKeys = {
    ...inner,
    deriveWrapSecret: async (input) => {
      const secret = await inner.deriveWrapSecret(input)
      secrets.push(secret)
      meanwhile()
      return secret
    },
  }
  return { secrets, module: new SoftwareModule({ random, deviceKeys }) }
}

const evaluated = (blinded: Uint8Array, key = oprf) => {
  const answer = oprfEvaluate(key.secret, key.publicKey, blinded, systemRandom)
  const { evaluation, proof: evaluationProof } = answer
  return { evaluation, evaluationProof, oprfPublicKey: oprf.publicKey }
}

async function madeKey(module: SoftwareModule) {
  const { state, commitment } = serverKeyCommit({ ...session, random: systemRandom })
  const making = module.makeKey(session, pin)
  const message = decodeKeyShareMessage(making.share)
  const { P1, publicKey, opening } = serverKeyOpen({ ...session, state, message })
  const sent = { commitment, opening: encodeKeyOpening(opening), publicKey }
  const key = await making.finish({ ...sent, ...evaluated(making.blinded) })
  return { key, P1, d2: state.d2, making }
}

/** One signature with a server that keeps to the protocol unless `lie` bends what it answers. */
async function signed(
  module: SoftwareModule,
  { key, P1, d2 }: Awaited<ReturnType<typeof madeKey>>,
  lie: (answer: Uint8Array) => Uint8Array = (answer) => answer,
) {
  const e = sm3(new TextEncoder().encode('a record'))
  const { state, commitment } = serverSignOpen({ ...session, e, random: systemRandom })
  const making = module.sign(pin)
  const joinInput = { ...session, commitment, e, key, ...evaluated(making.blinded) }
  const message = decodeJoinMessage(await making.join(joinInput))
  const answer = serverSignAnswer({ ...session, e, commitment, state, d2, P1, message })
  const finish = () => making.finish(lie(encodeSignAnswer(answer)))
  return { e, making, joinInput, finish }
}

describe('the module', () => {
  it('makes a key and signs with it, and no secret array outlives its use', async () => {
    const { module, secrets } = watched()
    expect(module.state).toBe('untested')
    const made = await madeKey(module)
    expect(module.state).toBe('ready')
    const { e, finish, making } = await signed(module, made)
    const signature = finish()
    making.wipe()
    expect(sm2VerifyDigest(parseSm2PublicKey(made.key.publicKey), e, signature)).toBe(true)
    expect(secrets).toHaveLength(2)
    for (const secret of secrets) expect(toHex(secret)).toBe('00'.repeat(32))
    // Private fields hold d1, w1, PIN and blind: nothing of them shows when the objects are written out.
    expect(JSON.stringify([making, made.making, module])).not.toContain(pin)
  })

  it('gives nothing for an answer that does not hold, and not twice for one PIN', async () => {
    const { module } = watched()
    const made = await madeKey(module)
    const bent = await signed(module, made, (answer) =>
      answer.map((byte, at) => (at === answer.length - 1 ? byte ^ 1 : byte)),
    )
    expect(bent.finish).toThrow(expect.objectContaining({ code: 'phone.server-dishonest' }))
    // The nonce is spent: the right answer comes too late.
    expect(bent.finish).toThrow(expect.objectContaining({ code: 'phone.server-dishonest' }))
    const once = await signed(module, made)
    await expect(once.making.join(once.joinInput)).rejects.toMatchObject({
      code: 'phone.server-dishonest',
    })
  })

  it('tells a server with another PIN key from a wrong PIN', async () => {
    const { module } = watched()
    const made = await madeKey(module)
    const making = module.sign(pin)
    const e = sm3(new Uint8Array(1))
    const { commitment } = serverSignOpen({ ...session, e, random: systemRandom })
    const other = evaluated(making.blinded, generateOprfKey(systemRandom))
    const joining = making.join({ ...session, commitment, e, key: made.key, ...other })
    await expect(joining).rejects.toMatchObject({ code: 'phone.server-dishonest' })
  })

  it('wraps no share when the server opens something else than it committed to', async () => {
    const { module } = watched()
    const { state, commitment } = serverKeyCommit({ ...session, random: systemRandom })
    const other = serverKeyCommit({ ...session, random: systemRandom })
    const making = module.makeKey(session, pin)
    const message = decodeKeyShareMessage(making.share)
    const { publicKey, opening } = serverKeyOpen({ ...session, state, message })
    const sent = { opening: encodeKeyOpening(opening), publicKey }
    const answers = [
      { ...sent, commitment: other.commitment },
      { ...sent, commitment, publicKey: fromHex('04'.padEnd(130, '1')) },
    ]
    for (const answer of answers)
      await expect(
        making.finish({ ...answer, ...evaluated(making.blinded) }),
      ).rejects.toMatchObject({ code: 'phone.server-dishonest' })
  })
})

describe('wiped while the device works', () => {
  const wiped = { code: 'phone.wiped' }

  it('a key in the making gives no wrapped share', async () => {
    let making: KeyMaking | undefined
    const { module, secrets } = watched(systemRandom, () => making?.wipe())
    const { state, commitment } = serverKeyCommit({ ...session, random: systemRandom })
    making = module.makeKey(session, pin)
    const message = decodeKeyShareMessage(making.share)
    const { publicKey, opening } = serverKeyOpen({ ...session, state, message })
    const sent = { commitment, opening: encodeKeyOpening(opening), publicKey }
    const answer = { ...sent, ...evaluated(making.blinded) }
    await expect(making.finish(answer)).rejects.toMatchObject(wiped)
    await expect(making.finish(answer)).rejects.toMatchObject(wiped)
    expect(secrets.map(toHex)).toEqual(['00'.repeat(32)])
  })

  it('a signature in the making draws no nonce and joins nothing', async () => {
    let making: SignatureMaking | undefined
    let draws = 0
    let drawsWhenWiped = 0
    const { module, secrets } = watched(
      (length) => (draws++, systemRandom(length)),
      () => {
        making?.wipe()
        drawsWhenWiped = draws
      },
    )
    const made = await madeKey(module)
    const { joinInput } = await signed(module, made)
    making = module.sign(pin)
    const input = { ...joinInput, ...evaluated(making.blinded) }
    await expect(making.join(input)).rejects.toMatchObject(wiped)
    expect(draws).toBe(drawsWhenWiped)
    expect(secrets.map(toHex)).toEqual(Array(3).fill('00'.repeat(32)))
    expect(() => making?.finish(new Uint8Array(1))).toThrow(expect.objectContaining(wiped))
  })
})

describe('a module that failed', () => {
  const failed = expect.objectContaining({ code: 'phone.self-test-failed' })

  it('gives no service after a self-test that does not hold, and none later', () => {
    const deviceKeys = webCryptoDeviceKeys(crypto.subtle, memoryKeyStore())
    const module = new SoftwareModule({ random: systemRandom, deviceKeys }, [
      { name: 'sm3', holds: () => false },
    ])
    expect(() => module.selfTest()).toThrow(failed)
    expect(module.state).toBe('failed')
    expect(() => module.sign(pin)).toThrow(failed)
    expect(() => module.makeKey(session, pin)).toThrow(failed)
  })

  it('stops in the middle when the random source gets stuck', async () => {
    let stuck: Uint8Array | undefined
    const { module } = watched((length) => (stuck ? stuck.slice(0, length) : systemRandom(length)))
    const made = await madeKey(module)
    const { making, joinInput } = await signed(module, made)
    making.wipe()
    const later = module.sign(pin)
    stuck = systemRandom(64)
    await expect(later.join({ ...joinInput, ...evaluated(later.blinded) })).rejects.toMatchObject({
      code: 'phone.self-test-failed',
    })
    expect(module.state).toBe('failed')
    expect(() => module.sign(pin)).toThrow(failed)
  })
})

describe('the wrapped share', () => {
  const share = Uint8Array.from({ length: 32 }, (_, index) => (index * 7 + 1) & 0xff)
  const pad = Uint8Array.from({ length: 32 }, (_, index) => (index * 31 + 5) & 0xff)

  it('comes back under its own pad', () => {
    expect(unwrapShare(wrapShare(share, pad), pad)).toEqual(share)
  })

  it('comes back as another scalar in range under any other pad, never as an error', () => {
    const allOnes = new Uint8Array(32).fill(0xff)
    const pads = [new Uint8Array(32), allOnes, pad.map((byte) => byte ^ 1)]
    for (const wrong of pads) {
      const scalar = unwrapShare(wrapShare(share, pad), wrong)
      expect(scalar).toHaveLength(32)
      expect(scalar).not.toEqual(share)
    }
    // What earlier versions made of these: out of range by zero and by all ones.
    expect(toHex(unwrapShare(pad, pad))).toBe('1'.padStart(64, '0'))
    expect(toHex(unwrapShare(wrapShare(allOnes, pad), pad))).toBe(
      '000000010000000000000000000000008dfc2094de39fad4ac440bf6c62abede',
    )
  })
})
