import {
  type SignatureAlgorithmName,
  signatureAlgorithmNameOf,
  verifySignature,
} from '../algorithms.ts'
import {
  childrenOf,
  contextConstructed,
  explicitChild,
  fieldsOf,
  type DerNode,
  readDer,
  readEnumerated,
  readInteger,
  readIntegerHex,
  readTime,
  TAG,
} from '../der/index.ts'
import { DerError } from '../errors.ts'
import { EXTENSION_OID } from '../oids.ts'
import { type AuthorityKeyIdentifier, readAuthorityKeyId } from '../x509/certificate-extensions.ts'
import { type Certificate, readSigned, sameAlgorithm } from '../x509/certificate.ts'
import {
  type Extension,
  extensionValue,
  readExtensions,
  unknownCritical,
} from '../x509/extension.ts'
import { type Name, nameEquals, readName } from '../x509/name.ts'
import {
  type IssuingDistributionPoint,
  readIssuingDistributionPoint,
  scopeCovers,
} from './issuing-distribution-point.ts'

/** CRLReason by number (RFC 5280 §5.3.1); 7 is not used. */
export const REVOCATION_REASONS = {
  0: 'unspecified',
  1: 'keyCompromise',
  2: 'cACompromise',
  3: 'affiliationChanged',
  4: 'superseded',
  5: 'cessationOfOperation',
  6: 'certificateHold',
  8: 'removeFromCRL',
  9: 'privilegeWithdrawn',
  10: 'aACompromise',
} as const

export type RevocationReason = (typeof REVOCATION_REASONS)[keyof typeof REVOCATION_REASONS]

export interface RevokedCertificate {
  readonly revocationDate: Date
  readonly reason: RevocationReason | undefined
}

/** A certificate revocation list (RFC 5280 §5), read and not yet believed. */
export interface Crl {
  readonly der: Uint8Array
  readonly tbs: Uint8Array
  readonly issuer: Name
  readonly thisUpdate: Date
  readonly nextUpdate: Date | undefined
  readonly crlNumber: bigint | undefined
  readonly authorityKeyId: AuthorityKeyIdentifier | undefined
  /** By serial number in lower-case hex. */
  readonly entries: ReadonlyMap<string, RevokedCertificate>
  readonly signatureAlgorithmName: SignatureAlgorithmName | undefined
  readonly signature: Uint8Array
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined
  /** Only what changed since a base list (RFC 5280 §5.2.4): it can revoke, but its silence says nothing. */
  readonly isDelta: boolean
  /** Critical extensions nothing here understands: the list must not be used. */
  readonly unknownCriticalExtensions: readonly string[]
}

const KNOWN: ReadonlySet<string> = new Set([
  EXTENSION_OID.authorityKeyIdentifier,
  EXTENSION_OID.crlNumber,
  EXTENSION_OID.issuerAltName,
  EXTENSION_OID.issuingDistributionPoint,
  EXTENSION_OID.deltaCrlIndicator,
])
const KNOWN_IN_ENTRY: ReadonlySet<string> = new Set([
  EXTENSION_OID.reasonCode,
  EXTENSION_OID.invalidityDate,
])

/**
 * Parses one DER CertificateList.
 * @throws DerError
 */
