import { wipe } from '../bytes.ts'
import { TwoPartyError } from './errors.ts'

/**
 * A nonce that can be taken once. Two answers computed with one w2 give the server's share away,
 * two with one w1 the phone's, so the second `take` throws `two-party.nonce-spent` whatever came
 * of the first. The scalar is a private field: it does not show in JSON, logs or spread copies.
 *
 * This guards one process. Keep the object in memory alone: a nonce written to a row, a backup or
 * a snapshot can be taken again after a restore.
 */
export class OneUseNonce {
  #scalar: Uint8Array | undefined

  constructor(scalar: Uint8Array) {
    this.#scalar = scalar
  }

  get spent(): boolean {
    return this.#scalar === undefined
  }

  /** Hands the scalar over for good; whoever takes it wipes it. */
  take(): Uint8Array {
    const scalar = this.#scalar
    if (!scalar) throw new TwoPartyError('two-party.nonce-spent')
    this.#scalar = undefined
    return scalar
  }

  /** Wipes an unused nonce: the session expired or was refused. Harmless when it is spent. */
  destroy(): void {
    if (this.#scalar) wipe(this.#scalar)
    this.#scalar = undefined
  }
}
