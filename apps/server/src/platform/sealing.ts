import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { PlatformError } from './errors.ts'

/**
 * Seals small secrets at rest with SM4-GCM. Each purpose has its own key derived from the platform key, so that a value
 * sealed for one column cannot be opened as another's.
 */
export interface Sealer {
  /** 01 ‖ nonce (12) ‖ ciphertext ‖ tag (16). */
  seal(purpose: string, plaintext: Uint8Array): Uint8Array
  /** Throws `platform.sealed-unreadable` when altered, of another purpose or under another key. */
  open(purpose: string, sealed: Uint8Array): Uint8Array
  /** HMAC-SM3, 32 bytes: finds equal values (an ID number) without storing them. */
  index(purpose: string, value: Uint8Array): Uint8Array
}

// Node runs SM4-GCM but its types know only AES by this interface.
const algorithm = 'sm4-gcm' as 'aes-128-gcm'
const version = 0x01
const nonceLength = 12
const tagLength = 16

/** A sealer under the 32-byte platform key. */
export function createSealer(platformKey: Uint8Array): Sealer {
  if (platformKey.length !== 32) throw new TypeError('the platform key has 32 bytes')
  const derive = (use: string, purpose: string): Buffer =>
    createHmac('sm3', platformKey).update(`yunqian/${use}/${purpose}`).digest()
  return {
    seal(purpose, plaintext) {
      const nonce = randomBytes(nonceLength)
      const cipher = createCipheriv(algorithm, derive('seal', purpose).subarray(0, 16), nonce)
      cipher.setAAD(Buffer.from(purpose))
      const body = Buffer.concat([cipher.update(plaintext), cipher.final()])
      return Buffer.concat([Buffer.of(version), nonce, body, cipher.getAuthTag()])
    },
    open(purpose, sealed) {
      const bytes = Buffer.from(sealed)
      try {
        if (bytes[0] !== version || bytes.length < 1 + nonceLength + tagLength)
          throw new TypeError('not a sealed value')
        const key = derive('seal', purpose).subarray(0, 16)
        const nonce = bytes.subarray(1, 1 + nonceLength)
        const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagLength })
        decipher.setAAD(Buffer.from(purpose))
        decipher.setAuthTag(bytes.subarray(-tagLength))
        const body = bytes.subarray(1 + nonceLength, -tagLength)
        return Buffer.concat([decipher.update(body), decipher.final()])
      } catch (cause) {
        throw new PlatformError(
          'platform.sealed-unreadable',
          'a sealed value does not open: another key, another purpose, or altered',
          { purpose },
          cause,
        )
      }
    },
    index: (purpose, value) => createHmac('sm3', derive('index', purpose)).update(value).digest(),
  }
}

/** Writes a new platform key, readable by its owner alone; refuses to replace one. */
export function createPlatformKeyFile(file: string): void {
  const handle = openSync(file, 'wx', 0o600)
  try {
    writeFileSync(handle, `${randomBytes(32).toString('hex')}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Opens the platform key file; refuses one that others may read. */
export function readSealer(file: string): Sealer {
  let text: string
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
      throw new PlatformError(
        'platform.key-exposed',
        'the platform key file is readable by others; it must have mode 0600',
        { file },
      )
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (error instanceof PlatformError) throw error
    throw new PlatformError(
      'platform.key-missing',
      'the platform key cannot be read; without it nothing sealed opens 平台密钥不可读',
      { file },
      error,
    )
  }
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new PlatformError('platform.key-missing', 'the platform key file is damaged', { file })
  return createSealer(Buffer.from(text, 'hex'))
}
