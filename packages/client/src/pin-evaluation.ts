import { oprfFinalize } from '@yunqian/sm/oprf'
import { fromBase64, utf8 } from './bytes.ts'
import { honest } from './honest.ts'

/**
 * Unblinds the server's evaluation of the PIN. The proof shows that the server used the key it committed to at
 * enrolment, so that a faulty server is told from a wrong PIN.
 */
export function finalizePin(input: {
  readonly pin: string
  readonly blind: Uint8Array
  readonly blinded: Uint8Array
  readonly oprfPublicKey: Uint8Array
  readonly answer: { readonly evaluation: string; readonly evaluationProof: string }
}): Uint8Array {
  return honest(() =>
    oprfFinalize({
      input: utf8(input.pin),
      blind: input.blind,
      blinded: input.blinded,
      evaluation: fromBase64(input.answer.evaluation),
      proof: fromBase64(input.answer.evaluationProof),
      publicKey: input.oprfPublicKey,
    }),
  )
}
