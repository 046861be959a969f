import type { DeviceKeys } from './ports.ts'

/** Where non-extractable CryptoKeys live: IndexedDB keeps them without ever showing their bytes. */
export interface CryptoKeyStore {
  get(name: 'request' | 'wrap'): Promise<CryptoKeyPair | CryptoKey | undefined>
  put(name: 'request' | 'wrap', key: CryptoKeyPair | CryptoKey): Promise<void>
  clear(): Promise<void>
}

export function memoryKeyStore(): CryptoKeyStore {
  const keys = new Map<string, CryptoKeyPair | CryptoKey>()
  return {
    get: async (name) => keys.get(name),
    put: async (name, key) => {
      keys.set(name, key)
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
  const requestPair = async (): Promise<CryptoKeyPair> => {
    const kept = await store.get('request')
    if (kept !== undefined && 'privateKey' in kept) return kept
    const made = await subtle.generateKey(requestAlgorithm, false, ['sign', 'verify'])
    await store.put('request', made)
    return made
  }
  const wrapKey = async (): Promise<CryptoKey> => {
    const kept = await store.get('wrap')
    if (kept !== undefined && !('privateKey' in kept)) return kept
    const made = await subtle.generateKey(wrapAlgorithm, false, ['sign'])
    await store.put('wrap', made)
    return made
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
