// 32 bytes, big endian, as limbs and back, and the little that is done to scalars outside
// WebAssembly: integers of 32 bits only, no branch and no index that follows a value.

export const LIMBS = 9
export const LIMB_BITS = 29
const MASK = (1 << LIMB_BITS) - 1
const WORDS = 8

/** Nine limbs of a number below 2^256. */
export function toLimbs(bytes: Uint8Array, limbs: Int32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 32)
  const word = (k: number): number => (k < WORDS ? view.getUint32(4 * (WORDS - 1 - k)) : 0)
  for (let i = 0; i < LIMBS; i++) {
    const [k, shift] = [(LIMB_BITS * i) >>> 5, (LIMB_BITS * i) & 31]
    const above = shift === 0 ? 0 : word(k + 1) << (32 - shift)
    limbs[i] = ((word(k) >>> shift) | above) & MASK
  }
}

/** The inverse, for limbs within 29 bits of a number below 2^256. */
export function fromLimbs(limbs: Int32Array): Uint8Array {
  const words = new Uint32Array(WORDS + 1)
  for (let i = 0; i < LIMBS; i++) {
    const [k, shift] = [(LIMB_BITS * i) >>> 5, (LIMB_BITS * i) & 31]
    words[k]! |= limbs[i]! << shift
    if (shift > 32 - LIMB_BITS) words[k + 1]! |= limbs[i]! >>> (32 - shift)
  }
  const bytes = new Uint8Array(32)
  const view = new DataView(bytes.buffer)
  for (let k = 0; k < WORDS; k++) view.setUint32(4 * (WORDS - 1 - k), words[k]!)
  words.fill(0)
  return bytes
}

/** Subtracts the modulus once if the number is not below it. */
export function subtractOnce(limbs: Int32Array, modulus: Int32Array): void {
  let borrow = 0
  for (let i = 0; i < LIMBS; i++) borrow = (limbs[i]! - modulus[i]! + borrow) >> LIMB_BITS
  // borrow is -1 when the number was below the modulus: then nothing is taken away.
  const keep = ~borrow
  let carry = 0
  for (let i = 0; i < LIMBS; i++) {
    const difference = limbs[i]! - (modulus[i]! & keep) + carry
    limbs[i] = difference & MASK
    carry = difference >> LIMB_BITS
  }
}

/** out ← a + b, or a - b + modulus, below twice the modulus. */
export function combine(
  out: Int32Array,
  a: Int32Array,
  b: Int32Array,
  sign: 1 | -1,
  modulus: Int32Array,
): void {
  let carry = 0
  for (let i = 0; i < LIMBS; i++) {
    const sum = a[i]! + sign * b[i]! + (sign === 1 ? 0 : modulus[i]!) + carry
    out[i] = sum & MASK
    carry = sum >> LIMB_BITS
  }
}

export const WINDOW_BITS = 5
/** Windows of a 256-bit number; the last takes up one bit and the carry. */
export const WINDOWS = 52

/** Digits in [-15, 16] with Σ digit[i]·32^i = the number; inverse of nothing, kept by nobody. */
export function windowDigits(bytes: Uint8Array): Int32Array {
  const bit = (at: number): number => (at < 256 ? (bytes[31 - (at >>> 3)]! >>> (at & 7)) & 1 : 0)
  const digits = new Int32Array(WINDOWS)
  let carry = 0
  for (let i = 0; i < WINDOWS; i++) {
    let digit = carry
    for (let j = 0; j < WINDOW_BITS; j++) digit += bit(WINDOW_BITS * i + j) << j
    carry = (16 - digit) >>> 31
    digits[i] = digit - (carry << WINDOW_BITS)
  }
  return digits
}
