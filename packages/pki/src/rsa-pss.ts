import { equalBytes } from '@yunqian/sm'
import { contextConstructed, explicitChild, fieldsOf, readSmallInteger } from './der/index.ts'
import { digest, digestLength, digestNameOf } from './digests.ts'
import { DerError } from './errors.ts'
import { ALGORITHM_OID } from './oids.ts'
import { openRsaSignature } from './rsa.ts'
import {
  type AlgorithmIdentifier,
  hasNoParameters,
  readAlgorithmIdentifier,
} from './x509/algorithm-identifier.ts'

/** The hashes RSASSA-PSS is read with; its default of SHA-1 is not among them. */
export type PssDigest = 'sha256' | 'sha384' | 'sha512'

export interface PssParameters {
  readonly digest: PssDigest
  readonly saltLength: number
}

/**
 * RSASSA-PSS-params (RFC 4055 §3.1): one hash for the message and for MGF1, any salt length, trailer field BC.
 * Undefined for anything else.
 */
export function readPssParameters({ parameters }: AlgorithmIdentifier): PssParameters | undefined {
  if (!parameters) return undefined
  try {
    const fields = fieldsOf(parameters)
    const hash = fields.optional(contextConstructed(0))
    const mask = fields.optional(contextConstructed(1))
    const salt = fields.optional(contextConstructed(2))
    const trailer = fields.optional(contextConstructed(3))
    fields.end()
    if (!hash || !mask) return undefined
    const digestName = pssDigest(readAlgorithmIdentifier(explicitChild(hash)))
    const generator = readAlgorithmIdentifier(explicitChild(mask))
    if (!digestName || generator.oid !== ALGORITHM_OID.mgf1 || !generator.parameters)
      return undefined
    if (pssDigest(readAlgorithmIdentifier(generator.parameters)) !== digestName) return undefined
    if (trailer && readSmallInteger(explicitChild(trailer)) !== 1) return undefined
    const saltLength = salt ? readSmallInteger(explicitChild(salt)) : 20
    return saltLength <= 1024 ? { digest: digestName, saltLength } : undefined
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

function pssDigest(identifier: AlgorithmIdentifier): PssDigest | undefined {
  const name = hasNoParameters(identifier) ? digestNameOf(identifier.oid) : undefined
  return name === 'sha256' || name === 'sha384' || name === 'sha512' ? name : undefined
}

/** RSASSA-PSS-VERIFY and EMSA-PSS-VERIFY, RFC 8017 §8.1.2 and §9.1.2; the steps are those of the latter. */
export function verifyRsaPss(
  publicKey: Uint8Array,
  { digest: name, saltLength }: PssParameters,
  messageDigest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const opened = openRsaSignature(publicKey, signature)
  if (!opened) return false
  const emBits = opened.modulusBits - 1
  const emLength = Math.ceil(emBits / 8)
  const skipped = opened.message.length - emLength
  if (opened.message.subarray(0, skipped).some((byte) => byte !== 0)) return false
  const em = opened.message.subarray(skipped)
  // 3. and 4.
  const hLength = digestLength(name)
  if (emLength < hLength + saltLength + 2 || em[emLength - 1] !== 0xbc) return false
  // 5. and 6.
  const dbLength = emLength - hLength - 1
  const masked = em.subarray(0, dbLength)
  const h = em.subarray(dbLength, dbLength + hLength)
  const unusedBits = 8 * emLength - emBits
  const topMask = 0xff >> unusedBits
  if (((masked[0] as number) & ~topMask & 0xff) !== 0) return false
  // 7. to 9.
  const mask = mgf1(name, h, dbLength)
  const db = masked.map((byte, i) => byte ^ (mask[i] as number))
  db[0] = (db[0] as number) & topMask
  // 10.
  const zeros = dbLength - saltLength - 1
  if (db.subarray(0, zeros).some((byte) => byte !== 0) || db[zeros] !== 0x01) return false
  // 11. to 14.
  const salted = new Uint8Array(8 + hLength + saltLength)
  salted.set(messageDigest, 8)
  salted.set(db.subarray(zeros + 1), 8 + hLength)
  return equalBytes(digest(name, salted), h)
}

/** MGF1, RFC 8017 appendix B.2.1. */
function mgf1(name: PssDigest, seed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  const input = new Uint8Array(seed.length + 4)
  input.set(seed)
  const counter = new DataView(input.buffer)
  for (let at = 0, i = 0; at < length; at += digestLength(name), i++) {
    counter.setUint32(seed.length, i)
    out.set(digest(name, input).subarray(0, length - at), at)
  }
  return out
}
