import { createOPRF } from '@noble/curves/abstract/oprf.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../bytes.ts'
import { engine } from '../curve/engine.ts'
import { sm3 } from '../sm3.ts'
import { createSm2Hasher } from './hash-to-curve.ts'
import { generateOprfKey, oprfBlind, oprfEvaluate, oprfFinalize, oprfKeyFromSeed } from './voprf.ts'

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const pin = new TextEncoder().encode('493027')
const key = generateOprfKey(random)

function run(input: Uint8Array, on = key) {
  const { blind, blinded } = oprfBlind(input, random)
  const answer = oprfEvaluate(on.secret, on.publicKey, blinded, random)
  return { input, blind, blinded, ...answer, publicKey: on.publicKey }
}

describe('the oblivious function', () => {
  it('gives one PIN one output under every blind, and another PIN another', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 32 }), fc.uint8Array({ maxLength: 32 }), (a, b) => {
        const [first, second] = [oprfFinalize(run(a)), oprfFinalize(run(a))]
        expect(toHex(first)).toBe(toHex(second))
        expect(toHex(oprfFinalize(run(b))) === toHex(first)).toBe(toHex(a) === toHex(b))
      }),
      { numRuns: 8 },
    )
  })

  it('shows the server another element every time', () => {
    expect(toHex(oprfBlind(pin, random).blinded)).not.toBe(toHex(oprfBlind(pin, random).blinded))
  })

  it('gives other outputs under another key', () => {
    const other = generateOprfKey(random)
    expect(toHex(oprfFinalize(run(pin, other)))).not.toBe(toHex(oprfFinalize(run(pin))))
  })

  it('derives the same key from the same seed and name alone', () => {
    const seed = random(32)
    const name = new TextEncoder().encode('key-1')
    const derived = oprfKeyFromSeed(seed, name)
    expect(oprfKeyFromSeed(seed, name)).toEqual(derived)
    expect(oprfKeyFromSeed(seed, pin)).not.toEqual(derived)
    expect(() => oprfKeyFromSeed(random(31), name)).toThrow('oprf.invalid-scalar')
  })
})

describe('beside noble, which implements the same RFC', () => {
  const hasher = createSm2Hasher()
  const { voprf } = createOPRF({
    name: 'curveSM2-SM3',
    Point: hasher.Point,
    hash: (message) => Uint8Array.from(sm3(message)),
    hashToGroup: hasher.hashToCurve,
    hashToScalar: hasher.hashToScalar,
  })
  const same = (a: Uint8Array, b: Uint8Array) => expect(toHex(a)).toBe(toHex(b))

  it('keys, elements, proofs and outputs are each other’s', () => {
    const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(seed, fc.uint8Array({ maxLength: 40 }), (from, input) => {
        const ours = oprfKeyFromSeed(from, input)
        const theirs = voprf.deriveKeyPair(from, input)
        same(ours.secret, theirs.secretKey)
        same(ours.publicKey, theirs.publicKey)
        const { blind, blinded } = voprf.blind(input)
        const their = voprf.blindEvaluate(theirs.secretKey, theirs.publicKey, blinded)
        const theirProof = [theirs.publicKey, their.proof] as const
        const output = voprf.finalize(input, blind, their.evaluated, blinded, ...theirProof)

        const asked = oprfBlind(input, random)
        const answered = voprf.blindEvaluate(theirs.secretKey, theirs.publicKey, asked.blinded)
        const { evaluated: evaluation, proof } = answered
        same(oprfFinalize({ input, ...asked, evaluation, proof, ...ours }), output)

        const our = oprfEvaluate(ours.secret, ours.publicKey, blinded, random)
        const finished = voprf.finalize(
          ...([input, blind, our.evaluation, blinded, ours.publicKey, our.proof] as const),
        )
        same(finished, output)
      }),
      { numRuns: 10 },
    )
  })
})

