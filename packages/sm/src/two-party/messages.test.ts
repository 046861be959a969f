import { describe, expect, it } from 'vitest'
import { concatBytes } from '../bytes.ts'
import { engine } from '../curve/engine.ts'
import { phoneKeyShare, serverKeyCommit } from './key-generation.ts'
import {
  decodeBatchJoinMessage,
  decodeJoinMessage,
  decodeKeyOpening,
  decodeKeyShareMessage,
  decodeSignAnswer,
  encodeBatchJoinMessage,
  encodeJoinMessage,
  encodeKeyOpening,
  encodeKeyShareMessage,
  encodeSignAnswer,
} from './messages.ts'
import { phoneSignJoinBatch } from './phone-signing.ts'
import { bent, joinSession, makeKey, random, session } from './protocol.fixture.ts'
import { serverSignAnswer } from './server-signing.ts'

const key = makeKey()
const at = session('codec')
const { server } = joinSession(key)
const { P2, proof, salt } = serverKeyCommit({ ...at, random }).state
const share = phoneKeyShare({ ...at, random }).message
const opening = { P2, proof, salt }
const answer = serverSignAnswer(server)
const batch = phoneSignJoinBatch({
  ...at,
  items: [server, server, server],
  d1: key.d1,
  random,
}).message

const codecs = [
  {
    name: 'key share',
    bytes: encodeKeyShareMessage(share),
    value: share,
    decode: decodeKeyShareMessage,
    length: 129,
    points: [0],
    scalars: [65, 97],
  },
  {
    name: 'key opening',
    bytes: encodeKeyOpening(opening),
    value: opening,
    decode: decodeKeyOpening,
    length: 161,
    points: [0],
    scalars: [65, 97],
  },
  {
    name: 'join',
    bytes: encodeJoinMessage(server.message),
    value: server.message,
    decode: decodeJoinMessage,
    length: 161,
    points: [0],
    scalars: [65, 97, 129],
  },
  {
    name: 'batch join',
    bytes: encodeBatchJoinMessage(batch),
    value: batch,
    decode: (bytes: Uint8Array) => decodeBatchJoinMessage(bytes, 3),
    length: 3 * 97 + 64,
    points: [0, 65, 130],
    scalars: [195, 227, 259, 291, 323],
  },
  {
    name: 'answer',
    bytes: encodeSignAnswer(answer),
    value: answer,
    decode: decodeSignAnswer,
    length: 161,
    points: [32],
    scalars: [0, 129],
  },
] as const

describe.each(codecs)('$name', ({ bytes, value, decode, length, points, scalars }) => {
  it('has one length and comes back', () => {
    expect(bytes).toHaveLength(length)
    expect(decode(bytes)).toEqual(value)
  })

  it('is refused at every other length', () => {
    for (const other of [0, 1, 64, length - 1]) {
      expect(() => decode(bytes.subarray(0, other))).toThrow('two-party.invalid-message')
    }
    expect(() => decode(concatBytes(bytes, Uint8Array.of(0)))).toThrow('two-party.invalid-message')
  })

  it('is refused with a point off the curve, at infinity, compressed or beyond p', () => {
    for (const offset of points) {
      const good = bytes.subarray(offset, offset + 65)
      const replacements = [
        bent(good),
        new Uint8Array(65),
        concatBytes(Uint8Array.of(4), new Uint8Array(64)),
        concatBytes(Uint8Array.of(6), good.subarray(1)),
        concatBytes(Uint8Array.of(4), engine.curve.p, good.subarray(33)),
      ]
      for (const replacement of replacements) {
        const changed = Uint8Array.from(bytes)
        changed.set(replacement, offset)
        expect(() => decode(changed)).toThrow('two-party.invalid-message')
      }
    }
  })

  it('is refused with a scalar of n or more', () => {
    for (const offset of scalars) {
      for (const scalar of [engine.curve.n, new Uint8Array(32).fill(255)]) {
        const changed = Uint8Array.from(bytes)
        changed.set(scalar, offset)
        expect(() => decode(changed)).toThrow('two-party.invalid-message')
      }
    }
  })

  it('is a copy: wiping the received bytes leaves the message', () => {
    const received = Uint8Array.from(bytes)
    const decoded = decode(received)
    received.fill(0)
    expect(decoded).toEqual(value)
  })
})

it('refuses an answer with r = 0 or s1 = 0', () => {
  for (const offset of [0, 129]) {
    const changed = Uint8Array.from(encodeSignAnswer(answer))
    changed.fill(0, offset, offset + 32)
    expect(() => decodeSignAnswer(changed)).toThrow('two-party.invalid-message')
  }
})
