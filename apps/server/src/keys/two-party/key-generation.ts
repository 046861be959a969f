import type { RandomSource } from '@yunqian/sm'
import { wipe } from '@yunqian/sm'
import { generateOprfKey, oprfEvaluate } from '@yunqian/sm/oprf'
import {
  decodeKeyShareMessage,
  encodeKeyOpening,
  serverKeyCommit,
  serverKeyOpen,
} from '@yunqian/sm/two-party'
import { TwoPartyKeyError } from './errors.ts'
import type { KeySecrets } from './store.ts'
import { keyContext, sidBytes } from './two-party-key.ts'

const validForMs = 5 * 60_000
const maxOpen = 256

type CommitState = ReturnType<typeof serverKeyCommit>['state']

/** Whose key is being made, on which phone. */
export interface KeyHolder {
  readonly tenantId: string
  readonly personId: string
  readonly deviceId: string
  readonly enrollmentId: string
}

interface Generation {
  readonly holder: KeyHolder
  readonly keyId: string
  readonly context: Uint8Array
  readonly state: CommitState
  readonly oprf: ReturnType<typeof generateOprfKey>
  readonly expiresAt: number
}

/** A key made on our side, to be committed with its sealed secrets and then forgotten. */
export interface MadeKey {
  readonly keyId: string
  readonly publicKey: Uint8Array
  readonly oprfPublicKey: Uint8Array
  readonly secrets: KeySecrets
  /** For the phone. */
  readonly opening: Uint8Array
  readonly evaluation: Uint8Array
  readonly evaluationProof: Uint8Array
}

/**
 * Key generations between commitment and opening. They live in the memory of this process alone: nothing unfinished is
 * worth keeping, and a half-made share on disk would outlive its use. Lost at restart, the phone begins again.
 */
export class KeyGenerations {
  readonly #open = new Map<string, Generation>()

  /** The server commits first. An earlier generation for the same enrolment is forgotten. */
  begin(
    holder: KeyHolder,
    given: {
      readonly sid: string
      readonly keyId: string
      readonly now: Date
      readonly random: RandomSource
    },
  ): {
    readonly context: Uint8Array
    readonly commitment: Uint8Array
    readonly oprfPublicKey: Uint8Array
    readonly expiresAt: Date
  } {
    this.#makeRoom(holder, given.now.getTime())
    const context = keyContext({ ...holder, keyId: given.keyId, epoch: 1 })
    const { state, commitment } = serverKeyCommit({
      sid: sidBytes(given.sid),
      context,
      random: given.random,
    })
    const oprf = generateOprfKey(given.random)
    const expiresAt = given.now.getTime() + validForMs
    const { keyId } = given
    this.#open.set(given.sid, { holder, keyId, context, state, oprf, expiresAt })
    return { context, commitment, oprfPublicKey: oprf.publicKey, expiresAt: new Date(expiresAt) }
  }

  /**
   * Checks the phone's proof and opens. One use: whatever comes of it, the session is over.
   * Throws `keys.session-lost`, `keys.proof-invalid`.
   */
  share(
    sid: string,
    holder: KeyHolder,
    given: {
      readonly share: Uint8Array
      readonly blinded: Uint8Array
      readonly now: Date
      readonly random: RandomSource
    },
  ): MadeKey {
    const open = this.#open.get(sid)
    if (!open || !sameHolder(open.holder, holder) || open.expiresAt <= given.now.getTime())
      throw new TwoPartyKeyError('keys.session-lost')
    this.#open.delete(sid)
    try {
      const { P1, publicKey, opening } = serverKeyOpen({
        sid: sidBytes(sid),
        context: open.context,
        state: open.state,
        message: decodeKeyShareMessage(given.share),
      })
      const { secret, publicKey: oprfPublicKey } = open.oprf
      const { evaluation, proof } = oprfEvaluate(secret, oprfPublicKey, given.blinded, given.random)
      return {
        keyId: open.keyId,
        publicKey,
        oprfPublicKey,
        secrets: { d2: open.state.d2, P1, oprfSecret: secret },
        opening: encodeKeyOpening(opening),
        evaluation,
        evaluationProof: proof,
      }
    } catch {
      wipe(open.state.d2, open.oprf.secret)
      throw new TwoPartyKeyError('keys.proof-invalid')
    }
  }

  #makeRoom(holder: KeyHolder, now: number): void {
    for (const [sid, open] of this.#open)
      if (open.expiresAt <= now || sameHolder(open.holder, holder)) this.#forget(sid, open)
    if (this.#open.size >= maxOpen) throw new TwoPartyKeyError('keys.too-many-sessions')
  }

  #forget(sid: string, open: Generation): void {
    wipe(open.state.d2, open.oprf.secret)
    this.#open.delete(sid)
  }
}

function sameHolder(a: KeyHolder, b: KeyHolder): boolean {
  return (
    a.tenantId === b.tenantId &&
    a.personId === b.personId &&
    a.deviceId === b.deviceId &&
    a.enrollmentId === b.enrollmentId
  )
}
