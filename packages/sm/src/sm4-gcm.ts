// SM4-GCM: the AEAD of RFC 8998 section 3.1 (NIST SP 800-38D over SM4), tags of 16 bytes only.
import { concatBytes, equalBytes, wipe } from './bytes.ts'
import { SmError } from './errors.ts'
import { Ghash } from './ghash.ts'
import { Sm4 } from './sm4.ts'

const TAG_LENGTH = 16
const NO_BYTES = new Uint8Array(0)

/**
 * Encrypts and authenticates: returns ciphertext ‖ tag (plaintext length + 16 bytes). Key 16 bytes;
 * nonce normally 12 bytes and never used twice under one key: a repeated nonce gives away the
 * difference of the plaintexts and the authentication key.
 */
export function sm4GcmSeal(input: {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  readonly plaintext: Uint8Array
  readonly aad?: Uint8Array
}): Uint8Array {
  const { key, nonce, plaintext, aad = NO_BYTES } = input
  const session = openSession(key, nonce)
  const ciphertext = session.counterMode(plaintext)
  const tag = session.tag(aad, ciphertext)
  session.destroy()
  return concatBytes(ciphertext, tag)
}

/**
 * Opens what `sm4GcmSeal` made; throws SmError `sm.authentication-failed` on any difference of
 * key, nonce, associated data or bytes, and then no plaintext has been produced at all.
 */
export function sm4GcmOpen(input: {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  readonly sealed: Uint8Array
  readonly aad?: Uint8Array
}): Uint8Array {
  const { key, nonce, sealed, aad = NO_BYTES } = input
  if (sealed.length < TAG_LENGTH) throw new SmError('sm.authentication-failed')
  const ciphertext = sealed.subarray(0, sealed.length - TAG_LENGTH)
  const session = openSession(key, nonce)
  try {
    const authentic = equalBytes(
      session.tag(aad, ciphertext),
      sealed.subarray(sealed.length - TAG_LENGTH),
    )
    if (!authentic) throw new SmError('sm.authentication-failed')
    return session.counterMode(ciphertext)
  } finally {
    session.destroy()
  }
}

function openSession(key: Uint8Array, nonce: Uint8Array) {
  if (nonce.length === 0) throw new SmError('sm.invalid-length', { nonce: 0 })
  const cipher = new Sm4(key)
  const hashKey = new Uint8Array(16)
  cipher.encrypt(hashKey)
  const initial = initialCounter(hashKey, nonce)
  return {
    counterMode: (data: Uint8Array) => counterMode(cipher, initial, data),
    tag(aad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
      const hash = new Ghash(hashKey)
        .update(aad)
        .update(ciphertext)
        .lengths(aad.length, ciphertext.length)
        .digest()
      const mask = new Uint8Array(initial)
      cipher.encrypt(mask)
      return hash.map((byte, i) => byte ^ mask[i]!)
    },
    destroy(): void {
      cipher.destroy()
      wipe(hashKey)
    },
  }
}

/** SP 800-38D section 7.1, step 2: J0 from the nonce, which has a short way for 12 bytes. */
function initialCounter(hashKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  if (nonce.length === 12) return concatBytes(nonce, Uint8Array.of(0, 0, 0, 1))
  return new Ghash(hashKey).update(nonce).lengths(0, nonce.length).digest()
}

/** GCTR of SP 800-38D section 6.5, starting at inc32(J0). */
function counterMode(cipher: Sm4, initial: Uint8Array, data: Uint8Array): Uint8Array {
  const output = new Uint8Array(data)
  const counter = new Uint8Array(initial)
  const view = new DataView(counter.buffer)
  const stream = new Uint8Array(16)
  for (let offset = 0; offset < data.length; offset += 16) {
    // inc32 wraps within the last four bytes and never carries into the nonce.
    view.setUint32(12, (view.getUint32(12) + 1) >>> 0)
    stream.set(counter)
    cipher.encrypt(stream)
    const end = Math.min(16, data.length - offset)
    for (let i = 0; i < end; i++) output[offset + i]! ^= stream[i]!
  }
  wipe(stream)
  return output
}
