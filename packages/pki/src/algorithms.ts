import { p256, p384, p521 } from '@noble/curves/nist.js'
import { decodeSm2Signature, parseSm2PublicKey, sm2Verify, SmError } from '@yunqian/sm'
import { digest, type DigestName } from './digests.ts'
import { ALGORITHM_OID } from './oids.ts'
import { verifyRsaPkcs1 } from './rsa.ts'
import { type AlgorithmIdentifier, hasNoParameters } from './x509/algorithm-identifier.ts'
import type { PublicKeyKind, SubjectPublicKey } from './x509/public-key.ts'

/** The first two can also be made by this package; the others are verified only. */
export type SignatureAlgorithmName =
  | 'sm2-with-sm3'
  | 'ecdsa-with-sha256'
  | 'ecdsa-with-sha384'
  | 'ecdsa-with-sha512'
  | 'rsa-pkcs1-sha256'
  | 'rsa-pkcs1-sha384'
  | 'rsa-pkcs1-sha512'

interface VerifyInput {
  readonly publicKey: SubjectPublicKey
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly sm2Id: Uint8Array | undefined
}

/** One row per signature algorithm; nothing elsewhere enumerates them. */
export interface SignatureAlgorithm {
  readonly name: SignatureAlgorithmName
  readonly oid: string
  readonly digest: DigestName
  readonly keyKinds: readonly PublicKeyKind[]
  /** How AlgorithmIdentifier.parameters is written; both forms are read. */
  readonly parameters: 'absent' | 'null'
  /** Identifiers a CMS SignerInfo uses for the same thing, together with the digest algorithm. */
  readonly signerInfoOids: readonly string[]
  readonly verify: (input: VerifyInput) => boolean
}

const ECDSA_CURVES = { p256, p384, p521 } as const
const EC_KINDS = ['p256', 'p384', 'p521'] as const

const ecdsa = (
  name: SignatureAlgorithmName,
  oid: string,
  digestName: DigestName,
): SignatureAlgorithm => ({
  name,
  oid,
  digest: digestName,
  keyKinds: EC_KINDS,
  parameters: 'absent',
  signerInfoOids: [oid, ALGORITHM_OID.ecPublicKey],
  verify: ({ publicKey, message, signature }) => {
    const curve = ECDSA_CURVES[publicKey.kind as keyof typeof ECDSA_CURVES]
    return neverThrows(() =>
      curve.verify(signature, digest(digestName, message), publicKey.bytes, {
        prehash: false,
        lowS: false,
        format: 'der',
      }),
    )
  },
})

const rsa = (
  name: SignatureAlgorithmName,
  oid: string,
  digestName: 'sha256' | 'sha384' | 'sha512',
): SignatureAlgorithm => ({
  name,
  oid,
  digest: digestName,
  keyKinds: ['rsa'],
  parameters: 'null',
  signerInfoOids: [oid, ALGORITHM_OID.rsaEncryption],
  verify: ({ publicKey, message, signature }) =>
    verifyRsaPkcs1(publicKey.bytes, digestName, digest(digestName, message), signature),
})

/** GM/T 0003.2 signature over SM3(Z‖M), encoded as GM/T 0009 SM2Signature. */
const sm2: SignatureAlgorithm = {
  name: 'sm2-with-sm3',
  oid: ALGORITHM_OID.sm2WithSm3,
  digest: 'sm3',
  keyKinds: ['sm2'],
  parameters: 'absent',
  // GM/T 0010 names .301.1; a few signers put the curve itself.
  signerInfoOids: [ALGORITHM_OID.sm2WithSm3, ALGORITHM_OID.sm2Signature, ALGORITHM_OID.sm2],
  verify: ({ publicKey, message, signature, sm2Id }) => {
    try {
      const key = parseSm2PublicKey(publicKey.bytes)
      const parsed = decodeSm2Signature(signature)
      return sm2Verify(key, message, parsed, sm2Id === undefined ? {} : { id: sm2Id })
    } catch (error) {
      if (error instanceof SmError) return false
      throw error
    }
  },
}

export const SIGNATURE_ALGORITHMS: readonly SignatureAlgorithm[] = [
  sm2,
  ecdsa('ecdsa-with-sha256', ALGORITHM_OID.ecdsaWithSha256, 'sha256'),
  ecdsa('ecdsa-with-sha384', ALGORITHM_OID.ecdsaWithSha384, 'sha384'),
  ecdsa('ecdsa-with-sha512', ALGORITHM_OID.ecdsaWithSha512, 'sha512'),
  rsa('rsa-pkcs1-sha256', ALGORITHM_OID.sha256WithRsa, 'sha256'),
  rsa('rsa-pkcs1-sha384', ALGORITHM_OID.sha384WithRsa, 'sha384'),
  rsa('rsa-pkcs1-sha512', ALGORITHM_OID.sha512WithRsa, 'sha512'),
]

export const signatureAlgorithm = (name: SignatureAlgorithmName): SignatureAlgorithm =>
  SIGNATURE_ALGORITHMS.find((row) => row.name === name)!

/** The algorithm an X.509 signatureAlgorithm field names; undefined when it is not one of ours. */
export function signatureAlgorithmNameOf(
  identifier: AlgorithmIdentifier,
): SignatureAlgorithmName | undefined {
  if (!hasNoParameters(identifier)) return undefined
  return SIGNATURE_ALGORITHMS.find((row) => row.oid === identifier.oid)?.name
}

/** The algorithm of a CMS SignerInfo, where the digest may be named beside a bare key algorithm. */
export function signerInfoAlgorithmNameOf(
  identifier: AlgorithmIdentifier,
  digestName: DigestName | undefined,
): SignatureAlgorithmName | undefined {
  if (identifier.oid !== ALGORITHM_OID.ecPublicKey && !hasNoParameters(identifier)) return undefined
  return SIGNATURE_ALGORITHMS.find(
    (row) => row.digest === digestName && row.signerInfoOids.includes(identifier.oid),
  )?.name
}

/** The algorithm this package signs with under keys of that kind. */
export function signingAlgorithmFor(kind: PublicKeyKind): SignatureAlgorithmName | undefined {
  if (kind === 'sm2') return 'sm2-with-sm3'
  return kind === 'p256' ? 'ecdsa-with-sha256' : undefined
}

/**
 * Verifies one signature over `message`. SM2 uses the default identity 1234567812345678 unless `sm2Id` says
 * otherwise. Unknown algorithms, keys of another kind and malformed input give false, never an exception.
 */
export function verifySignature(input: {
  readonly algorithm: SignatureAlgorithmName | undefined
  readonly publicKey: SubjectPublicKey
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly sm2Id?: Uint8Array | undefined
}): boolean {
  if (input.algorithm === undefined) return false
  const row = signatureAlgorithm(input.algorithm)
  if (!row.keyKinds.includes(input.publicKey.kind)) return false
  return row.verify({ ...input, sm2Id: input.sm2Id })
}

function neverThrows(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    // The curve library reports off-curve points and broken encodings by throwing.
    return false
  }
}
