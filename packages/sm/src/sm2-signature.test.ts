import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from './bytes.ts'
import { engine } from './curve/engine.ts'
import { nobleEngine } from './curve/noble-engine.ts'
import { identityDigest, sm2MessageDigest, sm2Z } from './sm2-digest.ts'
import { generateSm2KeyPair, parseSm2PrivateKey, sm2PublicKeyOf } from './sm2-key.ts'
import { sm2Sign, sm2SignDigest, sm2Verify, sm2VerifyDigest } from './sm2-signature.ts'
import { signWithNonce, verifyOn } from './sm2-signature.ts'
import { sm3 } from './sm3.ts'

const ascii = (text: string) => new TextEncoder().encode(text)
const random = (length: number) => new Uint8Array(randomBytes(length))
const message = ascii('message digest')

describe('the example of GM/T 0003.5-2012 on the recommended curve', () => {
  const privateKey = parseSm2PrivateKey(
    fromHex('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8'),
  )
  const publicKey = sm2PublicKeyOf(privateKey)
  const e = 'f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640'
  const k = fromHex('59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21')
  const r = 'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3'
  const s = 'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa'

  it('has the public key', () => {
    expect(toHex(publicKey)).toBe(
      '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020' +
        'ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
    )
  })

  it('has Z and e', () => {
    expect(toHex(sm2Z(publicKey))).toBe(
      'b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3',
    )
    expect(toHex(sm2MessageDigest(publicKey, message))).toBe(e)
  })

  it('signs with the given nonce and verifies', () => {
    const signature = signWithNonce(engine, privateKey, fromHex(e), k)
    expect(signature && toHex(signature.r)).toBe(r)
    expect(signature && toHex(signature.s)).toBe(s)
    expect(sm2Verify(publicKey, message, signature!)).toBe(true)
    expect(sm2VerifyDigest(publicKey, fromHex(e), signature!)).toBe(true)
  })

  it('treats the empty identity as another identity', () => {
    const id = new Uint8Array(0)
    const signature = sm2Sign(privateKey, message, { random, id })
    expect(sm2Verify(publicKey, message, signature, { id })).toBe(true)
    expect(sm2Verify(publicKey, message, signature)).toBe(false)
  })
})

describe('the example of GM/T 0003.2-2012 Annex A on its own curve', () => {
  const annexA = nobleEngine({
    p: fromHex('8542d69e4c044f18e8b92435bf6ff7de457283915c45517d722edb8b08f1dfc3'),
    a: fromHex('787968b4fa32c3fd2417842e73bbfeff2f3c848b6831d7e0ec65228b3937e498'),
    b: fromHex('63e4c6d3b23b0c849cf84241484bfe48f61d59a5b16ba06e6e12d1da27c5249a'),
    n: fromHex('8542d69e4c044f18e8b92435bf6ff7dd297720630485628d5ae74ee7c32e79b7'),
    Gx: fromHex('421debd61b62eab6746434ebc3cc315e32220b3badd50bdc4c4e6c147fedd43d'),
    Gy: fromHex('0680512bcbb42c07d47349d2153b70c4e5d7fdfcbfa36ea1a85841b9e46e09a2'),
  })
  const d = fromHex('128b2fa8bd433c6c068c8d803dff79792a519a55171b1b650c23661d15897263')
  const k = fromHex('6cb28d99385c175c94f94e934817663fc176d925dd72b727260dbaae1fb2f96f')

  it('has Z, e, r and s, and verifies', () => {
    const publicKey = annexA.multiplyBase(d)
    const z = identityDigest(annexA, publicKey, ascii('ALICE123@YAHOO.COM'))
    expect(toHex(z)).toBe('f4a38489e32b45b6f876e3ac2168ca392362dc8f23459c1d1146fc3dbfb7bc9a')
    const e = sm3(concatBytes(z, message))
    expect(toHex(e)).toBe('b524f552cd82b8b028476e005c377fb19a87e6fc682d48bb5d42e3d9b9effe76')
    const signature = signWithNonce(annexA, d, e, k)!
    expect(toHex(signature.r)).toBe(
      '40f1ec59f793d9f49e09dcef49130d4194f79fb1eed2caa55bacdb49c4e755d1',
    )
    expect(toHex(signature.s)).toBe(
      '6fc6dac32c5d5cf10c77dfb20f7c2eb667a457872fb09ec56327a67ec7deebe7',
    )
    expect(verifyOn(annexA, publicKey, e, signature)).toBe(true)
  })
})

describe('signing', () => {
  it('verifies for its own key, message and identity and for no other', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array({ maxLength: 40 }), (text, id) => {
        const key = generateSm2KeyPair(random)
        const signature = sm2Sign(key.privateKey, text, { random, id })
        expect(sm2Verify(key.publicKey, text, signature, { id })).toBe(true)
        const longer = concatBytes(text, Uint8Array.of(0))
        expect(sm2Verify(key.publicKey, longer, signature, { id })).toBe(false)
        const otherId = concatBytes(id, Uint8Array.of(0))
        expect(sm2Verify(key.publicKey, text, signature, { id: otherId })).toBe(false)
        const other = generateSm2KeyPair(random)
        expect(sm2Verify(other.publicKey, text, signature, { id })).toBe(false)
      }),
      { numRuns: 15 },
    )
  })

  it('draws unrelated nonces for two digests even when the random source repeats itself', () => {
    const { privateKey, publicKey } = generateSm2KeyPair(random)
    const stuck = () => new Uint8Array(32).fill(7)
    const e1 = sm3(ascii('one'))
    const e2 = sm3(ascii('two'))
    const first = sm2SignDigest(privateKey, e1, { random: stuck })
    const second = sm2SignDigest(privateKey, e2, { random: stuck })
    expect(sm2VerifyDigest(publicKey, e1, first)).toBe(true)
    // With one nonce k in both, r - e would be the same x coordinate.
    const x = (e: Uint8Array, r: Uint8Array) => toHex(engine.subtractScalars(r, engine.reduce(e)))
    expect(x(e1, first.r)).not.toBe(x(e2, second.r))
    expect(sm2SignDigest(privateKey, e1, { random: stuck })).toEqual(first)
  })

  it('refuses a source that returns too few bytes', () => {
    const { privateKey } = generateSm2KeyPair(random)
    const short = () => new Uint8Array(4)
    expect(() => sm2Sign(privateKey, message, { random: short })).toThrow('sm.random-source-failed')
  })

  it('refuses an identity that ENTL cannot count', () => {
    const { publicKey } = generateSm2KeyPair(random)
    expect(sm2Z(publicKey, new Uint8Array(8191))).toHaveLength(32)
    expect(() => sm2Z(publicKey, new Uint8Array(8192))).toThrow('sm.invalid-length')
  })
})
