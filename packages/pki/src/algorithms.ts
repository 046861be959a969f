import type { ECDSA } from '@noble/curves/abstract/weierstrass.js'
import { ed25519 as ed25519Curve } from '@noble/curves/ed25519.js'
import { brainpoolP256r1, brainpoolP384r1, brainpoolP512r1 } from '@noble/curves/misc.js'
import { p384, p521 } from '@noble/curves/nist.js'
import { decodeSm2Signature, p256Verify, parseSm2PublicKey, sm2Verify, SmError } from '@yunqian/sm'
import { digest, type DigestName } from './digests.ts'
import { ALGORITHM_OID } from './oids.ts'
import { verifyRsaPkcs1 } from './rsa.ts'
import { type PssDigest, readPssParameters, verifyRsaPss } from './rsa-pss.ts'
import { type AlgorithmIdentifier, hasNoParameters } from './x509/algorithm-identifier.ts'
import type { PublicKeyKind, SubjectPublicKey } from './x509/public-key.ts'

/**
 * SM2 and ECDSA with SHA-256 can also be made by this package; the others are verified only. RSASSA-PSS names its salt
 * length too, which is part of the algorithm identifier and not free to vary.
 */
export type SignatureAlgorithmName =
  | 'sm2-with-sm3'
  | 'ecdsa-with-sha1'
  | 'ecdsa-with-sha256'
  | 'ecdsa-with-sha384'
  | 'ecdsa-with-sha512'
  | 'ed25519'
  | 'rsa-pkcs1-sha1'
  | 'rsa-pkcs1-sha256'
  | 'rsa-pkcs1-sha384'
  | 'rsa-pkcs1-sha512'
  | `rsa-pss-${PssDigest}-salt-${number}`

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

// Collisions of SHA-1 can be had; such signatures are read only where their weakness is told.
const WEAK: ReadonlySet<SignatureAlgorithmName> = new Set(['rsa-pkcs1-sha1', 'ecdsa-with-sha1'])

type VerifyEcdsa = (publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array) => boolean

const byNoble =
  (curve: ECDSA): VerifyEcdsa =>
  (publicKey, hash, signature) =>
    neverThrows(() =>
      curve.verify(signature, hash, publicKey, { prehash: false, lowS: false, format: 'der' }),
    )

/** P-256, which nearly all certificates and timestamps with ECDSA bear, is verified several times faster. */
const ECDSA_CURVES = {
  p256: p256Verify,
  p384: byNoble(p384),
  p521: byNoble(p521),
  brainpoolP256r1: byNoble(brainpoolP256r1),
  brainpoolP384r1: byNoble(brainpoolP384r1),
  brainpoolP512r1: byNoble(brainpoolP512r1),
} as const
const EC_KINDS = Object.keys(ECDSA_CURVES) as (keyof typeof ECDSA_CURVES)[]

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
    const verify = ECDSA_CURVES[publicKey.kind as keyof typeof ECDSA_CURVES]
    return verify(publicKey.bytes, digest(digestName, message), signature)
  },
})

const rsa = (
  name: SignatureAlgorithmName,
  oid: string,
  digestName: 'sha1' | 'sha256' | 'sha384' | 'sha512',
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

const pss = (digestName: PssDigest, saltLength: number): SignatureAlgorithm => ({
  name: `rsa-pss-${digestName}-salt-${saltLength}`,
  oid: ALGORITHM_OID.rsaPss,
  digest: digestName,
  keyKinds: ['rsa', 'rsa-pss'],
  parameters: 'absent',
  signerInfoOids: [ALGORITHM_OID.rsaPss],
  verify: ({ publicKey, message, signature }) =>
    verifyRsaPss(
      publicKey.bytes,
      { digest: digestName, saltLength },
      digest(digestName, message),
      signature,
    ),
})

/** PureEdDSA, RFC 8032; in CMS with SHA-512 for the message digest, RFC 8419 §2.3. */
const ed25519: SignatureAlgorithm = {
  name: 'ed25519',
  oid: ALGORITHM_OID.ed25519,
  digest: 'sha512',
  keyKinds: ['ed25519'],
  parameters: 'absent',
  signerInfoOids: [ALGORITHM_OID.ed25519],
  verify: ({ publicKey, message, signature }) =>
    // The strict equation of FIPS 186-5, under which a signature has one spelling.
    neverThrows(() => ed25519Curve.verify(signature, message, publicKey.bytes, { zip215: false })),
}

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
  ecdsa('ecdsa-with-sha1', ALGORITHM_OID.ecdsaWithSha1, 'sha1'),
  ecdsa('ecdsa-with-sha256', ALGORITHM_OID.ecdsaWithSha256, 'sha256'),
  ecdsa('ecdsa-with-sha384', ALGORITHM_OID.ecdsaWithSha384, 'sha384'),
  ecdsa('ecdsa-with-sha512', ALGORITHM_OID.ecdsaWithSha512, 'sha512'),
  ed25519,
  rsa('rsa-pkcs1-sha1', ALGORITHM_OID.sha1WithRsa, 'sha1'),
  rsa('rsa-pkcs1-sha256', ALGORITHM_OID.sha256WithRsa, 'sha256'),
  rsa('rsa-pkcs1-sha384', ALGORITHM_OID.sha384WithRsa, 'sha384'),
  rsa('rsa-pkcs1-sha512', ALGORITHM_OID.sha512WithRsa, 'sha512'),
]