export function parseCrl(der: Uint8Array): Crl {
  const outer = readSigned(readDer(der))
  const fields = fieldsOf(outer.tbs)
  const version = fields.optional(TAG.integer)
  if (version && readInteger(version) !== 1n)
    throw new DerError('pki.der-unsupported-version', version.offset)
  sameAlgorithm(fields.next(), outer.signatureAlgorithm)
  const issuer = readName(fields.next())
  const thisUpdate = readTime(fields.next())
  const next = fields.peek()
  const dated = next?.tag === TAG.utcTime || next?.tag === TAG.generalizedTime
  const nextUpdate = dated ? readTime(fields.next()) : undefined
  const revoked = fields.optional(TAG.sequence)
  const extensionsNode = fields.optional(contextConstructed(0))
  fields.end()
  const extensions = extensionsNode ? readExtensions(explicitChild(extensionsNode)) : []
  const unread: string[] = [...unknownCritical(extensions, KNOWN)]
  return {
    der,
    tbs: outer.tbs.bytes,
    issuer,
    thisUpdate,
    nextUpdate,
    crlNumber: extensionValue(extensions, EXTENSION_OID.crlNumber, (node) => readInteger(node)),
    authorityKeyId: extensionValue(
      extensions,
      EXTENSION_OID.authorityKeyIdentifier,
      readAuthorityKeyId,
    ),
    entries: readEntries(revoked, unread),
    isDelta: extensions.some(({ oid }) => oid === EXTENSION_OID.deltaCrlIndicator),
    issuingDistributionPoint: extensionValue(
      extensions,
      EXTENSION_OID.issuingDistributionPoint,
      readIssuingDistributionPoint,
    ),
    signatureAlgorithmName: signatureAlgorithmNameOf(outer.signatureAlgorithm),
    signature: outer.signature,
    unknownCriticalExtensions: unread,
  }
}

function readEntries(
  node: DerNode | undefined,
  unread: string[],
): ReadonlyMap<string, RevokedCertificate> {
  const entries = new Map<string, RevokedCertificate>()
  for (const child of node ? childrenOf(node) : []) {
    const fields = fieldsOf(child)
    const serial = readIntegerHex(fields.next(TAG.integer))
    const revocationDate = readTime(fields.next())
    const extensionsNode = fields.optional(TAG.sequence)
    fields.end()
    const extensions = extensionsNode ? readExtensions(extensionsNode) : []
    unread.push(...unknownCritical(extensions, KNOWN_IN_ENTRY))
    entries.set(serial, { revocationDate, reason: readReason(extensions) })
  }
  return entries
}

function readReason(extensions: readonly Extension[]): RevocationReason | undefined {
  const code = extensionValue(extensions, EXTENSION_OID.reasonCode, readEnumerated)
  return code === undefined ? undefined : reasonOf(code)
}

/** Name of a CRLReason; undefined for numbers the standard does not give. */
export function reasonOf(code: number): RevocationReason | undefined {
  return (REVOCATION_REASONS as Readonly<Record<number, RevocationReason>>)[code]
}

/**
 * True when `issuer` signed this list and may sign lists: names chain, the signature verifies, cRLSign if it states a
 * key usage. A list with critical extensions we cannot read is nobody's. Whom it speaks about is {@link crlCovers}.
 */
export function verifyCrl(
  crl: Crl,
  issuer: Certificate,
  options: { readonly sm2Id?: Uint8Array | undefined } = {},
): boolean {
  return (
    crl.unknownCriticalExtensions.length === 0 &&
    (issuer.keyUsage?.has('cRLSign') ?? true) &&
    crlIsWhole(crl, issuer, options)
  )
}

/** Only that nothing of the list changed since `issuer` signed it, be it of a kind or algorithm nobody should use. */
export function crlIsWhole(
  crl: Crl,
  issuer: Certificate,
  options: { readonly sm2Id?: Uint8Array | undefined; readonly evenIfWeak?: boolean } = {},
): boolean {
  return (
    nameEquals(crl.issuer, issuer.subject) &&
    verifySignature({
      algorithm: crl.signatureAlgorithmName,
      publicKey: issuer.publicKey,
      message: crl.tbs,
      signature: crl.signature,
      sm2Id: options.sm2Id,
      evenIfWeak: options.evenIfWeak ?? false,
    })
  )
}

/** Whether the list, once verified, says anything about this certificate of its issuer. */
export const crlCovers = (crl: Crl, certificate: Certificate): boolean =>
  scopeCovers(crl.issuingDistributionPoint, certificate)
