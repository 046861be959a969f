import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { verifySignature } from '../algorithms.ts'
import { encodePrivateKey, generateSigningKey, parsePrivateKey, softwareSigner } from './signer.ts'

const random = (length: number) => new Uint8Array(randomBytes(length))
const message = new TextEncoder().encode('待签内容')

describe.each(['sm2-with-sm3', 'ecdsa-with-sha256'] as const)('%s', (algorithm) => {
  const key = generateSigningKey(algorithm, random)

  it('signs what this package verifies, and only that', async () => {
    const signer = softwareSigner(key, random)
    const signature = await signer.sign(message)
    const { publicKey } = signer
    expect(verifySignature({ algorithm, publicKey, message, signature })).toBe(true)
    expect(verifySignature({ algorithm, publicKey, message: random(5), signature })).toBe(false)
  })

  it('keeps its key through PKCS#8', () => {
    expect(parsePrivateKey(encodePrivateKey(key))).toEqual(key)
  })

  it('refuses a PKCS#8 key whose public half is another', () => {
    const der = encodePrivateKey(key)
    der[der.length - 1]! ^= 1
    expect(() => parsePrivateKey(der)).toThrow('pki.key-invalid')
  })
})

it('P-256 signatures are what OpenSSL calls ECDSA with SHA-256', async () => {
  const signer = softwareSigner(generateSigningKey('ecdsa-with-sha256', random), random)
  const key = createPublicKey({
    key: Buffer.from(signer.publicKey.der),
    format: 'der',
    type: 'spki',
  })
  expect(verify('sha256', message, key, await signer.sign(message))).toBe(true)
})
