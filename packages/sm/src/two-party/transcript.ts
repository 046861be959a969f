import { concatBytes } from '../bytes.ts'
import { Sm3 } from '../sm3.ts'

/** What a hash is for. A commitment can never pass for a challenge, nor one role's for another's. */
export type TranscriptTag =
  | 'key-commitment'
  | 'key-proof-server'
  | 'key-proof-phone'
  | 'sign-commitment'
  | 'sign-nonce-server'
  | 'sign-nonce-phone'
  | 'sign-join'

/**
 * SM3 over the protocol's name, the tag and every field behind its length, so that no two lists of
 * fields hash the same bytes.
 */
export function transcriptHash(tag: TranscriptTag, ...fields: readonly Uint8Array[]): Uint8Array {
  const hash = new Sm3()
  for (const field of [PROTOCOL, new TextEncoder().encode(tag), ...fields]) {
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, field.length)
    hash.update(concatBytes(length, field))
  }
  return hash.digest()
}

const PROTOCOL = new TextEncoder().encode('yunqian two-party SM2 v1')
