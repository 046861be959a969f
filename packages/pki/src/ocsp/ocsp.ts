import { type SignatureAlgorithmName, signatureAlgorithmNameOf } from '../algorithms.ts'
import { reasonOf, type RevocationReason } from '../crl/crl.ts'
import {
  childrenOf,
  contextConstructed,
  contextPrimitive,
  type DerFields,
  type DerNode,
  explicitChild,
  fieldsOf,
  readBitStringBytes,
  readDer,
  readEnumerated,
  readGeneralizedTime,
  readIntegerHex,
  readOctetString,
  readOid,
  readSmallInteger,
  TAG,
} from '../der/index.ts'
import { type DigestName, digestNameOf } from '../digests.ts'
import { DerError } from '../errors.ts'
import { EXTENSION_OID, OCSP_BASIC_RESPONSE } from '../oids.ts'
import { readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts'
import { type Certificate, readCertificate } from '../x509/certificate.ts'
import { type Extension, readExtensions, unknownCritical } from '../x509/extension.ts'
import { type Name, readName } from '../x509/name.ts'

/** Names a certificate by its issuer's hashes and its serial number (RFC 6960 §4.1.1). */
export interface OcspCertId {
  readonly der: Uint8Array
  /** Undefined when this package does not compute it. */
  readonly digestAlgorithm: DigestName | undefined
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  readonly serialNumberHex: string
}

export interface OcspRequest {
  readonly certIds: readonly OcspCertId[]
  /** Content of the nonce extension: the DER of an OCTET STRING where the client follows RFC 8954. */
  readonly nonce?: Uint8Array
}

export interface OcspSingleResponse {
  readonly certId: OcspCertId
  readonly status: 'good' | 'revoked' | 'unknown'
  readonly revocationTime?: Date
  readonly reason?: RevocationReason
  readonly thisUpdate: Date
  readonly nextUpdate?: Date
}

export type ResponderId =
  | { readonly kind: 'name'; readonly name: Name }
  | { readonly kind: 'key-hash'; readonly keyHash: Uint8Array }

export interface OcspBasicResponse {
  readonly tbs: Uint8Array
  readonly responderId: ResponderId
  readonly producedAt: Date
  readonly responses: readonly OcspSingleResponse[]
  readonly nonce?: Uint8Array
  readonly signatureAlgorithmName: SignatureAlgorithmName | undefined
  readonly signature: Uint8Array
  readonly certificates: readonly Certificate[]
  readonly unknownCriticalExtensions: readonly string[]
}

export type OcspResponseStatus =
  | 'successful'
  | 'malformedRequest'
  | 'internalError'
  | 'tryLater'
  | 'sigRequired'
  | 'unauthorized'

export interface OcspResponse {
  readonly der: Uint8Array
  readonly status: OcspResponseStatus
  /** There exactly when the status is successful. */
  readonly basic?: OcspBasicResponse
}

const STATUSES: Readonly<Record<number, OcspResponseStatus>> = {
  0: 'successful',
  1: 'malformedRequest',
  2: 'internalError',
  3: 'tryLater',
  5: 'sigRequired',
  6: 'unauthorized',
}

/**
 * Parses an OCSPRequest (RFC 6960 §4.1.1); a signature on it is not looked at.
 * @throws DerError
 */
export function parseOcspRequest(der: Uint8Array): OcspRequest {
  const outer = fieldsOf(readDer(der))
  const fields = fieldsOf(outer.next())
  outer.optional(contextConstructed(0))
  outer.end()
  requireVersion1(fields)
  fields.optional(contextConstructed(1))
  const certIds = childrenOf(fields.next()).map((child) => {
    const request = fieldsOf(child)
    const certId = readCertId(request.next())
    request.optional(contextConstructed(0))
    request.end()
    return certId
  })
  const nonce = nonceOf(readExtensionsField(fields, 2))
  fields.end()
  return { certIds, ...(nonce ? { nonce } : {}) }
}

/**
 * Parses an OCSPResponse; its signature is another question ({@link verifyOcspResponse}).
 * @throws DerError
 */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  const fields = fieldsOf(readDer(der))
  const statusNode = fields.next(TAG.enumerated)
  const status = STATUSES[readEnumerated(statusNode)]
  const body = fields.optional(contextConstructed(0))
  fields.end()
  if (!status) throw new DerError('pki.der-invalid-value', statusNode.offset)
  if ((status === 'successful') !== (body !== undefined))
    throw new DerError('pki.der-missing-field', statusNode.offset, 'status and body disagree')
  if (!body) return { der, status }
  const bytes = fieldsOf(explicitChild(body))
  const type = bytes.next(TAG.oid)
  if (readOid(type) !== OCSP_BASIC_RESPONSE)
    throw new DerError('pki.der-invalid-value', type.offset, 'not a basic response')
  const response = readOctetString(bytes.next())
  bytes.end()
  return { der, status, basic: readBasic(readDer(response)) }
}

