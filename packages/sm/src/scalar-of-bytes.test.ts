import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from './bytes.ts'
import { scalarOfBytes } from './scalar-of-bytes.ts'

const n = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n
const bytesOf = (value: bigint) => fromHex(value.toString(16).padStart(64, '0'))
const scalarOf = (value: bigint) => BigInt(`0x${toHex(scalarOfBytes(bytesOf(value)))}`)

describe('the scalar of 32 bytes', () => {
  it('is the bytes themselves from 1 to n-1', () => {
    for (const value of [1n, 2n, 1n << 255n, n - 2n, n - 1n]) expect(scalarOf(value)).toBe(value)
  })

  it('is 1 + (bytes mod n-1) for zero and from n on', () => {
    const most = (1n << 256n) - 1n
    for (const value of [0n, n, n + 1n, n + 2n, most - 1n, most])
      expect(scalarOf(value)).toBe((value % (n - 1n)) + 1n)
  })

  it('is another array, so that each is wiped by its owner', () => {
    const bytes = bytesOf(7n)
    const scalar = scalarOfBytes(bytes)
    bytes.fill(0)
    expect(scalar).toEqual(bytesOf(7n))
  })
})
