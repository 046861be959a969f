import { oprfFinalize } from '@yunqian/sm/oprf'
import type { PinEvaluation } from './crypto-module.ts'
import { honest } from './honest.ts'

/**
 * Unblinds the server's evaluation of the PIN. The proof shows that the server used the key it committed to at
 * enrolment, so that a faulty server is told from a wrong PIN.
 */
export function finalizePin(
  pin: Uint8Array,
  blind: Uint8Array,
  blinded: Uint8Array,
  answer: PinEvaluation,
): Uint8Array {
  const { evaluation, evaluationProof: proof, oprfPublicKey: publicKey } = answer
  return honest(() => oprfFinalize({ input: pin, blind, blinded, evaluation, proof, publicKey }))
}
