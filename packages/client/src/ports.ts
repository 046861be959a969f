import type { RandomSource } from '@yunqian/sm'

/** Small values that outlive the page: IndexedDB in a browser, a file or memory in a headless phone. */
export interface PhoneStorage {
  get(key: string): Promise<Uint8Array | undefined>
  /** Durable when the promise resolves; a value is replaced whole or not at all. */
  put(key: string, value: Uint8Array): Promise<void>
  delete(key: string): Promise<void>
}

/**
 * Keys that never leave the device. An implementer promises that neither can be exported, that both survive a
 * restart, and that `clear` makes them unusable for good.
 */
export interface DeviceKeys {
  /** P-256 SubjectPublicKeyInfo, DER. */
  requestPublicKey(): Promise<Uint8Array>
  /** ECDSA P-256 with SHA-256, r‖s, 64 bytes. */
  signRequest(text: Uint8Array): Promise<Uint8Array>
  /** 32 bytes that only this device can derive from `input` (HMAC under a device key). */
  deriveWrapSecret(input: Uint8Array): Promise<Uint8Array>
  clear(): Promise<void>
}

/** Everything the phone's side reaches outside itself. */
export interface PhonePorts {
  readonly fetch: typeof globalThis.fetch
  readonly storage: PhoneStorage
  readonly deviceKeys: DeviceKeys
  readonly random: RandomSource
  readonly now: () => Date
  /** SHA-256 as the device's platform gives it. */
  readonly sha256: (bytes: Uint8Array) => Promise<Uint8Array>
  /** Waits between retries. */
  readonly sleep: (milliseconds: number) => Promise<void>
  /** Origin of the platform without a trailing slash. */
  readonly baseUrl: string
}
