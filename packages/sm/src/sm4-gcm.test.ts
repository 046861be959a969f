import { createCipheriv, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from './bytes.ts'
import { sm4GcmOpen, sm4GcmSeal } from './sm4-gcm.ts'
import { Sm4 } from './sm4.ts'

const standardKey = fromHex('0123456789abcdeffedcba9876543210')

describe('SM4', () => {
  it('encrypts the example of GB/T 32907-2016 Annex A.1 and back', () => {
    const block = Uint8Array.from(standardKey)
    const cipher = new Sm4(standardKey)
    cipher.encrypt(block)
    expect(toHex(block)).toBe('681edf34d206965e86b3e94f536e4246')
    cipher.decrypt(block)
    expect(block).toEqual(standardKey)
  })

  it('encrypts a million times to the example of Annex A.2', () => {
    const block = Uint8Array.from(standardKey)
    const cipher = new Sm4(standardKey)
    for (let i = 0; i < 1_000_000; i++) cipher.encrypt(block)
    expect(toHex(block)).toBe('595298c7c6fd271f0402f804c33d3f66')
  })

  it('agrees with OpenSSL on SM4-ECB', () => {
    const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(sixteen, sixteen, (key, block) => {
        const theirs = createCipheriv('sm4-ecb', key, null).setAutoPadding(false).update(block)
        const ours = Uint8Array.from(block)
        new Sm4(key).encrypt(ours)
        expect(toHex(ours)).toBe(theirs.toString('hex'))
        new Sm4(key).decrypt(ours)
        expect(toHex(ours)).toBe(toHex(block))
      }),
    )
  })

  it.each([0, 15, 17, 32])('refuses a key of %d bytes', (length) => {
    expect(() => new Sm4(new Uint8Array(length))).toThrow('sm.invalid-length')
  })
})

describe('SM4-GCM', () => {
  const rfc8998 = {
    key: standardKey,
    nonce: fromHex('00001234567800000000abcd'),
    aad: fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
    plaintext: fromHex(
      ['aa', 'bb', 'cc', 'dd', 'ee', 'ff', 'ee', 'aa'].map((b) => b.repeat(8)).join(''),
    ),
  }
  const rfc8998Sealed =
    '17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735' +
    'd82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d' +
    '83de3541e4c2b58177e065a9bf7b62ec'

  it('seals and opens the example of RFC 8998 Appendix A.1', () => {
    expect(toHex(sm4GcmSeal(rfc8998))).toBe(rfc8998Sealed)
    expect(sm4GcmOpen({ ...rfc8998, sealed: fromHex(rfc8998Sealed) })).toEqual(rfc8998.plaintext)
  })

  it('agrees with the platform on any lengths, nonces longer than twelve bytes included', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        (plaintext, aad, nonce) => {
          const key = new Uint8Array(randomBytes(16))
          // Node's types list the ciphers with authentication by name, and not this one yet.
          const theirs = createCipheriv('sm4-gcm' as 'aes-128-gcm', key, nonce).setAAD(aad)
          const body = concatBytes(theirs.update(plaintext), theirs.final())
          const sealed = sm4GcmSeal({ key, nonce, plaintext, aad })
          expect(toHex(sealed)).toBe(toHex(concatBytes(body, theirs.getAuthTag())))
          expect(sm4GcmOpen({ key, nonce, aad, sealed })).toEqual(plaintext)
        },
      ),
    )
  })

  it('opens nothing after a flip of any single bit, a cut or other associated data', () => {
    const sealed = sm4GcmSeal({ ...rfc8998, plaintext: Uint8Array.of(1, 2, 3) })
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const damaged = Uint8Array.from(sealed)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => sm4GcmOpen({ ...rfc8998, sealed: damaged })).toThrow('sm.authentication-failed')
    }
    for (let length = 0; length < sealed.length; length++) {
      const cut = sealed.subarray(0, length)
      expect(() => sm4GcmOpen({ ...rfc8998, sealed: cut })).toThrow('sm.authentication-failed')
    }
    const { key, nonce } = rfc8998
    expect(() => sm4GcmOpen({ key, nonce, sealed })).toThrow('sm.authentication-failed')
  })

  it('refuses an empty nonce', () => {
    const nonce = new Uint8Array(0)
    expect(() => sm4GcmSeal({ ...rfc8998, nonce })).toThrow('sm.invalid-length')
  })
})
