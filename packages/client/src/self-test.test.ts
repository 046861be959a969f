import { describe, expect, it } from 'vitest'
import { requireUsablePin, unwrapShare, wrapShare } from './pin.ts'
import { PhoneError } from './errors.ts'
import { selfTest } from './self-test.ts'

describe('the module before its first use', () => {
  it('passes its known-answer tests', () => {
    expect(() => selfTest()).not.toThrow()
  })
})

describe('a PIN anyone would try first', () => {
  it.each(['123456', '987654', '000000', '12345', 'abcdef', '1234567890123', '890123'])(
    '%s is refused',
    (pin) => {
      expect(() => requireUsablePin(pin)).toThrow(PhoneError)
    },
  )

  it.each(['250718', '13572468', '902113'])('%s is taken', (pin) => {
    expect(() => requireUsablePin(pin)).not.toThrow()
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
    const zero = unwrapShare(pad, pad)
    expect(zero.some((byte) => byte !== 0)).toBe(true)
  })
})
