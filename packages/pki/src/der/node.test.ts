import { fromHex } from '@yunqian/sm'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DerError } from '../errors.ts'
import { type DerNode, readDer } from './index.ts'

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof DerError) return error.code
    throw error
  }
  return 'accepted'
}

describe('readDer', () => {
  it('reads a tree with absolute offsets', () => {
    const node = readDer(fromHex('300a0201050405010203aabb'))
    expect([node.tag, node.tagClass, node.constructed, node.number]).toEqual([
      0x30,
      'universal',
      true,
      0x10,
    ])
    expect(node.children().map((child) => [child.tag, child.offset])).toEqual([
      [2, 2],
      [4, 5],
    ])
  })

  it.each([
    ['', 'pki.der-truncated'],
    ['30', 'pki.der-truncated'],
    ['3005020101', 'pki.der-truncated'],
    ['308202', 'pki.der-truncated'],
    ['020101ff', 'pki.der-trailing-data'],
    ['30800000', 'pki.der-indefinite-length'],
    ['308103020101', 'pki.der-non-minimal-length'],
    ['3082008000', 'pki.der-non-minimal-length'],
    ['30850000000001', 'pki.der-too-large'],
    ['1f8101', 'pki.der-high-tag-number'],
  ])('refuses %s', (hex, code) => {
    expect(codeOf(() => readDer(fromHex(hex)))).toBe(code)
  })

  it('stops at nesting no standard needs', () => {
    let bytes = fromHex('0500')
    for (let i = 0; i < 60; i++) bytes = Uint8Array.of(0x30, bytes.length, ...bytes)
    const walk = (node: DerNode): void => {
      if (node.constructed) node.children().forEach(walk)
    }
    expect(codeOf(() => walk(readDer(bytes)))).toBe('pki.der-too-deep')
  })

  it('gives a tree or a DerError for any bytes', () => {
    const walk = (node: DerNode): number =>
      node.constructed ? node.children().reduce((sum, child) => sum + walk(child), 1) : 1
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const code = codeOf(() => walk(readDer(bytes)))
        expect(code === 'accepted' || code.startsWith('pki.der-')).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
