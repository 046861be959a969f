import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from './bytes.ts'
import { SmError } from './errors.ts'
import { decodeSm2Signature, encodeSm2Signature } from './signature-der.ts'

const scalar = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  // Numbers with many leading zeros, which random ones almost never have.
  fc.uint8Array({ maxLength: 32 }).map((bytes) => {
    const padded = new Uint8Array(32)
    padded.set(bytes, 32 - bytes.length)
    return padded
  }),
)

describe('the DER of a signature', () => {
  it('comes back, and is as long as it must be', () => {
    fc.assert(
      fc.property(scalar, scalar, (r, s) => {
        const der = encodeSm2Signature({ r, s })
        expect(der.length).toBeGreaterThanOrEqual(8)
        expect(der.length).toBeLessThanOrEqual(72)
        expect(decodeSm2Signature(der)).toEqual({ r, s })
      }),
    )
  })

  it('is the only encoding that decodes: what decodes encodes to the same bytes', () => {
    const mutated = fc
      .tuple(scalar, scalar, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat({ max: 2 }))
      .map(([r, s, at, byte, kind]) => {
        const der = [...encodeSm2Signature({ r, s })]
        const position = at % der.length
        if (kind === 0) der[position] = byte
        else if (kind === 1) der.splice(position, 0, byte)
        else der.splice(position, 1)
        return Uint8Array.from(der)
      })
    let decoded = 0
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        try {
          const signature = decodeSm2Signature(bytes)
          decoded++
          expect(toHex(encodeSm2Signature(signature))).toBe(toHex(bytes))
        } catch (error) {
          if (!(error instanceof SmError)) throw error
          expect(error.code).toBe('sm.invalid-signature-encoding')
        }
      }),
      { numRuns: 2000 },
    )
    expect(decoded).toBeGreaterThan(0)
  })

  it('refuses to encode members that are not 32 bytes', () => {
    const r = new Uint8Array(32)
    expect(() => encodeSm2Signature({ r, s: new Uint8Array(31) })).toThrow('sm.invalid-length')
  })
})
