import { describe, expect, it } from 'vitest'
import publicKeys from '../../../test/vectors/sm2/public-key.json' with { type: 'json' }
import signatures from '../../../test/vectors/sm2/signature.json' with { type: 'json' }
import { concatBytes, fromHex, toHex } from './bytes.ts'
import { engine } from './curve/engine.ts'
import { decodeSm2Signature, encodeSm2Signature } from './signature-der.ts'
import { parseSm2PrivateKey, parseSm2PublicKey } from './sm2-key.ts'
import { sm2Verify, sm2VerifyDigest } from './sm2-signature.ts'

describe.each(signatures.testGroups)('signatures: $comment', (group) => {
  const publicKey = parseSm2PublicKey(fromHex(group.publicKey))
  const id = fromHex(group.id)

  it.each(group.tests)('$tcId $comment is $result', ({ msg, sig, result }) => {
    const der = fromHex(sig)
    let verdict = false
    try {
      verdict = sm2Verify(publicKey, fromHex(msg), decodeSm2Signature(der), { id })
    } catch (error) {
      expect(error).toMatchObject({ code: 'sm.invalid-signature-encoding' })
    }
    expect(verdict ? 'valid' : 'invalid').toBe(result)
    if (verdict) expect(toHex(encodeSm2Signature(decodeSm2Signature(der)))).toBe(sig)
  })
})

describe('public keys', () => {
  it.each(publicKeys.tests)('$tcId $comment is $result', ({ bytes, result }) => {
    const parse = () => parseSm2PublicKey(fromHex(bytes))
    if (result === 'valid') expect(toHex(parse())).toBe(bytes)
    else expect(parse).toThrow('sm.invalid-point')
  })
})

describe('private keys', () => {
  const { n } = engine.curve
  const minus = (amount: number) => {
    const bytes = Uint8Array.from(n)
    bytes[31]! -= amount
    return bytes
  }

  it('takes 1 and n - 2, the ends of the range', () => {
    expect(toHex(parseSm2PrivateKey(minus(2)))).toBe(toHex(minus(2)))
    const one = new Uint8Array(32)
    one[31] = 1
    expect(parseSm2PrivateKey(one)).toEqual(one)
  })

  it.each<readonly [string, Uint8Array]>([
    ['0', new Uint8Array(32)],
    ['n - 1, whose 1 + d cannot be inverted', minus(1)],
    ['n', n],
    ['2^256 - 1', new Uint8Array(32).fill(255)],
    ['31 bytes', new Uint8Array(31).fill(1)],
    ['33 bytes', concatBytes(Uint8Array.of(0), minus(2))],
    ['nothing', new Uint8Array(0)],
  ])('refuses %s', (_, bytes) => {
    expect(() => parseSm2PrivateKey(bytes)).toThrow('sm.invalid-private-key')
  })
})

describe('verification of a digest', () => {
  const publicKey = parseSm2PublicKey(fromHex(publicKeys.tests[0]!.bytes))

  it('accepts the rare value that assembly elsewhere got wrong (gmsm issue 560)', () => {
    const key = parseSm2PublicKey(
      fromHex(
        '04ef4de57af00ae424c00c4caadff7193f804a19dd73a7e2954db9d0d15ab4cbba' +
          '67728c3f4572878b7a674735da9fde1682fe2d9e0799c4a5cde57e3d473039a2',
      ),
    )
    const signature = decodeSm2Signature(
      fromHex(
        '3046022100be0ea64e1ec06f0d247093f3ccbbadcfb6260224272f86ddb78326e7cd6c7560' +
          '022100e9f6ab2fcc48a2cef94838e66b5c7e21fd8e4de25990dd98ca5243f4966f2853',
      ),
    )
    expect(sm2VerifyDigest(key, new Uint8Array(32), signature)).toBe(true)
  })

  it('refuses r + s = n, where anybody could sign a digest of his choice', () => {
    // With t = 0 the equation is r = e + x([s]G): pick s, set r = -s and e = r - x. No key needed.
    const s = engine.reduce(new Uint8Array(32).fill(0x42))
    const r = engine.subtractScalars(new Uint8Array(32), s)
    const x = engine.reduce(engine.multiplyBase(s).subarray(1, 33))
    const e = engine.subtractScalars(r, x)
    expect(toHex(engine.addScalars(e, x))).toBe(toHex(r))
    expect(sm2VerifyDigest(publicKey, e, { r, s })).toBe(false)
  })

  it("shows why e must be the verifier's own: a forged pair verifies for a chosen e", () => {
    // r = e + x([s]G + [t]P) with t = r + s: choose s and t, and solve for r and e.
    const s = engine.reduce(new Uint8Array(32).fill(0x17))
    const t = engine.reduce(new Uint8Array(32).fill(0x29))
    const x = engine.reduce(engine.combine(s, t, publicKey)!.subarray(1, 33))
    const r = engine.subtractScalars(t, s)
    const e = engine.subtractScalars(r, x)
    expect(sm2VerifyDigest(publicKey, e, { r, s })).toBe(true)
    expect(sm2Verify(publicKey, e, { r, s })).toBe(false)
  })

  it.each([0, 31, 33, 64])('is false for members or digests of %d bytes', (length) => {
    const short = new Uint8Array(length).fill(1)
    const good = new Uint8Array(32).fill(1)
    expect(sm2VerifyDigest(publicKey, good, { r: short, s: good })).toBe(false)
    expect(sm2VerifyDigest(publicKey, good, { r: good, s: short })).toBe(false)
    expect(sm2VerifyDigest(publicKey, short, { r: good, s: good })).toBe(false)
  })
})
