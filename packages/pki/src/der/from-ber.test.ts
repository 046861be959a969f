import { assert, property, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DerError } from '../errors.ts'
import { derFromBer } from './from-ber.ts'
import { readDer } from './node.ts'

const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

describe('DER from BER', () => {
  it.each([
    ['an indefinite sequence', '3080 020101 0000', '3003 020101'],
    ['indefinite inside indefinite', '3080 a080 0500 0000 0000', '3004 a002 0500'],
    ['indefinite inside definite', '3006 a080 0500 0000', '3004 a002 0500'],
    ['a long length where a short one does', '3081 03 020101', '3003 020101'],
    ['an octet string in segments', '2480 0401aa 0402bbcc 0000', '0403 aabbcc'],
    ['segments within segments', '2480 2480 0401aa 0000 0401bb 0000', '0402 aabb'],
    ['a set, in the order it was written', '3180 0202 0102 020101 0000', '3107 02020102 020101'],
    ['values that are not DER, for the reader to judge', '3080 010101 0000', '3003 010101'],
  ])('rewrites %s', (_, ber, der) => {
    expect(Buffer.from(derFromBer(hex(ber))).toString('hex')).toBe(der.replaceAll(' ', ''))
  })

  it('leaves DER as it is', () => {
    const der = hex('3081 80'.concat('0403 aabbcc'.repeat(25), '0401 bb'))
    expect(readDer(der).bytes.length).toBe(der.length)
    expect(derFromBer(der)).toEqual(der)
  })

  it.each([
    ['no end', '3080 020101'],
    ['an end of contents cut short', '3080 020101 00'],
    ['a primitive of indefinite length', '0280 01 0000'],
    ['something behind', '3080 0000 00'],
    ['a child longer than its parent', '3003 0205 01'],
    ['segments that are no octet strings', '2480 020101 0000'],
    ['a high tag number', '3f8101 00'],
    ['a length of many octets', '3089 ffffffffffffffffff'],
    ['nothing', ''],
  ])('refuses %s', (_, ber) => {
    expect(() => derFromBer(hex(ber))).toThrow(DerError)
  })

  it('refuses nesting that would cost the stack', () => {
    const deep = Uint8Array.from({ length: 200_000 }, (_, i) => (i % 2 ? 0x80 : 0x30))
    expect(() => derFromBer(deep)).toThrow(/too-deep/)
  })

  it('throws nothing but DerError whatever it is given', () => {
    assert(
      property(uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          derFromBer(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(DerError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
