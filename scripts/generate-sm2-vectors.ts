// Writes test/vectors/sm2/*.json. Deterministic: the same files come out every time. Expected
// results are stated here by construction; test/interop holds them against other implementations.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { concatBytes, fromHex, toHex } from '../packages/sm/src/bytes.ts'
import { engine } from '../packages/sm/src/curve/engine.ts'
import { SM2_CURVE } from '../packages/sm/src/curve/parameters.ts'
import { sm2MessageDigest } from '../packages/sm/src/sm2-digest.ts'
import {
  parseSm2PrivateKey,
  sm2PublicKeyOf,
  type Sm2PublicKey,
} from '../packages/sm/src/sm2-key.ts'
import { signWithNonce } from '../packages/sm/src/sm2-signature.ts'
import { encodeSm2Signature } from '../packages/sm/src/signature-der.ts'
import { sm3 } from '../packages/sm/src/sm3.ts'

interface Case {
  comment: string
  flags: string[]
  msg: string
  sig: string
  result: 'valid' | 'invalid'
}

const ascii = (text: string) => new TextEncoder().encode(text)
const number = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`)
const n = number(SM2_CURVE.n)
const p = number(SM2_CURVE.p)
const bytes32 = (value: bigint) => fromHex(value.toString(16).padStart(64, '0'))
const DEFAULT_ID = ascii('1234567812345678')
const seeded = (label: string) => engine.reduce(sm3(ascii(`yunqian sm2 vectors ${label}`)))

// DER by hand, so that it can also be wrong.
const tlv = (tag: number, ...content: Uint8Array[]) => {
  const body = concatBytes(...content)
  return concatBytes(Uint8Array.of(tag, body.length), body)
}
const minimal = (value: bigint) => {
  const hex = value.toString(16)
  const digits = fromHex(hex.length % 2 ? `0${hex}` : hex)
  return digits[0]! & 0x80 ? concatBytes(Uint8Array.of(0), digits) : digits
}
const integer = (value: bigint) => tlv(2, minimal(value))
const sequence = (...members: Uint8Array[]) => tlv(0x30, ...members)

function keyPair(label: string) {
  const privateKey = parseSm2PrivateKey(seeded(label))
  return { privateKey, publicKey: sm2PublicKeyOf(privateKey) }
}

function signed(key: ReturnType<typeof keyPair>, msg: Uint8Array, id: Uint8Array, label: string) {
  const e = sm2MessageDigest(key.publicKey, msg, id)
  return { e, ...signWithNonce(engine, key.privateKey, e, seeded(`nonce ${label}`))! }
}

/** The first label whose key or signature has the wanted shape. */
function search<T>(make: (label: string) => T, wanted: (value: T) => boolean): T {
  for (let i = 0; ; i++) {
    const value = make(`search ${i}`)
    if (wanted(value)) return value
  }
}

const groups: { publicKey: Sm2PublicKey; id: Uint8Array; comment: string; tests: Case[] }[] = []

function positives(): void {
  const shapes: [string, (key: Uint8Array) => boolean][] = [
    ['public key with x starting in 00', (key) => key[1] === 0],
    ['public key with y starting in 00', (key) => key[33] === 0],
  ]
  for (const [comment, wanted] of shapes) {
    const key = search(keyPair, ({ publicKey }) => wanted(publicKey))
    const msg = ascii(comment)
    const { r, s } = signed(key, msg, DEFAULT_ID, comment)
    const sig = toHex(encodeSm2Signature({ r, s }))
    const test: Case = { comment, flags: ['LeadingZeros'], msg: toHex(msg), sig, result: 'valid' }
    groups.push({ publicKey: key.publicKey, id: DEFAULT_ID, comment, tests: [test] })
  }
  for (const [comment, id] of [
    ['empty identity', new Uint8Array(0)],
    ['identity of one byte', ascii('A')],
    ['identity beyond ASCII', ascii('张三@例子.中国')],
    ['identity of 8191 bytes', new Uint8Array(8191).fill(0x61)],
  ] as const) {
    const key = keyPair(comment)
    const msg = ascii('a message under another identity')
    const good = signed(key, msg, id, comment)
    const foreign = signed(key, msg, DEFAULT_ID, comment)
    const tests: Case[] = [
      {
        comment,
        flags: ['Identity'],
        msg: toHex(msg),
        sig: toHex(encodeSm2Signature(good)),
        result: 'valid',
      },
      {
        comment: 'signed under the default identity',
        flags: ['Identity'],
        msg: toHex(msg),
        sig: toHex(encodeSm2Signature(foreign)),
        result: 'invalid',
      },
    ]
    groups.push({ publicKey: key.publicKey, id, comment, tests })
  }
}

function mainGroup(): void {
  const key = keyPair('main key')
  const { publicKey } = key
  const tests: Case[] = []
  const msg = ascii('message digest')
  const add = (
    comment: string,
    flag: string,
    sig: Uint8Array,
    result: Case['result'] = 'invalid',
  ) => tests.push({ comment, flags: [flag], msg: toHex(msg), sig: toHex(sig), result })
  const good = signed(key, msg, DEFAULT_ID, 'main')
  const [r, s] = [number(good.r), number(good.s)]
  const der = encodeSm2Signature(good)

  add('a plain signature', 'Normal', der, 'valid')
  for (const [member, at] of [
    ['r', 0],
    ['s', 1],
  ] as const) {
    for (const zeros of ['00', '000']) {
      const found = search(
        (label) => signed(key, msg, DEFAULT_ID, label),
        (value) => toHex([value.r, value.s][at]!).startsWith(zeros),
      )
      add(`${member} starting in ${zeros}`, 'LeadingZeros', encodeSm2Signature(found), 'valid')
    }
    const low = search(
      (label) => signed(key, msg, DEFAULT_ID, label),
      (value) => [value.r, value.s][at]![0]! < 0x80 && [value.r, value.s][at]![0]! > 0,
    )
    add(`${member} below 2^255, no padding byte`, 'Normal', encodeSm2Signature(low), 'valid')
  }

  const ranges: [string, bigint, bigint][] = [
    ['r + n', r + n, s],
    ['s + n', r, s + n],
    ['r + n and s + n', r + n, s + n],
    ['r - n, negative', r - n, s],
    ['s - n, negative', r, s - n],
    ['r = 0', 0n, s],
    ['s = 0', r, 0n],
    ['r = s = 0', 0n, 0n],
    ['r = n', n, s],
    ['s = n', r, n],
    ['r = n and s = n', n, n],
    ['r = n + 1', n + 1n, s],
    ['s = n + 1', r, n + 1n],
    ['r = p', p, s],
    ['s = p', r, p],
    ['r = 1', 1n, s],
    ['s = 1', r, 1n],
    ['r = s = 1', 1n, 1n],
    ['r = n - 1', n - 1n, s],
    ['s = n - 1', r, n - 1n],
    ['r + s = n', r, n - r],
    ['s + r = n', n - s, s],
    ['r + s = n with r = 1', 1n, n - 1n],
    ['-s, which ECDSA would accept', r, n - s],
    ['-r', n - r, s],
    ['exchanged', s, r],
    ['r of 2^256', 1n << 256n, s],
    ['s of 2^256', r, 1n << 256n],
    ['r of 2^256 - 1', (1n << 256n) - 1n, s],
    ['s of 2^256 - 1', r, (1n << 256n) - 1n],
    ['r + 1', r + 1n, s],
    ['s + 1', r, s + 1n],
  ]
  const any = (value: bigint) => (value < 0n ? negative(value) : integer(value))
  for (const [comment, a, b] of ranges) add(comment, 'Range', sequence(any(a), any(b)))

  const R = integer(r)
  const S = integer(s)
  const body = concatBytes(R, S)
  const padded = (value: bigint) => tlv(2, Uint8Array.of(0), minimal(value))
  const encodings: [string, Uint8Array][] = [
    ['empty', new Uint8Array(0)],
    ['tag alone', Uint8Array.of(0x30)],
    ['empty sequence', sequence()],
    ['sequence of r alone', sequence(R)],
    ['sequence of three integers', sequence(R, S, S)],
    ['a null after s', sequence(R, S, Uint8Array.of(5, 0))],
    ['trailing byte after the sequence', concatBytes(der, Uint8Array.of(0))],
    ['trailing byte inside the sequence', sequence(R, S, Uint8Array.of(0))],
    ['second signature after the first', concatBytes(der, der)],
    ['cut by one byte', der.subarray(0, der.length - 1)],
    ['length one too small', concatBytes(Uint8Array.of(0x30, body.length - 1), body)],
    ['length one too large', concatBytes(Uint8Array.of(0x30, body.length + 1), body)],
    ['long-form length of the sequence', concatBytes(Uint8Array.of(0x30, 0x81, body.length), body)],
    ['long-form length in two bytes', concatBytes(Uint8Array.of(0x30, 0x82, 0, body.length), body)],
    [
      'long-form length in five bytes',
      concatBytes(Uint8Array.of(0x30, 0x85, 0, 0, 0, 0, body.length), body),
    ],
    ['indefinite length', concatBytes(Uint8Array.of(0x30, 0x80), body, Uint8Array.of(0, 0))],
    ['reserved length 0xff', concatBytes(Uint8Array.of(0x30, 0xff), body)],
    ['long-form length of r', sequence(concatBytes(Uint8Array.of(2, 0x81), R.subarray(1)), S)],
    ['long-form length of s', sequence(R, concatBytes(Uint8Array.of(2, 0x81), S.subarray(1)))],
    ['zero before r', sequence(padded(r), S)],
    ['zero before s', sequence(R, padded(s))],
    ['r of no bytes', sequence(tlv(2), S)],
    ['s of no bytes', sequence(R, tlv(2))],
    ['r without its sign byte', sequence(tlv(2, bytes32(r | (1n << 255n))), S)],
    ['set instead of sequence', tlv(0x31, R, S)],
    ['primitive sequence tag', tlv(0x10, R, S)],
    ['octet strings instead of integers', sequence(tlv(4, bytes32(r)), tlv(4, bytes32(s)))],
    ['bit string instead of r', sequence(tlv(3, Uint8Array.of(0), bytes32(r)), S)],
    ['sequence in a sequence', sequence(der)],
    ['raw r and s of 64 bytes', concatBytes(good.r, good.s)],
    ['base64 text', ascii(Buffer.from(der).toString('base64'))],
    ['hexadecimal text', ascii(toHex(der))],
  ]
  for (const [comment, sig] of encodings) add(comment, 'Encoding', sig)

  const plainHash = signWithNonce(engine, key.privateKey, sm3(msg), seeded('nonce no Z'))!
  add('over SM3 of the message without Z', 'Digest', encodeSm2Signature(plainHash))
  const doubled = signWithNonce(engine, key.privateKey, sm3(good.e), seeded('nonce doubled'))!
  add('over SM3 of e, hashed once too often', 'Digest', encodeSm2Signature(doubled))
  const other = signed(keyPair('other key'), msg, DEFAULT_ID, 'other')
  add('by another key', 'Key', encodeSm2Signature(other))
  const otherMessage = signed(key, ascii('message digesu'), DEFAULT_ID, 'other message')
  add('over another message', 'Digest', encodeSm2Signature(otherMessage))
  for (let i = 0; i < 8; i++) {
    const text = ascii('x'.repeat([0, 1, 31, 55, 56, 63, 64, 1000][i]!))
    const sig = encodeSm2Signature(signed(key, text, DEFAULT_ID, `length ${i}`))
    const comment = `message of ${text.length} bytes`
    tests.push({ comment, flags: ['Normal'], msg: toHex(text), sig: toHex(sig), result: 'valid' })
  }
  groups.unshift({ publicKey, id: DEFAULT_ID, comment: 'one key, default identity', tests })
}

/** Two's complement of a negative number. */
function negative(value: bigint): Uint8Array {
  const bits = 264n
  const digits = fromHex(((1n << bits) + value).toString(16))
  const start = digits.findIndex((byte, i) => byte !== 0xff || !(digits[i + 1]! & 0x80))
  return tlv(2, digits.subarray(start))
}

function publicKeys() {
  const { publicKey } = keyPair('main key')
  const [x, y] = [publicKey.subarray(1, 33), publicKey.subarray(33)]
  const point = (first: Uint8Array, second: Uint8Array, tag = 4) =>
    concatBytes(Uint8Array.of(tag), first, second)
  const b = number(SM2_CURVE.b)
  const power = (base: bigint, exponent: bigint) => {
    let result = 1n
    for (let square = base % p, rest = exponent; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = (result * square) % p
      square = (square * square) % p
    }
    return result
  }
  const curve = (at: bigint) => (((at ** 3n - 3n * at + b) % p) + p) % p
  // The smallest x with a point: both x and x + p fit into 32 bytes, so one point has two spellings.
  let small = 0n
  while (power(curve(small), (p - 1n) / 2n) !== 1n) small++
  const smallY = bytes32(power(curve(small), (p + 1n) / 4n))
  let twist = 0n
  while (power(curve(twist), (p - 1n) / 2n) === 1n) twist++
  const cases: [string, Uint8Array, 'valid' | 'invalid'][] = [
    ['a key', publicKey, 'valid'],
    ['its negative', point(x, bytes32(p - number(y))), 'valid'],
    ['the base point', point(SM2_CURVE.Gx, SM2_CURVE.Gy), 'valid'],
    ['the smallest x', point(bytes32(small), smallY), 'valid'],
    ['the same x written as x + p', point(bytes32(small + p), smallY), 'invalid'],
    ['x = p', point(bytes32(p), y), 'invalid'],
    ['y = p', point(x, bytes32(p)), 'invalid'],
    [
      'coordinates of 2^256 - 1',
      point(new Uint8Array(32).fill(255), new Uint8Array(32).fill(255)),
      'invalid',
    ],
    ['y + 1, off the curve', point(x, bytes32(number(y) + 1n)), 'invalid'],
    ['x and y exchanged', point(y, x), 'invalid'],
    ['a point of order 2 of another curve, y = 0', point(x, bytes32(0n)), 'invalid'],
    [
      'an x on the twist',
      point(bytes32(twist), bytes32(power(curve(twist), (p + 1n) / 4n))),
      'invalid',
    ],
    ['infinity as one zero byte', Uint8Array.of(0), 'invalid'],
    ['infinity as zeros', new Uint8Array(65), 'invalid'],
    ['infinity as 04 and zeros', point(bytes32(0n), bytes32(0n)), 'invalid'],
    ['compressed', concatBytes(Uint8Array.of(2 + (y[31]! & 1)), x), 'invalid'],
    ['compressed, other parity', concatBytes(Uint8Array.of(3 - (y[31]! & 1)), x), 'invalid'],
    ['hybrid', point(x, y, 6 + (y[31]! & 1)), 'invalid'],
    ['without the 04', concatBytes(x, y), 'invalid'],
    ['with tag 05', point(x, y, 5), 'invalid'],
    ['one byte short', publicKey.subarray(0, 64), 'invalid'],
    ['one byte long', concatBytes(publicKey, Uint8Array.of(0)), 'invalid'],
    ['empty', new Uint8Array(0), 'invalid'],
    [
      'a P-256 key',
      fromHex(
        '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
          '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
      ),
      'invalid',
    ],
  ]
  return cases.map(([comment, bytes, result], i) => ({
    tcId: i + 1,
    comment,
    bytes: toHex(bytes),
    result,
  }))
}

positives()
mainGroup()
let tcId = 0
const folder = join(import.meta.dirname, '..', 'test', 'vectors', 'sm2')
const write = (name: string, content: unknown) =>
  writeFileSync(join(folder, name), `${JSON.stringify(content, null, 2)}\n`)
const testGroups = groups.map(({ publicKey, id, comment, tests }) => ({
  type: 'Sm2Verify',
  comment,
  publicKey: toHex(publicKey),
  id: toHex(id),
  tests: tests.map((test) => ({ tcId: ++tcId, ...test })),
}))
write('signature.json', { algorithm: 'SM2withSM3', numberOfTests: tcId, testGroups })
const keyTests = publicKeys()
write('public-key.json', { algorithm: 'SM2', numberOfTests: keyTests.length, tests: keyTests })
