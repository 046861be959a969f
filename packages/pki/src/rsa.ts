import { fromHex, toHex } from '@yunqian/sm'
import { fieldsOf, readDer, readInteger } from './der/index.ts'
import { DerError } from './errors.ts'

// RSA is here only to verify what others signed (outside CAs, TSAs, PKITS). Verification handles public values
// alone, so BigInt arithmetic that takes a varying time gives nothing away.

const MAX_MODULUS_BITS = 8192
// DigestInfo prefixes, RFC 8017 §9.2 note 1.
const DIGEST_INFO = {
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
} as const

/**
 * RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2) over a digest already computed. The expected encoding is built whole and
 * compared, so there is no padding parser to fool. False on anything malformed.
 */
export function verifyRsaPkcs1(
  publicKey: Uint8Array,
  digestName: keyof typeof DIGEST_INFO,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const opened = openRsaSignature(publicKey, signature)
  if (!opened) return false
  const length = signature.length
  const tail = DIGEST_INFO[digestName] + toHex(digest)
  const padding = length - tail.length / 2 - 3
  if (padding < 8) return false
  const expected = fromHex(`0001${'ff'.repeat(padding)}00${tail}`)
  return toHex(opened.message) === toHex(expected)
}

/**
 * RSAVP1 (RFC 8017 §5.2.2): what the signature holds, as long as the modulus. Undefined for unsound keys and for
 * signatures of another length or not below the modulus, which would be second spellings of the same one.
 */
export function openRsaSignature(
  publicKey: Uint8Array,
  signature: Uint8Array,
): { readonly message: Uint8Array; readonly modulusBits: number } | undefined {
  const key = parseRsaPublicKey(publicKey)
  if (!key) return undefined
  const modulusBits = key.modulus.toString(2).length
  const length = Math.ceil(modulusBits / 8)
  if (signature.length !== length) return undefined
  const value = BigInt(`0x${toHex(signature)}`)
  if (value >= key.modulus) return undefined
  const opened = modPow(value, key.exponent, key.modulus)
  return { message: fromHex(opened.toString(16).padStart(length * 2, '0')), modulusBits }
}

function parseRsaPublicKey(bytes: Uint8Array): { modulus: bigint; exponent: bigint } | undefined {
  // Before any arithmetic: a key of megabytes would be a way to keep a verifier busy.
  if (bytes.length > MAX_MODULUS_BITS / 8 + 32) return undefined
  try {
    const fields = fieldsOf(readDer(bytes))
    const modulus = readInteger(fields.next())
    const exponent = readInteger(fields.next())
    fields.end()
    const bits = modulus.toString(2).length
    const sound =
      modulus > 0n &&
      (modulus & 1n) === 1n &&
      bits >= 1024 &&
      bits <= MAX_MODULUS_BITS &&
      exponent >= 3n &&
      (exponent & 1n) === 1n &&
      exponent < 1n << 64n
    return sound ? { modulus, exponent } : undefined
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}
