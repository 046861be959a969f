import { describe, expect, it } from 'vitest'
import { valueEnd } from './encoded-length.ts'

const end = (hex: string): number | undefined =>
  valueEnd(Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex')))

describe('where a CMS ends among its zeros', () => {
  it.each([
    ['3003020101 0000', 5],
    ['308180 '.concat('00'.repeat(128), '0000'), 131],
    ['3080 020101 0000 000000', 7],
    ['3080 a080 2480 0401aa 0000 0000 0000 00', 15],
  ])('%s', (hex, expected) => expect(end(hex)).toBe(expected))

  it.each([
    '',
    '30',
    '3005020101',
    '3080020101',
    '3080 0000'.slice(0, 7),
    '0203010203',
    '3085ffffffffff',
  ])('nowhere in %j', (hex) => expect(end(hex)).toBeUndefined())

  it('nowhere in nesting without end', () => {
    expect(end('3080'.repeat(100_000))).toBeUndefined()
  })
})
