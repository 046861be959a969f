import { PhoneError } from './errors.ts'
import type { DeviceKeys } from './ports.ts'

/** Where non-extractable CryptoKeys live: IndexedDB keeps them without ever showing their bytes. */
export interface CryptoKeyStore {
  get(name: 'request' | 'wrap'): Promise<CryptoKeyPair | CryptoKey | undefined>
  /** Keeps the key unless one is kept already, in one step; gives the one that is kept. */
  keep(name: 'request' | 'wrap', key: CryptoKeyPair | CryptoKey): Promise<CryptoKeyPair | CryptoKey>
  clear(): Promise<void>
}

export function memoryKeyStore(): CryptoKeyStore {
  const keys = new Map<string, CryptoKeyPair | CryptoKey>()
  return {
    get: async (name) => keys.get(name),
    keep: async (name, key) => {
      const kept = keys.get(name) ?? key
      keys.set(name, kept)
      return kept
    },
    clear: async () => keys.clear(),
  }
}

const requestAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const wrapAlgorithm = { name: 'HMAC', hash: 'SHA-256', length: 256 }

/**
 * Device keys in WebCrypto, made on first use and not extractable. A browser keeps the bytes in its profile all the
 * same, so a copied profile copies them: only the server's count protects a short PIN.
 */
export function webCryptoDeviceKeys(subtle: SubtleCrypto, store: CryptoKeyStore): DeviceKeys {
  // Two pages of one phone may both make a key at first use: the one that was kept first is everybody's.
  const requestPair = async (): Promise<CryptoKeyPair> => {
    const kept =
      (await store.get('request')) ??
      (await store.keep(
        'request',
        await subtle.generateKey(requestAlgorithm, false, ['sign', 'verify']),
      ))
    if (!('privateKey' in kept)) throw new PhoneError('phone.storage-damaged')
    return kept
  }
  const wrapKey = async (): Promise<CryptoKey> => {
    const kept =
      (await store.get('wrap')) ??
      (await store.keep('wrap', await subtle.generateKey(wrapAlgorithm, false, ['sign'])))
    if ('privateKey' in kept) throw new PhoneError('phone.storage-damaged')
    return kept
  }
  return {
    requestPublicKey: async () => {
      const { publicKey } = await requestPair()
      return new Uint8Array(await subtle.exportKey('spki', publicKey))
    },
    signRequest: async (text) => {
      const { privateKey } = await requestPair()
      const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
      return new Uint8Array(await subtle.sign(algorithm, privateKey, text.slice()))
    },
    deriveWrapSecret: async (input) =>
      new Uint8Array(await subtle.sign('HMAC', await wrapKey(), input.slice())),
    clear: () => store.clear(),
  }
}
