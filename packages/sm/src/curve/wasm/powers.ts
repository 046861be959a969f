import type { Machine } from './machine.ts'

type Pointer = number

/** powers[i] ← a^i for i below 16, in the ring whose product and 1 are given. */
export function fillPowers(
  m: Machine,
  product: Machine['multiply'],
  a: Pointer,
  one: Pointer,
): void {
  const { powers } = m.at
  m.limbs(powers[0]!).set(m.limbs(one))
  for (let i = 1; i < powers.length; i++) product(powers[i]!, powers[i - 1]!, a)
}

/** The 64 digits of four bits of an exponent, highest first. */
export function nibbles(
  modulus: Uint8Array,
  exponentOf: (modulus: bigint) => bigint,
): readonly number[] {
  const value = modulus.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const hex = exponentOf(value).toString(16).padStart(64, '0')
  return [...hex].map((digit) => Number.parseInt(digit, 16))
}
