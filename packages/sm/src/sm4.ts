// SM4 block cipher, GB/T 32907-2016 (GM/T 0002-2012). Its S-box lookups are indexed by secret
// bytes: on a machine shared with an attacker's process the cache can leak them. On a server
// where that matters, bulk SM4 belongs to the platform's cipher; this one runs everywhere.
import { SmError } from './errors.ts'

/** Key and block length in bytes. */
const SM4_BLOCK_LENGTH = 16

// Clause 6.2.2, S-box in row order.
const SBOX_HEX = [
  'd690e9fecce13db716b614c228fb2c052b679a762abe04c3aa44132649860699',
  '9c4250f491ef987a33540b43edcfac62e4b31ca9c908e89580df94fa758f3fa6',
  '4707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35',
  '1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89e',
  'eabf8ad240c738b5a3f7f2cef96115a1e0ae5da49b341a55ad933230f58cb1e3',
  '1df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51',
  '8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b0',
  '8969974a0c96777e65b9f109c56ec68418f07dec3adc4d2079ee5f3ed7cb3948',
].join('')
const SBOX = Uint8Array.from({ length: 256 }, (_, i) =>
  Number.parseInt(SBOX_HEX.slice(i * 2, i * 2 + 2), 16),
)

const rotl = (x: number, n: number) => (x << n) | (x >>> (32 - n))

// Clause 6.2: T = L(tau(x)); one table per byte position merges S-box and the linear part L.
const ROUND_TABLES = [24, 16, 8, 0].map((shift) =>
  Int32Array.from(SBOX, (s) => {
    const b = s << shift
    return b ^ rotl(b, 2) ^ rotl(b, 10) ^ rotl(b, 18) ^ rotl(b, 24)
  }),
) as [Int32Array, Int32Array, Int32Array, Int32Array]
const [T0, T1, T2, T3] = ROUND_TABLES

// Clause 7.3, system parameter FK; the fixed parameters CK are bytes (4i + j)·7 mod 256.
const FK = [0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc]
const CK = Int32Array.from({ length: 32 }, (_, i) => {
  const byte = (j: number) => ((4 * i + j) * 7) & 0xff
  return (byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)
})

/** One key's schedule; `encrypt` turns a 16-byte block of `data` at `offset` in place. */
export class Sm4 {
  readonly #roundKeys: Int32Array

  /** Throws SmError `sm.invalid-length` unless the key has 16 bytes. */
  constructor(key: Uint8Array) {
    if (key.length !== SM4_BLOCK_LENGTH) throw new SmError('sm.invalid-length', { key: key.length })
    this.#roundKeys = expandKey(key)
  }

  encrypt(data: Uint8Array, offset = 0): void {
    this.#run(data, offset, 0, 1)
  }

  /** Clause 7.2: the same rounds with the round keys in reverse. */
  decrypt(data: Uint8Array, offset = 0): void {
    this.#run(data, offset, 31, -1)
  }

  /** Erases the key schedule; the object must not be used afterwards. */
  destroy(): void {
    this.#roundKeys.fill(0)
  }

  #run(data: Uint8Array, offset: number, first: number, step: 1 | -1): void {
    const keys = this.#roundKeys
    let a = readWord(data, offset)
    let b = readWord(data, offset + 4)
    let c = readWord(data, offset + 8)
    let d = readWord(data, offset + 12)
    for (let i = 0, k = first; i < 32; i++, k += step) {
      const x = b ^ c ^ d ^ keys[k]!
      const next = a ^ T0[x >>> 24]! ^ T1[(x >>> 16) & 255]! ^ T2[(x >>> 8) & 255]! ^ T3[x & 255]!
      a = b
      b = c
      c = d
      d = next
    }
    // Clause 7.1: the reverse transform R.
    writeWord(data, offset, d)
    writeWord(data, offset + 4, c)
    writeWord(data, offset + 8, b)
    writeWord(data, offset + 12, a)
  }
}

/** Clause 7.3: key expansion with L'(B) = B xor (B <<< 13) xor (B <<< 23). */
function expandKey(key: Uint8Array): Int32Array {
  const k = Int32Array.from(FK, (fk, i) => fk ^ readWord(key, i * 4))
  const roundKeys = new Int32Array(32)
  for (let i = 0; i < 32; i++) {
    const x = k[(i + 1) % 4]! ^ k[(i + 2) % 4]! ^ k[(i + 3) % 4]! ^ CK[i]!
    const s =
      (SBOX[x >>> 24]! << 24) |
      (SBOX[(x >>> 16) & 255]! << 16) |
      (SBOX[(x >>> 8) & 255]! << 8) |
      SBOX[x & 255]!
    k[i % 4]! ^= s ^ rotl(s, 13) ^ rotl(s, 23)
    roundKeys[i] = k[i % 4]!
  }
  k.fill(0)
  return roundKeys
}

function readWord(data: Uint8Array, at: number): number {
  return (data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!
}

function writeWord(data: Uint8Array, at: number, word: number): void {
  data[at] = word >>> 24
  data[at + 1] = word >>> 16
  data[at + 2] = word >>> 8
  data[at + 3] = word
}
