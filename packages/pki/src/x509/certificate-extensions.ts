import {
  childrenOf,
  contextConstructed,
  contextPrimitive,
  type DerNode,
  explicitChild,
  fieldsOf,
  readBoolean,
  readIntegerHex,
  readNamedBits,
  readNull,
  readOctetString,
  readOid,
  readSmallInteger,
  TAG,
} from '../der/index.ts'
import { ACCESS_METHOD, EXTENSION_OID } from '../oids.ts'
import { type Extension, extensionValue, unknownCritical } from './extension.ts'
import {
  type GeneralName,
  readGeneralName,
  readGeneralNames,
  readGeneralSubtrees,
} from './general-name.ts'

export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly'

/** Bit positions of KeyUsage, RFC 5280 §4.2.1.3. */
export const KEY_USAGE_BITS: readonly KeyUsage[] = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
]

export interface AuthorityKeyIdentifier {
  readonly keyId?: Uint8Array
  readonly issuer?: readonly GeneralName[]
  readonly serialNumberHex?: string
}

export interface NameConstraints {
  readonly permitted: readonly GeneralName[]
  readonly excluded: readonly GeneralName[]
}

export interface PolicyConstraints {
  readonly requireExplicitPolicy?: number
  readonly inhibitPolicyMapping?: number
}

export interface PolicyMapping {
  readonly issuerDomainPolicy: string
  readonly subjectDomainPolicy: string
}

/** Certificate extensions this package understands, parsed (RFC 5280 §4.2). */
export interface CertificateExtensions {
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number }
  readonly keyUsage?: ReadonlySet<KeyUsage>
  /** Key purpose identifiers in dotted form. */
  readonly extKeyUsage?: readonly string[]
  readonly subjectKeyId?: Uint8Array
  readonly authorityKeyId?: AuthorityKeyIdentifier
  readonly subjectAltNames: readonly GeneralName[]
  /** URIs of the full names of all distribution points. */
  readonly crlDistributionPoints: readonly string[]
  /** Somewhere, be it a directory, the issuer publishes whether the certificate is revoked. */
  readonly statusIsPublished: boolean
  readonly ocspUrls: readonly string[]
  readonly caIssuerUrls: readonly string[]
  readonly certificatePolicies: readonly string[]
  readonly policyMappings: readonly PolicyMapping[]
  readonly policyConstraints?: PolicyConstraints
  readonly inhibitAnyPolicy?: number
  readonly nameConstraints?: NameConstraints
  /** id-pkix-ocsp-nocheck: the responder certificate itself need not be checked (RFC 6960 §4.2.2.2.1). */
  readonly ocspNoCheck: boolean
  /** Critical extensions nothing here understands: a path through such a certificate is refused. */
  readonly unknownCriticalExtensions: readonly string[]
}

const KNOWN: ReadonlySet<string> = new Set([
  EXTENSION_OID.basicConstraints,
  EXTENSION_OID.keyUsage,
  EXTENSION_OID.extKeyUsage,
  EXTENSION_OID.subjectKeyIdentifier,
  EXTENSION_OID.authorityKeyIdentifier,
  EXTENSION_OID.subjectAltName,
  EXTENSION_OID.issuerAltName,
  EXTENSION_OID.crlDistributionPoints,
  EXTENSION_OID.authorityInfoAccess,
  EXTENSION_OID.certificatePolicies,
  EXTENSION_OID.policyMappings,
  EXTENSION_OID.policyConstraints,
  EXTENSION_OID.inhibitAnyPolicy,
  EXTENSION_OID.nameConstraints,
  EXTENSION_OID.ocspNoCheck,
])

export function readCertificateExtensions(extensions: readonly Extension[]): CertificateExtensions {
  const value = <T>(oid: string, read: (node: DerNode) => T): T | undefined =>
    extensionValue(extensions, oid, read)
  const access = value(EXTENSION_OID.authorityInfoAccess, readAccessDescriptions) ?? []
  const urls = (method: string): readonly string[] =>
    access.filter((entry) => entry.method === method).map((entry) => entry.uri)
  return {
    ...present('basicConstraints', value(EXTENSION_OID.basicConstraints, readBasicConstraints)),
    ...present('keyUsage', value(EXTENSION_OID.keyUsage, readKeyUsage)),
    ...present('extKeyUsage', value(EXTENSION_OID.extKeyUsage, readOidList)),
    ...present('subjectKeyId', value(EXTENSION_OID.subjectKeyIdentifier, readKeyId)),
    ...present('authorityKeyId', value(EXTENSION_OID.authorityKeyIdentifier, readAuthorityKeyId)),
    subjectAltNames: value(EXTENSION_OID.subjectAltName, readNames) ?? [],
    crlDistributionPoints: value(EXTENSION_OID.crlDistributionPoints, readDistributionUris) ?? [],
    statusIsPublished:
      urls(ACCESS_METHOD.ocsp).length > 0 ||
      extensions.some(({ oid }) => oid === EXTENSION_OID.crlDistributionPoints),
    ocspUrls: urls(ACCESS_METHOD.ocsp),
    caIssuerUrls: urls(ACCESS_METHOD.caIssuers),
    certificatePolicies: value(EXTENSION_OID.certificatePolicies, readPolicies) ?? [],
    policyMappings: value(EXTENSION_OID.policyMappings, readPolicyMappings) ?? [],
    ...present('policyConstraints', value(EXTENSION_OID.policyConstraints, readPolicyConstraints)),
    ...present('inhibitAnyPolicy', value(EXTENSION_OID.inhibitAnyPolicy, readCount)),
    ...present('nameConstraints', value(EXTENSION_OID.nameConstraints, readNameConstraints)),
    ocspNoCheck: value(EXTENSION_OID.ocspNoCheck, readFlag) ?? false,
    unknownCriticalExtensions: unknownCritical(extensions, KNOWN),
  }
}

