import { fromHex, toHex } from '@yunqian/sm'
import { describe, expect, it } from 'vitest'
import { CONTENT_TYPE } from '../oids.ts'
import {
  readBitString,
  readBoolean,
  readDer,
  readInteger,
  readIntegerHex,
  readNamedBits,
  readOid,
  readSmallInteger,
  readText,
  readTime,
} from './index.ts'

const node = (hex: string) => readDer(fromHex(hex))
const refused = { code: 'pki.der-invalid-value' }

describe('integers', () => {
  it.each([
    ['020100', 0n, '00'],
    ['02017f', 127n, '7f'],
    ['02020080', 128n, '80'],
    ['0201ff', -1n, '-01'],
    ['020200ff', 255n, 'ff'],
    ['02028000', -32768n, '-8000'],
  ])('reads %s', (hex, value, text) => {
    expect(readInteger(node(hex))).toBe(value)
    expect(readIntegerHex(node(hex))).toBe(text)
  })

  it.each(['0200', '02020001', '0202ff80'])('refuses %s', (hex) => {
    expect(() => readInteger(node(hex))).toThrow(expect.objectContaining(refused))
  })

  it('counts only with small non-negative numbers', () => {
    expect(readSmallInteger(node('02020100'))).toBe(256)
    expect(() => readSmallInteger(node('0201ff'))).toThrow(expect.objectContaining(refused))
    expect(() => readSmallInteger(node('0206010000000000'))).toThrow(
      expect.objectContaining(refused),
    )
  })
})

describe('object identifiers', () => {
  it('reads registered arcs and a UUID arc', () => {
    expect(readOid(node('06082a811ccf55018375'))).toBe('1.2.156.10197.1.501')
    expect(readOid(node('0603551d0f'))).toBe('2.5.29.15')
    expect(readOid(node('0616698384fda298b8e4928f9fb4dcc48afc84da8e030101'))).toBe(
      CONTENT_TYPE.loginRecord,
    )
  })

  it.each(['0600', '06022a80', '06032a8001', '060180'])('refuses %s', (hex) => {
    expect(() => readOid(node(hex))).toThrow(expect.objectContaining(refused))
  })
})

describe('booleans and bit strings', () => {
  it('takes 00 and FF alone', () => {
    expect([readBoolean(node('0101ff')), readBoolean(node('010100'))]).toEqual([true, false])
    expect(() => readBoolean(node('010101'))).toThrow(expect.objectContaining(refused))
  })

  it('wants padding bits to be zero', () => {
    expect([...readNamedBits(node('030206c0'))]).toEqual([0, 1])
    expect(toHex(readBitString(node('03020780')).bytes)).toBe('80')
    for (const hex of ['0300', '030108', '030101', '03020681'])
      expect(() => readBitString(node(hex))).toThrow(expect.objectContaining(refused))
  })
})

describe('text', () => {
  it.each([
    ['0c06e5bca0e58cbb', '张医'],
    ['1e045f20533b', '张医'],
    ['1c0800005f200000533b', '张医'],
    ['13024142', 'AB'],
    ['1402e941', 'éA'],
  ])('reads %s', (hex, text) => {
    expect(readText(node(hex))).toBe(text)
  })

  it.each(['0c02c3e9', '1301e9', '1e0141', '1c0400110000'])('refuses %s', (hex) => {
    expect(() => readText(node(hex))).toThrow(expect.objectContaining(refused))
  })
})

describe('times', () => {
  const utc = (text: string) => readTime(readDer(tlv(0x17, text)))
  const generalized = (text: string) => readTime(readDer(tlv(0x18, text)))
  const tlv = (tag: number, text: string) =>
    Uint8Array.of(tag, text.length, ...new TextEncoder().encode(text))

  it('splits the century at 50 and keeps milliseconds', () => {
    expect(utc('491231235959Z').toISOString()).toBe('2049-12-31T23:59:59.000Z')
    expect(utc('500101000000Z').toISOString()).toBe('1950-01-01T00:00:00.000Z')
    expect(generalized('20500101000000.25Z').toISOString()).toBe('2050-01-01T00:00:00.250Z')
    expect(generalized('00500101000000Z').getUTCFullYear()).toBe(50)
  })

  it.each(['230229000000Z', '2301010000Z', '230101000000+0800', '230101240000Z', '231301000000Z'])(
    'refuses %s',
    (text) => {
      expect(() => utc(text)).toThrow(expect.objectContaining(refused))
    },
  )

  it('refuses fractions with trailing zeros', () => {
    expect(() => generalized('20500101000000.50Z')).toThrow(expect.objectContaining(refused))
  })
})
