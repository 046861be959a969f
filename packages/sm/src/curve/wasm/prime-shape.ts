// What the field code needs to know of a prime. SM2's and P-256's were chosen alike: p + 1 is a sum
// of few powers of two, none of them small, so that a multiple of p is a handful of shifts. The
// powers are read off the prime itself; a table beside it could be wrong.
import { LIMB_BITS, LIMBS } from './numbers.ts'

/** sign · 2^(29·limb + shift). */
export interface Term {
  readonly sign: 1 | -1
  readonly limb: number
  readonly shift: number
}

/** What a reduction adds to a column at most; the sums of products leave that room free. */
export const REDUCTION_ROOM = 2 ** 57

/**
 * The powers of two whose sum is p + 1, lowest first.
 *
 * @throws RangeError for a prime that the field code would compute wrongly with
 */
export function termsOf(p: bigint): readonly Term[] {
  const terms = signedBits(p + 1n)
  const top = terms.at(-1)!
  const rest = terms.slice(0, -1)
  // Of 256 bits, so that the ninth limb of a number below p fills 24 bits.
  const is256 = top.sign === 1 && LIMB_BITS * top.limb + top.shift === 256
  // p ≡ -1 mod 2^29: each lowest limb is itself the multiple of p that makes it vanish. And what
  // folds back from above 2^256 stays below the ninth limb, so a number comes out near p at once.
  const folds = rest.every(({ limb }) => limb >= 1 && limb < LIMBS - 1)
  // A column meets every term once, with a factor below 2^29, and the carry of the one below.
  const most = terms.reduce((sum, { shift }) => sum + 2 ** (LIMB_BITS + shift), 2 ** 34)
  if (!is256 || !folds || most >= REDUCTION_ROOM)
    throw new RangeError('a prime of another shape needs other field code')
  return terms
}

/** The non-adjacent form: the fewest signed powers of two, which are unique. */
function signedBits(value: bigint): Term[] {
  const terms: Term[] = []
  let rest = value
  for (let bit = 0; rest > 0n; bit++) {
    if (rest & 1n) {
      const sign = (rest & 3n) === 1n ? 1 : -1
      terms.push({ sign, limb: Math.floor(bit / LIMB_BITS), shift: bit % LIMB_BITS })
      rest -= BigInt(sign)
    }
    rest >>= 1n
  }
  return terms
}
