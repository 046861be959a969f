import { fromHex, toHex } from '@yunqian/sm'
import { assert, integer, nat, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from './proof.ts'
import { leafHash } from './tree-hash.ts'
import type { TreeHash } from './tree-hash.ts'
import { nodesOver, rootOf } from './tree.ts'

// The eight entries and all values below are those of the Certificate Transparency reference code, which every
// RFC 6962 implementation is held against.
const entries = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const leaves = entries.map((hex) => leafHash('sha256', fromHex(hex)))
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const inclusion: [number, number, string[]][] = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
]
const consistency: [number, number, string[]][] = [
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
]

describe('the RFC 6962 tree', () => {
  it('has the reference roots for sizes 0 to 8', () => {
    expect(roots.map((_, size) => toHex(rootOf('sha256', leaves.slice(0, size))))).toEqual(roots)
  })

  it.each(inclusion)('proves leaf %i of %i by the reference path', (index, size, path) => {
    const proof = inclusionProof('sha256', nodesOver('sha256', leaves), index, size)
    expect(proof.map(toHex)).toEqual(path)
  })

  it.each(consistency)('proves %i within %i by the reference path', (oldSize, newSize, path) => {
    const proof = consistencyProof('sha256', nodesOver('sha256', leaves), oldSize, newSize)
    expect(proof.map(toHex)).toEqual(path)
  })
})

describe.each(['sm3', 'sha256'] as TreeHash[])('proofs over %s', (hash) => {
  const all = Array.from({ length: 40 }, (_, i) => leafHash(hash, Uint8Array.of(i)))
  const read = nodesOver(hash, all)

  it('hold for every leaf of every size, and for no other leaf', () => {
    for (let size = 1; size <= all.length; size++) {
      const root = rootOf(hash, all.slice(0, size))
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(hash, read, index, size)
        const claim = { leaf: all[index] as Uint8Array, index, size, proof, root }
        expect(verifyInclusion(hash, claim)).toBe(true)
        expect(verifyInclusion(hash, { ...claim, index: (index + 1) % (size + 1) })).toBe(false)
        expect(verifyInclusion(hash, { ...claim, proof: [...proof, root] })).toBe(false)
        if (proof.length > 0)
          expect(verifyInclusion(hash, { ...claim, proof: proof.slice(1) })).toBe(false)
      }
    }
  })

  it('hold between every two sizes, and not for another old root', () => {
    for (let newSize = 1; newSize <= all.length; newSize++) {
      const newRoot = rootOf(hash, all.slice(0, newSize))
      for (let oldSize = 0; oldSize <= newSize; oldSize++) {
        const oldRoot = rootOf(hash, all.slice(0, oldSize))
        const proof = consistencyProof(hash, read, oldSize, newSize)
        const claim = { oldSize, newSize, oldRoot, newRoot, proof }
        expect(verifyConsistency(hash, claim)).toBe(true)
        const other = leafHash(hash, oldRoot)
        if (oldSize > 0) expect(verifyConsistency(hash, { ...claim, oldRoot: other })).toBe(false)
        expect(verifyConsistency(hash, { ...claim, proof: [...proof, other] })).toBe(false)
      }
    }
  })

  it('fall with any flipped bit of path, leaf or root', () => {
    assert(
      property(integer({ min: 2, max: 40 }), nat(), nat(), (size, pick, bit) => {
        const index = pick % size
        const proof = inclusionProof(hash, read, index, size).map((node) => node.slice())
        const leaf = (all[index] as Uint8Array).slice()
        const root = rootOf(hash, all.slice(0, size)).slice()
        const parts = [leaf, root, ...proof]
        const part = parts[bit % parts.length] as Uint8Array
        const at = bit % 256
        part[at >> 3] = (part[at >> 3] as number) ^ (1 << (at & 7))
        expect(verifyInclusion(hash, { leaf, index, size, proof, root })).toBe(false)
      }),
    )
  })

  it('never throws on nonsense', () => {
    const node = all[0] as Uint8Array
    for (const index of [-1, 0.5, Number.NaN, 2 ** 60])
      expect(verifyInclusion(hash, { leaf: node, index, size: 3, proof: [], root: node })).toBe(
        false,
      )
    expect(
      verifyConsistency(hash, { oldSize: 3, newSize: 2, oldRoot: node, newRoot: node, proof: [] }),
    ).toBe(false)
  })
})
