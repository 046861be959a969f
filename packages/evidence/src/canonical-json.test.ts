import { assert, jsonValue, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, readCanonicalJson } from './canonical-json.ts'
import type { JsonValue } from './canonical-json.ts'

const text = (value: JsonValue) => new TextDecoder().decode(canonicalJson(value))
const bytes = (value: string) => new TextEncoder().encode(value)

describe('canonicalJson', () => {
  it('gives the example of RFC 8785 §3.2.2', () => {
    const value = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '€$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    }
    expect(text(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('sorts keys by UTF-16 code units as RFC 8785 §3.2.3 shows', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    const order = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']
    expect(Object.keys(JSON.parse(text(value)) as object).sort()).toEqual([...order].sort())
    expect(text(value).indexOf('Emoji')).toBeLessThan(text(value).indexOf('Hebrew'))
    expect(text(value).indexOf('Control')).toBeLessThan(text(value).indexOf('Latin'))
  })

  it('refuses what JSON cannot hold', () => {
    expect(() => canonicalJson(Number.NaN)).toThrow('evidence.json-not-representable')
    expect(() => canonicalJson(Infinity)).toThrow('evidence.json-not-representable')
    expect(() => canonicalJson('\ud800')).toThrow('evidence.json-not-representable')
  })

  it('writes negative zero as zero', () => {
    expect(text([-0])).toBe('[0]')
  })

  it('reads back every value it writes, and only in that form', () => {
    assert(
      property(jsonValue(), (value) => {
        const written = canonicalJson(value as JsonValue)
        expect(canonicalJson(readCanonicalJson(written))).toEqual(written)
      }),
    )
  })

  it.each([
    ['white space', '{"a": 1}'],
    ['a duplicate key', '{"a":1,"a":2}'],
    ['unsorted keys', '{"b":1,"a":2}'],
    ['an escape that is not needed', '{"\\u0061":1}'],
    ['a long number', '[1.0]'],
    ['a byte order mark', '\ufeff{}'],
    ['trailing text', '{} '],
  ])('refuses %s', (_, source) => {
    expect(() => readCanonicalJson(bytes(source))).toThrow(
      /evidence\.json-(not-canonical|malformed)/,
    )
  })

  it('refuses nesting without end and bytes that are not UTF-8', () => {
    expect(() => readCanonicalJson(bytes('['.repeat(50_000) + ']'.repeat(50_000)))).toThrow(
      'evidence.json-too-deep',
    )
    expect(() => readCanonicalJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(
      'evidence.json-not-utf8',
    )
  })
})
