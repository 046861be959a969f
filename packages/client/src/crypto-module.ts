import type { Sm2Signature } from '@yunqian/sm'

/**
 * `untested` until the first service is asked for; `ready` once every self-test passed; `failed` for as long as the
 * page or process lives after a self-test or the random source failed: no service gives output then.
 */
export type ModuleState = 'untested' | 'ready' | 'failed'

/** What the server answered about the blinded PIN, and the key it must prove to have used. */
export interface PinEvaluation {
  readonly oprfPublicKey: Uint8Array
  readonly evaluation: Uint8Array
  readonly evaluationProof: Uint8Array
}

/** The phone's share, of use only together with this device, the PIN and the server's count. */
export interface WrappedShare {
  readonly publicKey: Uint8Array
  readonly wrapSalt: Uint8Array
  readonly wrappedShare: Uint8Array
}

/** Service *make key*, one use. `wipe` may be called at any time and must be called in the end. */
export interface KeyMaking {
  /** The phone's public half and its proof, as sent. */
  readonly share: Uint8Array
  readonly blinded: Uint8Array
  /** Checks the server's opening against its commitment, and both sides' public key; wraps the share. */
  finish(
    answer: PinEvaluation & {
      readonly commitment: Uint8Array
      readonly opening: Uint8Array
      readonly publicKey: Uint8Array
    },
  ): Promise<WrappedShare>
  wipe(): void
}

/** Service *sign*, one use: blinded PIN, join, finish. `wipe` may be called at any time and must be called in the end. */
export interface SignatureMaking {
  readonly blinded: Uint8Array
  /** Unwraps the share with what the PIN gives and joins one session over `e`. A second join is refused. */
  join(
    session: PinEvaluation & {
      readonly sid: Uint8Array
      readonly context: Uint8Array
      readonly commitment: Uint8Array
      readonly e: Uint8Array
      readonly key: WrappedShare
    },
  ): Promise<Uint8Array>
  /** Checks commitment, r and the whole signature; nothing is returned that does not verify. */
  finish(answer: Uint8Array): Sm2Signature
  wipe(): void
}

/**
 * Everything that touches the phone's share, its nonces and the PIN (design of the two-party key, "The module"). The
 * one role is the holder, who proves themselves with the PIN, judged by the server. Secrets live in the objects the
 * services return and in nothing else. The software module is one implementation, **not certified**; a certified
 * vendor's module is another. Services throw PhoneError: `phone.self-test-failed` in state `failed`,
 * `phone.server-dishonest` when a check of the server's part does not hold, `phone.wiped` once the object was wiped,
 * also while it was at work.
 */
export interface CryptoModule {
  readonly state: ModuleState
  /** Runs the self-tests unless they were run. Every service does so first. */
  selfTest(): void
  makeKey(
    session: { readonly sid: Uint8Array; readonly context: Uint8Array },
    pin: string,
  ): KeyMaking
  sign(pin: string): SignatureMaking
}
