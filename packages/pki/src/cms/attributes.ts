import {
  childrenOf,
  contextConstructed,
  type DerNode,
  fieldsOf,
  readDer,
  readOctetString,
  readOid,
  readTime,
  TAG,
} from '../der/index.ts'
import { type DigestName, digestNameOf } from '../digests.ts'
import { DerError } from '../errors.ts'
import { ATTRIBUTE_OID } from '../oids.ts'
import { readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts'

/** One attribute with all its values (RFC 5652 §5.3). */
export interface CmsAttribute {
  readonly oid: string
  readonly values: readonly DerNode[]
}

/** The certificate a signature says it was made with: its digest (RFC 5035 §4, §5). */
export interface SigningCertificateReference {
  readonly digest: DigestName
  readonly certHash: Uint8Array
}

/** Signed attributes, as signed: `der` is the SET OF (0x31) that the signature covers. */
export interface SignedAttributes {
  readonly der: Uint8Array
  readonly contentType: string
  readonly messageDigest: Uint8Array
  readonly signingTime?: Date
  readonly signingCertificateV2?: SigningCertificateReference
  /** The older attribute with SHA-1, RFC 2634 §5.4. */
  readonly signingCertificate?: SigningCertificateReference
  readonly all: readonly CmsAttribute[]
}

/**
 * Parses signed attributes standing alone, in the form a signature covers them: a DER SET OF.
 * @throws DerError
 */
export function parseSignedAttributes(der: Uint8Array): SignedAttributes {
  return readSignedAttributes(readDer(der), TAG.set)
}

/** Reads signed attributes under SET or under their implicit [0]. */
export function readSignedAttributes(node: DerNode, tag: number): SignedAttributes {
  const all = readAttributes(node, tag)
  const value = (oid: string): DerNode | undefined => singleValue(all, oid)
  const contentType = value(ATTRIBUTE_OID.contentType)
  const messageDigest = value(ATTRIBUTE_OID.messageDigest)
  // RFC 5652 §11.1, §11.2: both must be there whenever anything is.
  if (!contentType || !messageDigest) throw new DerError('pki.der-missing-field', node.offset)
  const signingTime = value(ATTRIBUTE_OID.signingTime)
  const v2 = value(ATTRIBUTE_OID.signingCertificateV2)
  const v1 = value(ATTRIBUTE_OID.signingCertificate)
  const der = Uint8Array.from(node.bytes)
  der[0] = TAG.set
  return {
    der,
    contentType: readOid(contentType),
    messageDigest: readOctetString(messageDigest),
    ...(signingTime ? { signingTime: readTime(signingTime) } : {}),
    ...(v2 ? { signingCertificateV2: readReference(v2, 'sha256') } : {}),
    ...(v1 ? { signingCertificate: readReference(v1, 'sha1') } : {}),
    all,
  }
}

/** SET OF Attribute; the same signed type twice is refused, for two values under one name decide nothing. */
export function readAttributes(node: DerNode, tag: number): readonly CmsAttribute[] {
  const seen = new Set<string>()
  return childrenOf(node, tag).map((child) => {
    const attribute = readAttribute(child)
    const { oid } = attribute
    if (seen.has(oid)) throw new DerError('pki.der-extra-field', child.offset, `${oid} twice`)
    seen.add(oid)
    return attribute
  })
}

/** Unsigned attributes: some programs repeat the attribute for each further timestamp or countersignature (§11.4). */
export const readUnsignedAttributes = (node: DerNode, tag: number): readonly CmsAttribute[] =>
  childrenOf(node, tag).map(readAttribute)

function readAttribute(node: DerNode): CmsAttribute {
  const fields = fieldsOf(node)
  const oid = readOid(fields.next(TAG.oid))
  const values = childrenOf(fields.next(TAG.set), TAG.set)
  fields.end()
  if (values.length === 0) throw new DerError('pki.der-missing-field', node.offset)
  return { oid, values }
}

function singleValue(all: readonly CmsAttribute[], oid: string): DerNode | undefined {
  const attribute = all.find((candidate) => candidate.oid === oid)
  const [value, second] = attribute?.values ?? []
  if (second) throw new DerError('pki.der-extra-field', second.offset)
  return value
}

/** SigningCertificate(V2): the first ESSCertID names the signer's certificate (RFC 5035 §3). */
function readReference(node: DerNode, assumed: DigestName): SigningCertificateReference {
  const fields = fieldsOf(node)
  const [first] = childrenOf(fields.next())
  fields.rest()
  if (!first) throw new DerError('pki.der-missing-field', node.offset)
  const id = fieldsOf(first)
  const algorithm = id.optional(TAG.sequence)
  const digest = algorithm ? digestNameOf(readAlgorithmIdentifier(algorithm).oid) : assumed
  if (!digest) throw new DerError('pki.der-invalid-value', first.offset, 'unknown digest')
  const certHash = readOctetString(id.next())
  id.optional(TAG.sequence)
  id.end()
  return { digest, certHash }
}

/** Tag of signedAttrs inside a SignerInfo. */
export const SIGNED_ATTRIBUTES_TAG = contextConstructed(0)
