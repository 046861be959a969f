import { describe, expect, it } from 'vitest'
import { memoryKeyStore, webCryptoDeviceKeys } from './device-keys.ts'

describe('device keys', () => {
  it('are the same for two pages that open at the same moment', async () => {
    const store = memoryKeyStore()
    const pages = [1, 2, 3].map(() => webCryptoDeviceKeys(crypto.subtle, store))
    const keys = await Promise.all(pages.map((page) => page.requestPublicKey()))
    const secrets = await Promise.all(pages.map((page) => page.deriveWrapSecret(keys[0]!)))
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1)
    expect(new Set(secrets.map((secret) => Buffer.from(secret).toString('hex'))).size).toBe(1)
  })

  it('cannot be taken out, and are gone for good once cleared', async () => {
    const store = memoryKeyStore()
    const page = webCryptoDeviceKeys(crypto.subtle, store)
    const before = await page.requestPublicKey()
    await page.deriveWrapSecret(before)
    for (const name of ['request', 'wrap'] as const) {
      const kept = await store.get(name)
      const key = kept && 'privateKey' in kept ? kept.privateKey : kept
      expect(key?.extractable).toBe(false)
    }
    await page.clear()
    expect(await page.requestPublicKey()).not.toEqual(before)
  })
})
