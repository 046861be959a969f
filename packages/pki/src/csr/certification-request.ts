import {
  signatureAlgorithmNameOf,
  type SignatureAlgorithmName,
  verifySignature,
} from '../algorithms.ts'
import {
  contextConstructed,
  type DerNode,
  fieldsOf,
  readBitStringBytes,
  readDer,
  readSmallInteger,
  TAG,
} from '../der/index.ts'
import { DerError } from '../errors.ts'
import { readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts'
import { type Name, readName } from '../x509/name.ts'
import { readSubjectPublicKey, type SubjectPublicKey } from '../x509/public-key.ts'
import { type CmsAttribute, readAttributes } from '../cms/attributes.ts'

/** CertificationRequestInfo, RFC 2986 §4.1: what the subject signs. */
export interface CertificationRequestInfo {
  readonly der: Uint8Array
  readonly subject: Name
  readonly publicKey: SubjectPublicKey
  readonly attributes: readonly CmsAttribute[]
}

/** PKCS#10 certification request, read and not yet believed. */
export interface CertificationRequest {
  readonly der: Uint8Array
  readonly info: CertificationRequestInfo
  readonly signatureAlgorithmName: SignatureAlgorithmName | undefined
  readonly signature: Uint8Array
}

/** @throws DerError */
export function parseCertificationRequestInfo(der: Uint8Array): CertificationRequestInfo {
  return readInfo(readDer(der))
}

/** @throws DerError */
export function parseCertificationRequest(der: Uint8Array): CertificationRequest {
  const fields = fieldsOf(readDer(der))
  const info = readInfo(fields.next(TAG.sequence))
  const algorithm = readAlgorithmIdentifier(fields.next())
  const signature = readBitStringBytes(fields.next(TAG.bitString))
  fields.end()
  return { der, info, signatureAlgorithmName: signatureAlgorithmNameOf(algorithm), signature }
}

/** Proof of possession: the request is signed by the key it asks a certificate for. */
export function verifyCertificationRequest(
  request: CertificationRequest,
  sm2Id?: Uint8Array,
): boolean {
  return verifySignature({
    algorithm: request.signatureAlgorithmName,
    publicKey: request.info.publicKey,
    message: request.info.der,
    signature: request.signature,
    sm2Id,
  })
}

function readInfo(node: DerNode): CertificationRequestInfo {
  const fields = fieldsOf(node)
  const version = fields.next(TAG.integer)
  if (readSmallInteger(version) !== 0)
    throw new DerError('pki.der-unsupported-version', version.offset)
  const subject = readName(fields.next(TAG.sequence))
  const publicKey = readSubjectPublicKey(fields.next(TAG.sequence))
  // RFC 2986 makes the field mandatory, even if empty; some requests leave it out.
  const attributes = fields.optional(contextConstructed(0))
  fields.end()
  return {
    der: node.bytes,
    subject,
    publicKey,
    attributes: attributes ? readAttributes(attributes, contextConstructed(0)) : [],
  }
}
