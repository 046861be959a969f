// Schnorr proofs of knowledge of discrete logarithms, made non-interactive by Fiat-Shamir over SM3.
// Several logarithms are proven together under one challenge, so that who makes the proof knows
// all of them at once, for this session and no other.
import { concatBytes, equalBytes, wipe } from '../bytes.ts'
import { engine } from '../curve/engine.ts'
import { hedgedScalar } from '../hedged-scalar.ts'
import type { RandomSource } from '../random.ts'
import { isLess } from '../scalar-range.ts'
import { transcriptHash, type TranscriptTag } from './transcript.ts'

/** What a proof is bound to: its kind, and everything of the session it must not outlive. */
export interface ProofBinding {
  readonly tag: TranscriptTag
  readonly fields: readonly Uint8Array[]
}

/** Length of a proof of `count` logarithms: challenge and one response each, 32 bytes apiece. */
export const proofLength = (count: number): number => 32 * (count + 1)

/**
 * Proves knowledge of every x with X = [x]G: challenge c ‖ responses z = a + c·x. The one-time a
 * is hedged with x itself: two proofs with one a and different c would give x away.
 */
export function proveLogarithms(
  binding: ProofBinding,
  witnesses: readonly { readonly secret: Uint8Array; readonly image: Uint8Array }[],
  random: RandomSource,
): Uint8Array {
  const images = witnesses.map((witness) => witness.image)
  const use = transcriptHash(binding.tag, ...binding.fields, ...images)
  const masks = witnesses.map((witness) => hedgedScalar(witness.secret, use, random))
  const announced = masks.map((mask) => engine.multiplyBase(mask))
  const challenge = challengeOf(binding, images, announced)
  const responses = witnesses.map((witness, i) => {
    const scaled = engine.multiplyScalars(challenge, witness.secret)
    const response = engine.addScalars(masks[i]!, scaled)
    wipe(scaled)
    return response
  })
  wipe(...masks)
  return concatBytes(challenge, ...responses)
}

/**
 * Checks a proof for exactly these images (points already checked to be on the curve): recomputes
 * each announcement [z]G - [c]X and compares the challenge. False for any other bytes.
 */
export function verifyLogarithms(
  binding: ProofBinding,
  images: readonly Uint8Array[],
  proof: Uint8Array,
): boolean {
  if (proof.length !== proofLength(images.length)) return false
  const scalars = images.map((_, i) => proof.subarray(32 * (i + 1), 32 * (i + 2)))
  const challenge = proof.subarray(0, 32)
  if (![challenge, ...scalars].every((scalar) => isLess(scalar, engine.curve.n))) return false
  const negated = engine.subtractScalars(ZERO, challenge)
  const announced: Uint8Array[] = []
  for (const [i, image] of images.entries()) {
    const point = engine.combine(scalars[i]!, negated, image)
    if (!point) return false
    announced.push(point)
  }
  return equalBytes(challengeOf(binding, images, announced), challenge)
}

const ZERO = new Uint8Array(32)

function challengeOf(
  binding: ProofBinding,
  images: readonly Uint8Array[],
  announced: readonly Uint8Array[],
): Uint8Array {
  return engine.reduce(transcriptHash(binding.tag, ...binding.fields, ...images, ...announced))
}