function readBasic(node: DerNode): OcspBasicResponse {
  const fields = fieldsOf(node)
  const data = fields.next(TAG.sequence)
  const algorithm = readAlgorithmIdentifier(fields.next())
  const signature = readBitStringBytes(fields.next())
  const certificates = fields.optional(contextConstructed(0))
  fields.end()
  const inner = fieldsOf(data)
  requireVersion1(inner)
  const responderId = readResponderId(inner.next())
  const producedAt = readGeneralizedTime(inner.next())
  const unread: string[] = []
  const responses = childrenOf(inner.next()).map((child) => readSingle(child, unread))
  const extensions = readExtensionsField(inner, 1)
  inner.end()
  unread.push(...unknownCritical(extensions, new Set([EXTENSION_OID.ocspNonce])))
  const nonce = nonceOf(extensions)
  return {
    tbs: data.bytes,
    responderId,
    producedAt,
    responses,
    ...(nonce ? { nonce } : {}),
    signatureAlgorithmName: signatureAlgorithmNameOf(algorithm),
    signature,
    certificates: certificates ? childrenOf(explicitChild(certificates)).map(readCertificate) : [],
    unknownCriticalExtensions: unread,
  }
}

function readSingle(node: DerNode, unread: string[]): OcspSingleResponse {
  const fields = fieldsOf(node)
  const certId = readCertId(fields.next())
  const status = readStatus(fields.next())
  const thisUpdate = readGeneralizedTime(fields.next())
  const next = fields.optional(contextConstructed(0))
  unread.push(...unknownCritical(readExtensionsField(fields, 1), new Set()))
  fields.end()
  return {
    certId,
    ...status,
    thisUpdate,
    ...(next ? { nextUpdate: readGeneralizedTime(explicitChild(next)) } : {}),
  }
}

function readStatus(
  node: DerNode,
): Pick<OcspSingleResponse, 'status' | 'revocationTime' | 'reason'> {
  if (node.tag === contextPrimitive(0) && node.content.length === 0) return { status: 'good' }
  if (node.tag === contextPrimitive(2) && node.content.length === 0) return { status: 'unknown' }
  const fields = fieldsOf(node, contextConstructed(1))
  const revocationTime = readGeneralizedTime(fields.next())
  const reasonNode = fields.optional(contextConstructed(0))
  fields.end()
  const reason = reasonNode && reasonOf(readEnumerated(explicitChild(reasonNode)))
  return { status: 'revoked', revocationTime, ...(reason ? { reason } : {}) }
}

function readCertId(node: DerNode): OcspCertId {
  const fields = fieldsOf(node)
  const digestAlgorithm = digestNameOf(readAlgorithmIdentifier(fields.next()).oid)
  const issuerNameHash = readOctetString(fields.next())
  const issuerKeyHash = readOctetString(fields.next())
  const serialNumberHex = readIntegerHex(fields.next())
  fields.end()
  return { der: node.bytes, digestAlgorithm, issuerNameHash, issuerKeyHash, serialNumberHex }
}

function readResponderId(node: DerNode): ResponderId {
  if (node.tag === contextConstructed(1))
    return { kind: 'name', name: readName(explicitChild(node)) }
  if (node.tag === contextConstructed(2))
    return { kind: 'key-hash', keyHash: readOctetString(explicitChild(node)) }
  throw new DerError('pki.der-unexpected-tag', node.offset)
}

function requireVersion1(fields: DerFields): void {
  const version = fields.optional(contextConstructed(0))
  if (version && readSmallInteger(explicitChild(version)) !== 0)
    throw new DerError('pki.der-unsupported-version', version.offset)
}

function readExtensionsField(fields: DerFields, number: number): readonly Extension[] {
  const node = fields.optional(contextConstructed(number))
  return node ? readExtensions(explicitChild(node)) : []
}

function nonceOf(extensions: readonly Extension[]): Uint8Array | undefined {
  return extensions.find((extension) => extension.oid === EXTENSION_OID.ocspNonce)?.value
}
