// GHASH of NIST SP 800-38D section 6.4 (GB/T 36624 GCM): the universal hash under the tag.

// Reduction of the four bits that fall out on the right, by x^128 + x^7 + x^2 + x + 1.
const REDUCE = [
  0x0000, 0x1c20, 0x3840, 0x2460, 0x7080, 0x6ca0, 0x48c0, 0x54e0, 0xe100, 0xfd20, 0xd940, 0xc560,
  0x9180, 0x8da0, 0xa9c0, 0xb5e0,
].map((bits) => bits << 16)

const WORDS = 4

/** GHASH over a sequence of zero-padded parts, under one hash key H of 16 bytes. */
export class Ghash {
  // Multiples of H by every 4-bit polynomial: 16 entries of four words.
  readonly #table = new Int32Array(16 * WORDS)
  readonly #state = new Int32Array(WORDS)

  constructor(hashKey: Uint8Array) {
    const table = this.#table
    const view = new DataView(hashKey.buffer, hashKey.byteOffset, hashKey.byteLength)
    for (let word = 0; word < WORDS; word++) table[8 * WORDS + word] = view.getInt32(word * 4)
    for (let entry = 8; entry > 1; entry >>= 1) halve(table, entry * WORDS, (entry >> 1) * WORDS)
    for (let high = 2; high < 16; high <<= 1) {
      for (let low = 1; low < high; low++) {
        for (let word = 0; word < WORDS; word++) {
          table[(high + low) * WORDS + word] =
            table[high * WORDS + word]! ^ table[low * WORDS + word]!
        }
      }
    }
  }

  /** Absorbs a part, padded with zeros to whole blocks. */
  update(data: Uint8Array): this {
    const block = new Uint8Array(16)
    for (let offset = 0; offset < data.length; offset += 16) {
      block.fill(0)
      block.set(data.subarray(offset, offset + 16))
      this.#absorb(block)
    }
    return this
  }

  /** Absorbs the block of two 64-bit bit lengths that ends every GHASH. */
  lengths(firstBytes: number, secondBytes: number): this {
    const block = new Uint8Array(16)
    const view = new DataView(block.buffer)
    view.setUint32(0, Math.floor(firstBytes / 0x20000000))
    view.setUint32(4, (firstBytes << 3) >>> 0)
    view.setUint32(8, Math.floor(secondBytes / 0x20000000))
    view.setUint32(12, (secondBytes << 3) >>> 0)
    this.#absorb(block)
    return this
  }

  /** The 16-byte result; the table of multiples of H is wiped. */
  digest(): Uint8Array {
    const digest = new Uint8Array(16)
    const view = new DataView(digest.buffer)
    for (let word = 0; word < WORDS; word++) view.setInt32(word * 4, this.#state[word]!)
    this.#table.fill(0)
    this.#state.fill(0)
    return digest
  }

  /** state = (state xor block)·H, four bits at a time from the right-most bits of the field. */
  #absorb(block: Uint8Array): void {
    const table = this.#table
    const state = this.#state
    for (let word = 0; word < WORDS; word++) {
      const at = word * 4
      state[word]! ^=
        (block[at]! << 24) | (block[at + 1]! << 16) | (block[at + 2]! << 8) | block[at + 3]!
    }
    let z0 = 0
    let z1 = 0
    let z2 = 0
    let z3 = 0
    for (let nibble = 31; nibble >= 0; nibble--) {
      const entry = ((state[nibble >> 3]! >>> (28 - 4 * (nibble & 7))) & 15) * WORDS
      const fallen = z3 & 15
      z3 = ((z3 >>> 4) | (z2 << 28)) ^ table[entry + 3]!
      z2 = ((z2 >>> 4) | (z1 << 28)) ^ table[entry + 2]!
      z1 = ((z1 >>> 4) | (z0 << 28)) ^ table[entry + 1]!
      z0 = (z0 >>> 4) ^ REDUCE[fallen]! ^ table[entry]!
    }
    state[0] = z0
    state[1] = z1
    state[2] = z2
    state[3] = z3
  }
}

/** Multiplies an element by x: a right shift, since GCM writes the lowest power first. */
function halve(table: Int32Array, from: number, to: number): void {
  const carry = table[from + 3]! & 1
  for (let word = 3; word > 0; word--) {
    table[to + word] = (table[from + word]! >>> 1) | (table[from + word - 1]! << 31)
  }
  table[to] = (table[from]! >>> 1) ^ (carry ? 0xe1000000 : 0)
}