describe('a faulty server', () => {
  it('is found when it evaluates with another key', () => {
    const honest = run(pin)
    const other = generateOprfKey(random)
    const foreign = oprfEvaluate(other.secret, other.publicKey, honest.blinded, random)
    expect(() => oprfFinalize({ ...honest, ...foreign })).toThrow('oprf.proof-invalid')
    // Claiming the known public key while using another secret does not help either.
    const lie = oprfEvaluate(other.secret, key.publicKey, honest.blinded, random)
    expect(() => oprfFinalize({ ...honest, ...lie })).toThrow('oprf.proof-invalid')
  })

  it('is found when it answers for another element or bends the proof', () => {
    const honest = run(pin)
    const { evaluation, proof } = run(pin)
    expect(() => oprfFinalize({ ...honest, evaluation, proof })).toThrow('oprf.proof-invalid')
    for (const byte of [31, 63]) {
      const bent = Uint8Array.from(honest.proof)
      bent[byte]! ^= 1
      expect(() => oprfFinalize({ ...honest, proof: bent })).toThrow('oprf.proof-invalid')
    }
    for (const bad of [new Uint8Array(0), new Uint8Array(64), honest.proof.subarray(1)]) {
      expect(() => oprfFinalize({ ...honest, proof: bad })).toThrow('oprf.proof-invalid')
    }
    const raised = concatBytes(engine.curve.n, honest.proof.subarray(32))
    expect(() => oprfFinalize({ ...honest, proof: raised })).toThrow('oprf.proof-invalid')
  })

  it('does not repeat the one-time scalar of its proof when its random source repeats', () => {
    const stuck = (length: number) => new Uint8Array(length).fill(5)
    const proofs = [oprfBlind(pin, random), oprfBlind(pin, random)].map(({ blinded }) => {
      const { proof } = oprfEvaluate(key.secret, key.publicKey, blinded, stuck)
      return { c: proof.subarray(0, 32), s: proof.subarray(32) }
    })
    const [a, b] = proofs as [(typeof proofs)[0], (typeof proofs)[0]]
    // With one r in both, s = r - c·key gives key = (s - s')/(c' - c).
    const guess = engine.multiplyScalars(
      engine.subtractScalars(a.s, b.s),
      engine.invertScalar(engine.subtractScalars(b.c, a.c)),
    )
    expect(toHex(guess)).not.toBe(toHex(key.secret))
  })
})

describe('hostile elements and scalars', () => {
  const honest = run(pin)
  const offCurve = (() => {
    // About half of all x have no point; the first one after the honest x is taken.
    const bytes = Uint8Array.from(honest.blinded)
    for (;;) {
      bytes[32]!++
      try {
        oprfEvaluate(key.secret, key.publicKey, bytes, random)
      } catch {
        return bytes
      }
    }
  })()

  it.each<readonly [string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['infinity in one byte', new Uint8Array(1)],
    ['zeros', new Uint8Array(33)],
    ['x = p', concatBytes(Uint8Array.of(2), engine.curve.p)],
    ['an x without a point', offCurve],
    ['the uncompressed form', engine.multiplyBase(honest.blind)],
    ['a trailing byte', concatBytes(honest.blinded, Uint8Array.of(0))],
  ])('refuses %s as an element on both sides', (_, element) => {
    expect(() => oprfEvaluate(key.secret, key.publicKey, element, random)).toThrow(
      'oprf.invalid-element',
    )
    expect(() => oprfFinalize({ ...honest, evaluation: element })).toThrow('oprf.invalid-element')
  })

  it.each<readonly [string, Uint8Array]>([
    ['zero', new Uint8Array(32)],
    ['n', engine.curve.n],
    ['31 bytes', new Uint8Array(31).fill(1)],
  ])('refuses %s as a secret or blind', (_, scalar) => {
    expect(() => oprfEvaluate(scalar, key.publicKey, honest.blinded, random)).toThrow(
      'oprf.invalid-scalar',
    )
    expect(() => oprfFinalize({ ...honest, blind: scalar })).toThrow('oprf.invalid-scalar')
  })

  it('refuses an input too long to count', () => {
    expect(() => oprfBlind(new Uint8Array(0x10000), random)).toThrow('oprf.invalid-input')
  })
})