const PSS_NAME = /^rsa-pss-(sha256|sha384|sha512)-salt-(\d+)$/

export function signatureAlgorithm(name: SignatureAlgorithmName): SignatureAlgorithm {
  const parts = PSS_NAME.exec(name)
  if (parts) return pss(parts[1] as PssDigest, Number(parts[2]))
  return SIGNATURE_ALGORITHMS.find((row) => row.name === name)!
}

/** Whether signatures under this algorithm can be believed no more. */
export const isWeakAlgorithm = (name: SignatureAlgorithmName): boolean => WEAK.has(name)

/** The algorithm an X.509 signatureAlgorithm field names; undefined when it is not one of ours. */
export function signatureAlgorithmNameOf(
  identifier: AlgorithmIdentifier,
): SignatureAlgorithmName | undefined {
  if (identifier.oid === ALGORITHM_OID.rsaPss) return pssNameOf(identifier)
  if (!hasNoParameters(identifier)) return undefined
  return SIGNATURE_ALGORITHMS.find((row) => row.oid === identifier.oid)?.name
}

function pssNameOf(identifier: AlgorithmIdentifier): SignatureAlgorithmName | undefined {
  const parameters = readPssParameters(identifier)
  return parameters && `rsa-pss-${parameters.digest}-salt-${parameters.saltLength}`
}

/**
 * The algorithm of a CMS SignerInfo, where the digest may be named beside a bare key algorithm. With signed attributes
 * their digest is the signature's own and need not be that of the content (RFC 5652 §5.4).
 */
export function signerInfoAlgorithmNameOf(
  identifier: AlgorithmIdentifier,
  digestName: DigestName | undefined,
  hasAttributes: boolean,
): SignatureAlgorithmName | undefined {
  if (identifier.oid !== ALGORITHM_OID.ecPublicKey && !hasNoParameters(identifier)) {
    const name = signatureAlgorithmNameOf(identifier)
    return name && (hasAttributes || signatureAlgorithm(name).digest === digestName)
      ? name
      : undefined
  }
  const rows = SIGNATURE_ALGORITHMS.filter((row) => row.signerInfoOids.includes(identifier.oid))
  const sameDigest = rows.find((row) => row.digest === digestName)
  if (sameDigest || !hasAttributes || digestName === undefined) return sameDigest?.name
  return rows.find((row) => row.oid === identifier.oid)?.name
}

/** The algorithm this package signs with under keys of that kind. */
export function signingAlgorithmFor(kind: PublicKeyKind): SignatureAlgorithmName | undefined {
  if (kind === 'sm2') return 'sm2-with-sm3'
  return kind === 'p256' ? 'ecdsa-with-sha256' : undefined
}

/**
 * Verifies one signature over `message`. SM2 uses the default identity 1234567812345678 unless `sm2Id` says
 * otherwise. Unknown algorithms, keys of another kind and malformed input give false, never an exception; so do weak
 * algorithms, unless the caller says that it tells their weakness itself.
 */
export function verifySignature(input: {
  readonly algorithm: SignatureAlgorithmName | undefined
  readonly publicKey: SubjectPublicKey
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly sm2Id?: Uint8Array | undefined
  readonly evenIfWeak?: boolean
}): boolean {
  if (input.algorithm === undefined) return false
  if (isWeakAlgorithm(input.algorithm) && input.evenIfWeak !== true) return false
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
