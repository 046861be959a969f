import { createHash, createHmac, hkdfSync } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from './bytes.ts'
import { hkdfSm3, hmacSm3 } from './hmac-sm3.ts'
import { Sm3, sm3 } from './sm3.ts'

const ascii = (text: string) => new TextEncoder().encode(text)

describe('SM3', () => {
  // GB/T 32905-2016 Annex A.1 and A.2; the digest of nothing is from a second implementation.
  it.each([
    ['', '1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b'],
    ['abc', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
    ['abcd'.repeat(16), 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'],
  ])('digests %j', (message, digest) => {
    expect(toHex(sm3(ascii(message)))).toBe(digest)
  })

  it('agrees with OpenSSL at every length around the block boundaries', () => {
    for (let length = 0; length <= 260; length++) {
      const message = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255)
      expect(toHex(sm3(message))).toBe(createHash('sm3').update(message).digest('hex'))
    }
  })

  it('gives the same digest however the message is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 6 }), (pieces) => {
        const ours = new Sm3()
        const theirs = createHash('sm3')
        for (const piece of pieces) {
          ours.update(piece)
          theirs.update(piece)
        }
        expect(toHex(ours.digest())).toBe(theirs.digest('hex'))
      }),
    )
  })

  it('hashes one message per object', () => {
    const hash = new Sm3()
    hash.digest()
    expect(() => hash.update(new Uint8Array(1))).toThrow(TypeError)
    expect(() => hash.digest()).toThrow(TypeError)
  })
})

describe('HMAC-SM3 and HKDF-SM3', () => {
  it('tags the cross-checked example', () => {
    const key = fromHex('0102030405060708090a0b0c0d0e0f10')
    const tag = 'a673f5905a6f786cccead2c394198d6716fe523f3c70da9adfdb8abb2da88345'
    expect(toHex(hmacSm3(key, ascii('abc')))).toBe(tag)
  })

  it('agrees with OpenSSL for keys below, at and above the block length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 130 }), fc.uint8Array({ maxLength: 200 }), (k, m) => {
        expect(toHex(hmacSm3(k, m))).toBe(createHmac('sm3', k).update(m).digest('hex'))
      }),
    )
  })

  it('derives what OpenSSL derives', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 })
    fc.assert(
      fc.property(
        bytes,
        bytes,
        bytes,
        fc.integer({ min: 1, max: 200 }),
        (secret, salt, info, n) => {
          const theirs = new Uint8Array(hkdfSync('sm3', secret, salt, info, n))
          expect(toHex(hkdfSm3({ secret, salt, info, length: n }))).toBe(toHex(theirs))
        },
      ),
    )
    const secret = ascii('secret')
    const info = ascii('info')
    const unsalted = new Uint8Array(hkdfSync('sm3', secret, new Uint8Array(32), info, 42))
    expect(toHex(hkdfSm3({ secret, info, length: 42 }))).toBe(toHex(unsalted))
  })

  it.each([0, -1, 1.5, 255 * 32 + 1])('refuses to derive %d bytes', (length) => {
    const secret = new Uint8Array(32)
    expect(() => hkdfSm3({ secret, info: secret, length })).toThrow('sm.invalid-length')
  })
})
