import { unzipSync, zipSync } from 'fflate'
import { assert, nat, property, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EvidenceError } from '../errors.ts'
import { readZip, writeZip } from './zip.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const entries = [
  { path: 'manifest.json', bytes: bytes('{}') },
  { path: 'document/signed.pdf', bytes: bytes('%PDF-1.7') },
  { path: 'README.txt', bytes: bytes('请读我') },
]

describe('the bundle archive', () => {
  it('is an archive other programs open', () => {
    const opened = unzipSync(writeZip(entries))
    expect(Object.keys(opened)).toEqual(entries.map((entry) => entry.path))
    expect(opened['README.txt']).toEqual(bytes('请读我'))
  })

  it('reads back', () => {
    expect(readZip(writeZip(entries))).toEqual(entries)
  })

  it('has no byte that can change unnoticed', () => {
    const archive = writeZip(entries)
    for (let i = 0; i < archive.length; i++) {
      for (const mask of [0x01, 0x20, 0x80, 0xff]) {
        const changed = archive.slice()
        changed[i] = (changed[i] as number) ^ mask
        expect(() => readZip(changed)).toThrow(EvidenceError)
      }
    }
  })

  it.each([
    ['bytes before', (zip: Uint8Array) => Uint8Array.of(0, ...zip)],
    ['bytes after', (zip: Uint8Array) => Uint8Array.of(...zip, 0)],
    ['a cut end', (zip: Uint8Array) => zip.subarray(0, zip.length - 4)],
    ['nothing at all', () => new Uint8Array(0)],
  ])('refuses %s', (_, change) => {
    expect(() => readZip(change(writeZip(entries)))).toThrow(EvidenceError)
  })

  it('refuses compression, so that it cannot be a bomb', () => {
    const bomb = zipSync({ 'a.txt': new Uint8Array(1_000_000) })
    expect(() => readZip(bomb)).toThrow(EvidenceError)
  })

  it.each(['../a', '/a', 'a//b', 'a/../b', 'a\\b', 'a/', '.hidden', 'a b', '报告.pdf', ''])(
    'refuses the name %j',
    (path) => {
      expect(() => writeZip([{ path, bytes: bytes('') }])).toThrow('evidence.zip-bad-name')
    },
  )

  it('refuses the same name twice, and names that differ in case only', () => {
    const twice = (a: string, b: string) => () =>
      writeZip([
        { path: a, bytes: bytes('1') },
        { path: b, bytes: bytes('2') },
      ])
    expect(twice('a.txt', 'a.txt')).toThrow('evidence.zip-duplicate-name')
    expect(twice('a.txt', 'A.TXT')).toThrow('evidence.zip-duplicate-name')
  })

  it('answers any bytes with entries or an EvidenceError', () => {
    const header = writeZip(entries)
    assert(
      property(uint8Array({ maxLength: 200 }), nat(header.length), (noise, cut) => {
        for (const input of [noise, Uint8Array.of(...header.subarray(0, cut), ...noise)]) {
          try {
            readZip(input)
          } catch (error) {
            expect(error).toBeInstanceOf(EvidenceError)
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
