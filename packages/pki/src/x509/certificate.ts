import { toHex } from '@yunqian/sm'
import { type SignatureAlgorithmName, signatureAlgorithmNameOf } from '../algorithms.ts'
import {
  contextConstructed,
  contextPrimitive,
  type DerFields,
  type DerNode,
  explicitChild,
  fieldsOf,
  readBitStringBytes,
  readDer,
  readIntegerBytes,
  readIntegerHex,
  readSmallInteger,
  readTime,
  TAG,
} from '../der/index.ts'
import { digest, type DigestName } from '../digests.ts'
import { DerError } from '../errors.ts'
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts'
import { type CertificateExtensions, readCertificateExtensions } from './certificate-extensions.ts'
import { type Extension, readExtensions } from './extension.ts'
import { type Name, readName } from './name.ts'
import { readSubjectPublicKey, type SubjectPublicKey } from './public-key.ts'

/** An X.509 certificate (RFC 5280 §4.1), read and not yet believed. */
export interface Certificate extends CertificateExtensions {
  readonly der: Uint8Array
  /** The bytes the issuer signed. */
  readonly tbs: Uint8Array
  readonly version: 1 | 2 | 3
  /** Content octets of the serial number. */
  readonly serialNumber: Uint8Array
  /** Lower-case hex without sign octet; negative numbers begin with `-`. */
  readonly serialNumberHex: string
  readonly issuer: Name
  readonly subject: Name
  readonly notBefore: Date
  readonly notAfter: Date
  readonly publicKey: SubjectPublicKey
  readonly extensions: readonly Extension[]
  readonly signatureAlgorithm: AlgorithmIdentifier
  /** Undefined when the algorithm is not one this package verifies. */
  readonly signatureAlgorithmName: SignatureAlgorithmName | undefined
  readonly signature: Uint8Array
}

/**
 * Parses one DER certificate strictly.
 * @throws DerError
 */
export function parseCertificate(der: Uint8Array): Certificate {
  return readCertificate(readDer(der))
}

export function readCertificate(node: DerNode): Certificate {
  const outer = readSigned(node)
  const fields = fieldsOf(outer.tbs)
  const version = readVersion(fields)
  const serial = fields.next(TAG.integer)
  sameAlgorithm(fields.next(), outer.signatureAlgorithm)
  const issuer = readName(fields.next())
  const validity = fieldsOf(fields.next())
  const notBefore = readTime(validity.next())
  const notAfter = readTime(validity.next())
  validity.end()
  const subject = readName(fields.next())
  const publicKey = readSubjectPublicKey(fields.next())
  fields.optional(contextPrimitive(1))
  fields.optional(contextPrimitive(2))
  const extensionsField = fields.optional(contextConstructed(3))
  fields.end()
  if (extensionsField && version !== 3)
    throw new DerError('pki.der-unsupported-version', extensionsField.offset, 'extensions need v3')
  const extensions = extensionsField ? readExtensions(explicitChild(extensionsField)) : []
  return {
    der: node.bytes,
    tbs: outer.tbs.bytes,
    version,
    serialNumber: readIntegerBytes(serial),
    serialNumberHex: readIntegerHex(serial),
    issuer,
    subject,
    notBefore,
    notAfter,
    publicKey,
    extensions,
    signatureAlgorithm: outer.signatureAlgorithm,
    signatureAlgorithmName: signatureAlgorithmNameOf(outer.signatureAlgorithm),
    signature: outer.signature,
    ...readCertificateExtensions(extensions),
  }
}

/** The SIGNED{} shape shared by certificates, requests and revocation lists. */
export interface Signed {
  readonly tbs: DerNode
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
}

export function readSigned(node: DerNode): Signed {
  const fields = fieldsOf(node)
  const tbs = fields.next(TAG.sequence)
  const signatureAlgorithm = readAlgorithmIdentifier(fields.next())
  const signature = readBitStringBytes(fields.next())
  fields.end()
  return { tbs, signatureAlgorithm, signature }
}

/** RFC 5280 §4.1.1.2: the signed and the unsigned statement of the algorithm are the same bytes. */
export function sameAlgorithm(inner: DerNode, outer: AlgorithmIdentifier): void {
  if (toHex(inner.bytes) !== toHex(outer.der))
    throw new DerError('pki.der-invalid-value', inner.offset, 'signature algorithms differ')
}

function readVersion(fields: DerFields): 1 | 2 | 3 {
  const field = fields.optional(contextConstructed(0))
  if (!field) return 1
  const version = readSmallInteger(explicitChild(field))
  if (version !== 1 && version !== 2)
    throw new DerError('pki.der-unsupported-version', field.offset)
  return version === 1 ? 2 : 3
}

/** Digest of the whole certificate. */
export const certificateFingerprint = (certificate: Certificate, name: DigestName): Uint8Array =>
  digest(name, certificate.der)

/** True when issuer and subject are the same name (RFC 5280 §3.2); says nothing about the signature. */
export const isSelfIssued = (certificate: Certificate): boolean =>
  certificate.issuer.matchKey === certificate.subject.matchKey