const present = <K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { [key in K]?: T }

const readCount = (node: DerNode): number => readSmallInteger(node)
const readNames = (node: DerNode): readonly GeneralName[] => readGeneralNames(node)
const readKeyId = (node: DerNode): Uint8Array => readOctetString(node)
const readOidList = (node: DerNode): readonly string[] =>
  childrenOf(node).map((child) => readOid(child))
const readFlag = (node: DerNode): boolean => {
  readNull(node)
  return true
}

function readBasicConstraints(node: DerNode): { ca: boolean; pathLength?: number } {
  const fields = fieldsOf(node)
  const ca = fields.optional(TAG.boolean)
  const pathLength = fields.optional(TAG.integer)
  fields.end()
  return {
    ca: ca !== undefined && readBoolean(ca),
    ...present('pathLength', pathLength && readSmallInteger(pathLength)),
  }
}

function readKeyUsage(node: DerNode): ReadonlySet<KeyUsage> {
  const bits = readNamedBits(node)
  return new Set(KEY_USAGE_BITS.filter((_, bit) => bits.has(bit)))
}

/** AuthorityKeyIdentifier, RFC 5280 §4.2.1.1; CRLs carry it too. */
export function readAuthorityKeyId(node: DerNode): AuthorityKeyIdentifier {
  const fields = fieldsOf(node)
  const keyId = fields.optional(contextPrimitive(0))
  const issuer = fields.optional(contextConstructed(1))
  const serial = fields.optional(contextPrimitive(2))
  fields.end()
  return {
    ...present('keyId', keyId?.content),
    ...present('issuer', issuer && readGeneralNames(issuer, contextConstructed(1))),
    ...present('serialNumberHex', serial && readIntegerHex(serial, contextPrimitive(2))),
  }
}

function readAccessDescriptions(node: DerNode): { method: string; uri: string }[] {
  return childrenOf(node).flatMap((child) => {
    const fields = fieldsOf(child)
    const method = readOid(fields.next())
    const location = readGeneralName(fields.next())
    fields.end()
    return location.kind === 'uri' ? [{ method, uri: location.value }] : []
  })
}

function readDistributionUris(node: DerNode): readonly string[] {
  return childrenOf(node).flatMap((child) => {
    const fields = fieldsOf(child)
    const point = fields.optional(contextConstructed(0))
    fields.rest()
    const name = point && explicitChild(point)
    if (name?.tag !== contextConstructed(0)) return []
    return readGeneralNames(name, contextConstructed(0)).flatMap((entry) =>
      entry.kind === 'uri' ? [entry.value] : [],
    )
  })
}

function readPolicies(node: DerNode): readonly string[] {
  return childrenOf(node).map((child) => readOid(fieldsOf(child).next()))
}

function readPolicyMappings(node: DerNode): readonly PolicyMapping[] {
  return childrenOf(node).map((child) => {
    const fields = fieldsOf(child)
    const mapping = {
      issuerDomainPolicy: readOid(fields.next()),
      subjectDomainPolicy: readOid(fields.next()),
    }
    fields.end()
    return mapping
  })
}

function readPolicyConstraints(node: DerNode): PolicyConstraints {
  const fields = fieldsOf(node)
  const explicit = fields.optional(contextPrimitive(0))
  const mapping = fields.optional(contextPrimitive(1))
  fields.end()
  return {
    ...present('requireExplicitPolicy', explicit && readSmallInteger(explicit, 0x80)),
    ...present('inhibitPolicyMapping', mapping && readSmallInteger(mapping, 0x81)),
  }
}

function readNameConstraints(node: DerNode): NameConstraints {
  const fields = fieldsOf(node)
  const permitted = fields.optional(contextConstructed(0))
  const excluded = fields.optional(contextConstructed(1))
  fields.end()
  return {
    permitted: permitted ? readGeneralSubtrees(permitted, contextConstructed(0)) : [],
    excluded: excluded ? readGeneralSubtrees(excluded, contextConstructed(1)) : [],
  }
}
