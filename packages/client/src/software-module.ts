import type { RandomSource } from '@yunqian/sm'
import type { CryptoModule, KeyMaking, ModuleState, SignatureMaking } from './crypto-module.ts'
import { PhoneError } from './errors.ts'
import { healthyRandom } from './healthy-random.ts'
import { SoftwareKeyMaking } from './make-key-share.ts'
import { SoftwareSignatureMaking } from './make-signature.ts'
import type { DeviceKeys } from './ports.ts'
import { knownAnswers, failedTests, type SelfTest } from './self-test.ts'

/** The module in TypeScript. Not certified. */
export class SoftwareModule implements CryptoModule {
  #state: ModuleState = 'untested'
  readonly #random: RandomSource
  readonly #deviceKeys: DeviceKeys
  readonly #tests: readonly SelfTest[]

  constructor(
    ports: { readonly random: RandomSource; readonly deviceKeys: DeviceKeys },
    tests: readonly SelfTest[] = knownAnswers,
  ) {
    this.#random = healthyRandom(ports.random, () => (this.#state = 'failed'))
    this.#deviceKeys = ports.deviceKeys
    this.#tests = tests
  }

  get state(): ModuleState {
    return this.#state
  }

  selfTest(): void {
    if (this.#state === 'untested') {
      const failed = failedTests(this.#tests, this.#random)
      this.#state = failed.length === 0 ? 'ready' : 'failed'
      if (failed.length > 0) throw new PhoneError('phone.self-test-failed', { details: { failed } })
    }
    this.#requireReady()
  }

  makeKey(session: { sid: Uint8Array; context: Uint8Array }, pin: string): KeyMaking {
    return this.#service(() => new SoftwareKeyMaking(this.#inside(), session, pin))
  }

  sign(pin: string): SignatureMaking {
    return this.#service(() => new SoftwareSignatureMaking(this.#inside(), pin))
  }

  #inside() {
    return {
      random: this.#random,
      deviceKeys: this.#deviceKeys,
      requireReady: () => this.#requireReady(),
    }
  }

  #service<T>(begin: () => T): T {
    this.selfTest()
    try {
      return begin()
    } catch (cause) {
      this.#requireReady(cause)
      throw cause
    }
  }

  #requireReady(cause?: unknown): void {
    if (this.#state !== 'ready') throw new PhoneError('phone.self-test-failed', { cause })
  }
}
