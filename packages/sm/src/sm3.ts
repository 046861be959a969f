// SM3 cryptographic hash, GB/T 32905-2016 (GM/T 0004-2012). Plain 32-bit arithmetic; no branch
// and no table index depends on the data, so its time depends on the length of the message alone.

/** Digest length in bytes (GB/T 32905-2016 clause 5.1: 256 bits). */
export const SM3_LENGTH = 32
/** Block length in bytes, which HMAC pads its key to. */
export const SM3_BLOCK_LENGTH = 64

// Clause 4.1, initial value.
const IV = [
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
]

// Clause 4.2, constants T_j, already rotated by j mod 32 as clause 5.3.3 uses them.
const T = Int32Array.from({ length: 64 }, (_, j) => {
  const constant = j < 16 ? 0x79cc4519 : 0x7a879d8a
  const shift = j % 32
  return shift === 0 ? constant : (constant << shift) | (constant >>> (32 - shift))
})

/** SM3 over a message given in pieces; one object hashes one message. */
export class Sm3 {
  readonly #state = Int32Array.from(IV)
  readonly #words = new Int32Array(68)
  readonly #block = new Uint8Array(SM3_BLOCK_LENGTH)
  #filled = 0
  #length = 0
  #finished = false

  /** Appends message bytes. */
  update(data: Uint8Array): this {
    if (this.#finished) throw new TypeError('Sm3: update after digest')
    this.#length += data.length
    let offset = 0
    if (this.#filled > 0) {
      offset = Math.min(SM3_BLOCK_LENGTH - this.#filled, data.length)
      this.#block.set(data.subarray(0, offset), this.#filled)
      this.#filled += offset
      if (this.#filled < SM3_BLOCK_LENGTH) return this
      this.#compress(this.#block, 0)
    }
    for (; offset + SM3_BLOCK_LENGTH <= data.length; offset += SM3_BLOCK_LENGTH) {
      this.#compress(data, offset)
    }
    this.#block.set(data.subarray(offset))
    this.#filled = data.length - offset
    return this
  }

  /** The 32-byte digest. The block buffer and chaining value are wiped: they may come from a key. */
  digest(): Uint8Array {
    if (this.#finished) throw new TypeError('Sm3: digest twice')
    this.#finished = true
    this.#pad()
    const digest = new Uint8Array(SM3_LENGTH)
    const view = new DataView(digest.buffer)
    for (let i = 0; i < 8; i++) view.setInt32(i * 4, this.#state[i]!)
    this.#state.fill(0)
    this.#words.fill(0)
    this.#block.fill(0)
    return digest
  }

  /** Clause 5.2: a one bit, zeros, and the length in bits as a 64-bit number. */
  #pad(): void {
    const block = this.#block
    block[this.#filled++] = 0x80
    if (this.#filled > SM3_BLOCK_LENGTH - 8) {
      block.fill(0, this.#filled)
      this.#compress(block, 0)
      this.#filled = 0
    }
    block.fill(0, this.#filled)
    const view = new DataView(block.buffer)
    // The length in bits can pass 2^32 (512 MiB) but, as a JS number, stays exact below 2^53.
    view.setUint32(56, Math.floor(this.#length / 0x20000000))
    view.setUint32(60, (this.#length << 3) >>> 0)
    this.#compress(block, 0)
  }

  /** Clause 5.3: message expansion (5.3.2) and compression CF (5.3.3) of one 64-byte block. */
  #compress(data: Uint8Array, offset: number): void {
    const w = this.#words
    for (let j = 0, at = offset; j < 16; j++, at += 4) {
      w[j] = (data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!
    }
    for (let j = 16; j < 68; j++) {
      const w3 = w[j - 3]!
      const w13 = w[j - 13]!
      const x = w[j - 16]! ^ w[j - 9]! ^ ((w3 << 15) | (w3 >>> 17))
      // Permutation P1 of clause 4.4: X xor (X <<< 15) xor (X <<< 23).
      const p1 = x ^ ((x << 15) | (x >>> 17)) ^ ((x << 23) | (x >>> 9))
      w[j] = p1 ^ ((w13 << 7) | (w13 >>> 25)) ^ w[j - 6]!
    }
    this.#rounds(w)
  }

  #rounds(w: Int32Array): void {
    const state = this.#state
    let a = state[0]!
    let b = state[1]!
    let c = state[2]!
    let d = state[3]!
    let e = state[4]!
    let f = state[5]!
    let g = state[6]!
    let h = state[7]!
    for (let j = 0; j < 64; j++) {
      const a12 = (a << 12) | (a >>> 20)
      const sum = (a12 + e + T[j]!) | 0
      const ss1 = (sum << 7) | (sum >>> 25)
      // Boolean functions FF_j and GG_j of clause 4.3 change after round 15.
      const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c)
      const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g)
      const tt1 = (ff + d + (ss1 ^ a12) + (w[j]! ^ w[j + 4]!)) | 0
      const tt2 = (gg + h + ss1 + w[j]!) | 0
      d = c
      c = (b << 9) | (b >>> 23)
      b = a
      a = tt1
      h = g
      g = (f << 19) | (f >>> 13)
      f = e
      // Permutation P0 of clause 4.4: X xor (X <<< 9) xor (X <<< 17).
      e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15))
    }
    state[0]! ^= a
    state[1]! ^= b
    state[2]! ^= c
    state[3]! ^= d
    state[4]! ^= e
    state[5]! ^= f
    state[6]! ^= g
    state[7]! ^= h
  }
}

/** SM3 digest of the whole message, 32 bytes (GB/T 32905-2016). */
export function sm3(data: Uint8Array): Uint8Array {
  return new Sm3().update(data).digest()
}
