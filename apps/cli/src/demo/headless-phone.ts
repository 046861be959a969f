import { randomBytes, webcrypto } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryKeyStore, memoryStorage, Phone, webCryptoDeviceKeys } from '@yunqian/client'

/** A phone without a screen, running the very code of the page, its storage in memory. */
export function headlessPhone(baseUrl: string): Phone {
  return new Phone({
    fetch: globalThis.fetch,
    storage: memoryStorage(),
    deviceKeys: webCryptoDeviceKeys(webcrypto.subtle as SubtleCrypto, memoryKeyStore()),
    random: (length) => new Uint8Array(randomBytes(length)),
    now: () => new Date(),
    sha256: async (bytes) =>
      new Uint8Array(await webcrypto.subtle.digest('SHA-256', bytes.slice())),
    sleep: (milliseconds) => sleep(milliseconds),
    baseUrl,
  })
}
