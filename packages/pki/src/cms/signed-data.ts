import { type SignatureAlgorithmName, signerInfoAlgorithmNameOf } from '../algorithms.ts'
import {
  childrenOf,
  contextConstructed,
  contextPrimitive,
  type DerFields,
  derFromBer,
  type DerNode,
  explicitChild,
  fieldsOf,
  readDer,
  readIntegerHex,
  readOctetString,
  readOid,
  readSmallInteger,
  TAG,
} from '../der/index.ts'
import { type DigestName, digestNameOf } from '../digests.ts'
import { DerError } from '../errors.ts'
import { ATTRIBUTE_OID, CONTENT_TYPE } from '../oids.ts'
import { hasNoParameters, readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts'
import { type Certificate, readCertificate } from '../x509/certificate.ts'
import { type Name, readName } from '../x509/name.ts'
import {
  type CmsAttribute,
  readSignedAttributes,
  readUnsignedAttributes,
  SIGNED_ATTRIBUTES_TAG,
  type SignedAttributes,
} from './attributes.ts'

/** Which of the two certificate naming schemes a SignerInfo uses (RFC 5652 §5.3). */
export type SignerIdentifier =
  | { readonly kind: 'issuer-and-serial'; readonly issuer: Name; readonly serialNumberHex: string }
  | { readonly kind: 'subject-key-id'; readonly keyId: Uint8Array }

export interface SignerInfo {
  readonly sid: SignerIdentifier
  /** Undefined when this package does not compute it. */
  readonly digestAlgorithm: DigestName | undefined
  /** Undefined when this package does not verify it. */
  readonly signatureAlgorithmName: SignatureAlgorithmName | undefined
  readonly signedAttributes?: SignedAttributes
  readonly signature: Uint8Array
  /** DER of the signature timestamps among the unsigned attributes (RFC 3161 appendix A). */
  readonly timeStampTokens: readonly Uint8Array[]
  readonly unsignedAttributes: readonly CmsAttribute[]
}

/**
 * Writing that RFC 5652 or DER does not allow and other programs nevertheless produce. `ber`: lengths or segments that
 * DER forbids; `version`: not the one the content calls for; `digest-algorithms`: not those the signers use.
 */
export type CmsIrregularity = 'ber' | 'version' | 'digest-algorithms'

/** Revocation information that is no CRL: an identifier and its value (RFC 5652 §10.2.1). */
export interface OtherRevocationInfo {
  readonly format: string
  readonly der: Uint8Array
}

export interface SignedData {
  /** The DER as read; re-encoded where the signature came in BER. */
  readonly der: Uint8Array
  /** `gm`: GM/T 0010 identifiers instead of those of RFC 5652; the structure is the same. */
  readonly dialect: 'rfc' | 'gm'
  readonly version: number
  readonly contentType: string
  /** Undefined in a detached signature. */
  readonly content?: Uint8Array
  readonly certificates: readonly Certificate[]
  /** DER of each CertificateList. */
  readonly crls: readonly Uint8Array[]
  readonly otherRevocationInfos: readonly OtherRevocationInfo[]
  readonly signerInfos: readonly SignerInfo[]
  /** Empty unless read by {@link parseForeignSignedData}. */
  readonly irregularities: readonly CmsIrregularity[]
}

const DIALECTS: Readonly<Record<string, SignedData['dialect']>> = {
  [CONTENT_TYPE.signedData]: 'rfc',
  [CONTENT_TYPE.gmSignedData]: 'gm',
}

/**
 * Parses a ContentInfo with SignedData (RFC 5652 §5; GM/T 0010), nothing else. Strict also where nothing is signed:
 * versions must be the ones the content calls for and digestAlgorithms exactly what the signers use, so that no
 * byte can change without notice.
 * @throws DerError
 */
export function parseSignedData(der: Uint8Array): SignedData {
  const signedData = readSignedData(readDer(der))
  const [irregularity] = signedData.irregularities
  if (irregularity === 'version') throw new DerError('pki.der-unsupported-version', 0)
  if (irregularity) throw new DerError('pki.der-invalid-value', 0, irregularity)
  return signedData
}

/**
 * The same for a signature that another program made: what it writes otherwise than {@link parseSignedData} demands
 * is named in `irregularities`, for the caller to weigh. BER is re-encoded first: RFC 5652 §5.4 has attributes and
 * certificates signed in their DER form, so nothing signed is lost by it.
 * @throws DerError
 */
export function parseForeignSignedData(bytes: Uint8Array): SignedData {
  const der = derFromBer(bytes)
  const signedData = readSignedData(readDer(der))
  if (der === bytes) return signedData
  return { ...signedData, irregularities: ['ber', ...signedData.irregularities] }
}

function readSignedData(node: DerNode): SignedData {
  const outer = fieldsOf(node)
  const type = outer.next(TAG.oid)
  const dialect = DIALECTS[readOid(type)]
  if (!dialect) throw new DerError('pki.der-invalid-value', type.offset, 'not signed data')
  const body = explicitChild(outer.next(contextConstructed(0)))
  outer.end()
  const fields = fieldsOf(body)
  const version = readSmallInteger(fields.next(TAG.integer))
  const digestsNode = fields.next(TAG.set)
  const { contentType, content } = readEncapsulated(fields.next())
  const certificates = readCertificates(fields)
  const revocation = readRevocation(fields)
  const infos = childrenOf(fields.next(TAG.set), TAG.set)
  fields.end()
  const signers = infos.map(readSignerInfo)
  const signedData = {
    der: node.bytes,
    dialect,
    version,
    contentType,
    ...(content ? { content } : {}),
    certificates,
    ...revocation,
    signerInfos: signers.map(({ signerInfo }) => signerInfo),
  }
  const irregularities: CmsIrregularity[] = []
  if (!versionFits(signedData) || signers.some((signer) => !signer.versionFits))
    irregularities.push('version')
  if (!digestsFit(digestsNode, infos)) irregularities.push('digest-algorithms')
  return { ...signedData, irregularities }
}

function readEncapsulated(node: DerNode): { contentType: string; content: Uint8Array | undefined } {
  const fields = fieldsOf(node)
  const contentType = readOid(fields.next(TAG.oid))
  const wrapped = fields.optional(contextConstructed(0))
  fields.end()
  return { contentType, content: wrapped && readOctetString(explicitChild(wrapped)) }
}

// Only plain certificates: an attribute certificate or "other" would be something unread in the signer's name.
function readCertificates(fields: DerFields): readonly Certificate[] {
  const node = fields.optional(contextConstructed(0))
  return node ? childrenOf(node, contextConstructed(0)).map(readCertificate) : []
}

function readRevocation(fields: DerFields): Pick<SignedData, 'crls' | 'otherRevocationInfos'> {
  const node = fields.optional(contextConstructed(1))
  const crls: Uint8Array[] = []
  const otherRevocationInfos: OtherRevocationInfo[] = []
  for (const child of node ? childrenOf(node, contextConstructed(1)) : []) {
    if (child.tag === TAG.sequence) {
      crls.push(child.bytes)
      continue
    }
    const other = fieldsOf(child, contextConstructed(1))
    const format = readOid(other.next(TAG.oid))
    const value = other.next()
    other.end()
    otherRevocationInfos.push({ format, der: value.bytes })
  }
  return { crls, otherRevocationInfos }
}

function readSignerInfo(node: DerNode): { signerInfo: SignerInfo; versionFits: boolean } {
  const fields = fieldsOf(node)
  const version = readSmallInteger(fields.next(TAG.integer))
  const sid = readSignerIdentifier(fields.next())
  const digestIdentifier = readAlgorithmIdentifier(fields.next())
  const digestAlgorithm = hasNoParameters(digestIdentifier)
    ? digestNameOf(digestIdentifier.oid)
    : undefined
  const attributes = fields.optional(SIGNED_ATTRIBUTES_TAG)
  const signatureIdentifier = readAlgorithmIdentifier(fields.next())
  const signature = readOctetString(fields.next())
  const unsigned = fields.optional(contextConstructed(1))
  fields.end()
  const unsignedAttributes = unsigned ? readUnsignedAttributes(unsigned, contextConstructed(1)) : []
  const signerInfo: SignerInfo = {
    sid,
    digestAlgorithm,
    signatureAlgorithmName: signerInfoAlgorithmNameOf(
      signatureIdentifier,
      digestAlgorithm,
      attributes !== undefined,
    ),
    ...(attributes
      ? { signedAttributes: readSignedAttributes(attributes, SIGNED_ATTRIBUTES_TAG) }
      : {}),
    signature,
    timeStampTokens: unsignedAttributes
      .filter((attribute) => attribute.oid === ATTRIBUTE_OID.timeStampToken)
      .flatMap((attribute) => attribute.values.map((value) => value.bytes)),
    unsignedAttributes,
  }
  // RFC 5652 §5.3: the version says which identifier follows.
  return { signerInfo, versionFits: version === (sid.kind === 'issuer-and-serial' ? 1 : 3) }
}

function readSignerIdentifier(node: DerNode): SignerIdentifier {
  if (node.tag === contextPrimitive(0)) return { kind: 'subject-key-id', keyId: node.content }
  const fields = fieldsOf(node)
  const issuer = readName(fields.next())
  const serialNumberHex = readIntegerHex(fields.next())
  fields.end()
  return { kind: 'issuer-and-serial', issuer, serialNumberHex }
}

/** RFC 5652 §5.1 lets digestAlgorithms list others; then a verifier could not tell an added from a flipped one. */
function digestsFit(node: DerNode, infos: readonly DerNode[]): boolean {
  const listed = childrenOf(node, TAG.set).map((child) => readAlgorithmIdentifier(child).oid)
  const used = infos.map((info) => {
    const fields = fieldsOf(info)
    fields.next()
    fields.next()
    return readAlgorithmIdentifier(fields.next()).oid
  })
  return (
    new Set(listed).size === listed.length &&
    listed.every((oid) => used.includes(oid)) &&
    used.every((oid) => listed.includes(oid))
  )
}

/** RFC 5652 §5.1 as far as what we read can occur; GM/T 0010 always writes 1. */
function versionFits(signedData: Omit<SignedData, 'irregularities'>): boolean {
  const { version, dialect, contentType, signerInfos, otherRevocationInfos } = signedData
  if (dialect === 'gm') return version === 1
  if (otherRevocationInfos.length > 0) return version === 5
  const plain =
    contentType === CONTENT_TYPE.data &&
    signerInfos.every((signerInfo) => signerInfo.sid.kind === 'issuer-and-serial')
  return version === (plain ? 1 : 3)
}
