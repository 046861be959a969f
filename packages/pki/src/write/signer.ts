import { p256 } from '@noble/curves/nist.js'
import {
  encodeSm2Signature,
  generateSm2KeyPair,
  parseSm2PrivateKey,
  type RandomSource,
  sm2PublicKeyOf,
  sm2Sign,
} from '@yunqian/sm'
import { signatureAlgorithm, type SignatureAlgorithmName } from '../algorithms.ts'
import {
  explicitChild,
  fieldsOf,
  readDer,
  readOctetString,
  readOid,
  readSmallInteger,
  TAG,
} from '../der/index.ts'
import { digest } from '../digests.ts'
import { DerError, PkiError } from '../errors.ts'
import { ALGORITHM_OID } from '../oids.ts'
import { parseSubjectPublicKey, type SubjectPublicKey } from '../x509/public-key.ts'
import { bitString, explicit, integer, nullValue, octetString, oid, sequence } from './der.ts'

/** The kinds of key this package signs with: our own CA, TSA, OCSP, log and seal keys, never a user's. */
export type SigningAlgorithm = 'sm2-with-sm3' | 'ecdsa-with-sha256'

/**
 * A key that signs. An implementer promises that `sign` returns the signatureValue as X.509 and CMS carry it
 * (DER for SM2 and ECDSA) over the message itself, digested as the algorithm says.
 */
export interface Signer {
  readonly algorithm: SigningAlgorithm
  readonly publicKey: SubjectPublicKey
  sign(message: Uint8Array): Promise<Uint8Array>
}

export interface SigningKey {
  readonly algorithm: SigningAlgorithm
  /** 32 bytes, big endian. */
  readonly privateKey: Uint8Array
}

interface KeyRow {
  readonly curveOid: string
  readonly generate: (random: RandomSource) => Uint8Array
  /** 65 bytes 04‖x‖y. */
  readonly publicPoint: (privateKey: Uint8Array) => Uint8Array
  readonly sign: (privateKey: Uint8Array, message: Uint8Array, random: RandomSource) => Uint8Array
}

const KEYS: Readonly<Record<SigningAlgorithm, KeyRow>> = {
  'sm2-with-sm3': {
    curveOid: ALGORITHM_OID.sm2,
    generate: (random) => generateSm2KeyPair(random).privateKey,
    publicPoint: (privateKey) => sm2PublicKeyOf(parseSm2PrivateKey(privateKey)),
    sign: (privateKey, message, random) =>
      encodeSm2Signature(sm2Sign(parseSm2PrivateKey(privateKey), message, { random })),
  },
  'ecdsa-with-sha256': {
    curveOid: ALGORITHM_OID.p256,
    generate: (random) => p256.utils.randomSecretKey(random(48)),
    publicPoint: (privateKey) => p256.getPublicKey(privateKey, false),
    // Deterministic nonces (RFC 6979): the random source is not asked.
    sign: (privateKey, message) =>
      p256.sign(digest('sha256', message), privateKey, { prehash: false, format: 'der' }),
  },
}

export function generateSigningKey(algorithm: SigningAlgorithm, random: RandomSource): SigningKey {
  return { algorithm, privateKey: KEYS[algorithm].generate(random) }
}

/** A signer whose key lies in this process's memory. */
export function softwareSigner(key: SigningKey, random: RandomSource): Signer {
  const row = KEYS[key.algorithm]
  const publicKey = parseSubjectPublicKey(
    ecPublicKeyInfo(row.curveOid, row.publicPoint(key.privateKey)),
  )
  return {
    algorithm: key.algorithm,
    publicKey,
    sign: async (message) => row.sign(key.privateKey, message, random),
  }
}

/** SubjectPublicKeyInfo of an SM2 point 04‖x‖y (65 bytes). */
export function sm2PublicKeyInfo(point: Uint8Array): Uint8Array {
  return ecPublicKeyInfo(ALGORITHM_OID.sm2, point)
}

function ecPublicKeyInfo(curveOid: string, point: Uint8Array): Uint8Array {
  return sequence(sequence(oid(ALGORITHM_OID.ecPublicKey), oid(curveOid)), bitString(point))
}

/** AlgorithmIdentifier as this package writes it. */
export function algorithmIdentifier(name: SignatureAlgorithmName): Uint8Array {
  const { oid: identifier, parameters } = signatureAlgorithm(name)
  return parameters === 'null' ? sequence(oid(identifier), nullValue()) : sequence(oid(identifier))
}

/** PKCS#8 PrivateKeyInfo (RFC 5208) around an ECPrivateKey (RFC 5915) with its public key. */
export function encodePrivateKey(key: SigningKey): Uint8Array {
  const row = KEYS[key.algorithm]
  const publicPoint = bitString(row.publicPoint(key.privateKey))
  const ecPrivateKey = sequence(integer(1), octetString(key.privateKey), explicit(1, publicPoint))
  return sequence(
    integer(0),
    sequence(oid(ALGORITHM_OID.ecPublicKey), oid(row.curveOid)),
    octetString(ecPrivateKey),
  )
}

/** @throws DerError on other bytes, PkiError 'pki.algorithm-unsupported' on another curve, 'pki.key-invalid' */
export function parsePrivateKey(der: Uint8Array): SigningKey {
  const info = fieldsOf(readDer(der))
  if (readSmallInteger(info.next(TAG.integer)) !== 0)
    throw new DerError('pki.der-unsupported-version', 0)
  const algorithm = fieldsOf(info.next(TAG.sequence))
  const keyOid = readOid(algorithm.next(TAG.oid))
  const curveOid = readOid(algorithm.next(TAG.oid))
  const row = (Object.keys(KEYS) as SigningAlgorithm[]).find(
    (name) => KEYS[name].curveOid === curveOid,
  )
  if (keyOid !== ALGORITHM_OID.ecPublicKey || row === undefined)
    throw new PkiError('pki.algorithm-unsupported', 'private key of another kind')
  const inner = fieldsOf(readDer(readOctetString(info.next(TAG.octetString))))
  readSmallInteger(inner.next(TAG.integer))
  const privateKey = readOctetString(inner.next(TAG.octetString))
  const publicPoint = inner.optional(0xa1)
  const key = { algorithm: row, privateKey }
  const derived = bitString(pointOf(key))
  if (
    publicPoint !== undefined &&
    explicitChild(publicPoint).bytes.some((octet, i) => octet !== derived[i])
  )
    throw new PkiError('pki.key-invalid', 'public key beside the private key is another')
  return key
}

function pointOf({ algorithm, privateKey }: SigningKey): Uint8Array {
  try {
    return KEYS[algorithm].publicPoint(privateKey)
  } catch {
    throw new PkiError('pki.key-invalid', 'private key out of range')
  }
}
