import { concatBytes } from '@yunqian/sm'
import { type SignatureAlgorithmName, signatureAlgorithm } from '../algorithms.ts'
import {
  type DerNode,
  childrenOf,
  contextConstructed,
  explicitChild,
  fieldsOf,
  readDer,
  readOid,
  TAG,
} from '../der/index.ts'
import { digest, type DigestName, digestOid } from '../digests.ts'
import { PkiError } from '../errors.ts'
import { ATTRIBUTE_OID, CONTENT_TYPE, REVOCATION_INFO_OID } from '../oids.ts'
import { type Certificate, parseCertificate } from '../x509/certificate.ts'
import {
  explicit,
  implicitConstructed,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  time,
} from './der.ts'
import { algorithmIdentifier, type Signer } from './signer.ts'

/** `gm` writes the identifiers of GM/T 0010 instead of those of RFC 5652. */
export type CmsDialect = 'rfc' | 'gm'

/**
 * The signed attributes as a DER SET OF: exactly the bytes a signature covers (RFC 5652 §5.4). The certificate is
 * named by signing-certificate-v2 (RFC 5035), so that no other certificate of the same key can take its place.
 * PAdES leaves `signingTime` out.
 */
export function signedAttributes(fields: {
  readonly contentType: string
  readonly messageDigest: Uint8Array
  readonly digestAlgorithm: DigestName
  readonly signerCertificate: Uint8Array
  readonly signingTime?: Date
}): Uint8Array {
  const certificate = parseCertificate(fields.signerCertificate)
  return setOf(
    attribute(ATTRIBUTE_OID.contentType, oid(fields.contentType)),
    attribute(ATTRIBUTE_OID.messageDigest, octetString(fields.messageDigest)),
    attribute(
      ATTRIBUTE_OID.signingCertificateV2,
      signingCertificateV2(certificate, fields.digestAlgorithm),
    ),
    ...(fields.signingTime ? [attribute(ATTRIBUTE_OID.signingTime, time(fields.signingTime))] : []),
  )
}

const attribute = (type: string, value: Uint8Array): Uint8Array => sequence(oid(type), setOf(value))

/** SigningCertificateV2 with issuer and serial; hashAlgorithm is left out where it is the default, SHA-256. */
function signingCertificateV2(certificate: Certificate, algorithm: DigestName): Uint8Array {
  const hash = octetString(digest(algorithm, certificate.der))
  const issuerSerial = sequence(
    sequence(explicit(4, certificate.issuer.der)),
    serialNumber(certificate),
  )
  const named = algorithm === 'sha256' ? [] : [sequence(oid(digestOid(algorithm)))]
  return sequence(sequence(sequence(...named, hash, issuerSerial)))
}

const serialNumber = (certificate: Certificate): Uint8Array =>
  concatBytes(Uint8Array.of(TAG.integer, certificate.serialNumber.length), certificate.serialNumber)

/**
 * A SignedData with one signer around a signature that was made elsewhere: the second half of two-phase signing.
 * Without `content` it is detached. `certificates` holds the chain; the signer's own comes first.
 */
export function assembleSignedData(fields: {
  readonly contentType: string
  readonly content?: Uint8Array
  /** DER SET OF from {@link signedAttributes}. */
  readonly signedAttributes: Uint8Array
  readonly signerCertificate: Uint8Array
  /** The rest of the chain; `none` leaves the signer's own out too (RFC 3161 §2.4.1 without certReq). */
  readonly certificates: readonly Uint8Array[] | 'none'
  readonly signatureAlgorithm: SignatureAlgorithmName
  readonly signatureValue: Uint8Array
  readonly dialect?: CmsDialect
}): Uint8Array {
  const dialect = fields.dialect ?? 'rfc'
  const certificate = parseCertificate(fields.signerCertificate)
  const digestIdentifier = sequence(
    oid(digestOid(signatureAlgorithm(fields.signatureAlgorithm).digest)),
  )
  const innerType = oid(contentTypeIn(dialect, fields.contentType))
  const encapsulated = fields.content ? [explicit(0, octetString(fields.content))] : []
  const attributes = Uint8Array.from(fields.signedAttributes)
  attributes[0] = contextConstructed(0)
  const signerInfo = sequence(
    integer(1),
    sequence(certificate.issuer.der, serialNumber(certificate)),
    digestIdentifier,
    attributes,
    algorithmIdentifier(fields.signatureAlgorithm),
    octetString(fields.signatureValue),
  )
  // RFC 5652 §5.1: 1 for plain data signed by issuer and serial, 3 for any other content; GM/T 0010 keeps 1.
  const version = dialect === 'gm' || fields.contentType === CONTENT_TYPE.data ? 1 : 3
  const signedData = sequence(
    integer(version),
    setOf(digestIdentifier),
    sequence(innerType, ...encapsulated),
    ...(fields.certificates === 'none'
      ? []
      : [
          implicitConstructed(
            0,
            concatBytes(...distinct([fields.signerCertificate, ...fields.certificates])),
          ),
        ]),
    setOf(signerInfo),
  )
  const outerType = dialect === 'gm' ? CONTENT_TYPE.gmSignedData : CONTENT_TYPE.signedData
  return sequence(oid(outerType), explicit(0, signedData))
}

const contentTypeIn = (dialect: CmsDialect, contentType: string): string =>
  dialect === 'gm' && contentType === CONTENT_TYPE.data ? CONTENT_TYPE.gmData : contentType

/** DER SET OF without its wrapper: ascending, each value once. */
function distinct(values: readonly Uint8Array[]): Uint8Array[] {
  const children = childrenOf(readDer(setOf(...values)), TAG.set).map((child) => child.bytes)
  return children.filter((value, i) => i === 0 || !sameBytes(value, children[i - 1]!))
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((octet, i) => octet === b[i])

/**
 * Adds a signature timestamp (RFC 3161 appendix A) as unsigned attribute of the only signer. The token's imprint must
 * be that of the signature value; what is signed does not change.
 */
export function withTimeStampToken(cms: Uint8Array, token: Uint8Array): Uint8Array {
  return rewrite(cms, (parts) => {
    const [signer, second] = childrenOf(parts.signerInfos, TAG.set)
    if (!signer || second) throw new PkiError('pki.value-out-of-range', 'not exactly one signer')
    const fields = childrenOf(signer)
    const kept = fields.filter((field) => field.tag !== contextConstructed(1))
    const unsigned = fields.find((field) => field.tag === contextConstructed(1))
    const present = unsigned
      ? childrenOf(unsigned, contextConstructed(1)).map((child) => child.bytes)
      : []
    const attributes = distinct([...present, attribute(ATTRIBUTE_OID.timeStampToken, token)])
    const stamped = sequence(
      ...kept.map((field) => field.bytes),
      implicitConstructed(1, concatBytes(...attributes)),
    )
    return { signerInfos: setOf(stamped) }
  })
}

/** Adds certificates, CRLs and OCSP responses (RFC 5940) beside the signature, for verification offline. */
export function withRevocationInfo(
  cms: Uint8Array,
  info: {
    readonly crls?: readonly Uint8Array[]
    readonly ocsps?: readonly Uint8Array[]
    readonly certificates?: readonly Uint8Array[]
  },
): Uint8Array {
  return rewrite(cms, (parts) => {
    const ocsps = (info.ocsps ?? []).map((response) =>
      implicitConstructed(1, concatBytes(oid(REVOCATION_INFO_OID.ocspResponse), response)),
    )
    const revocation = distinct([...parts.revocation, ...(info.crls ?? []), ...ocsps])
    const certificates = distinct([...parts.certificates, ...(info.certificates ?? [])])
    const hasOther = revocation.some((entry) => entry[0] === contextConstructed(1))
    return { certificates, revocation, ...(hasOther && !parts.gm ? { version: integer(5) } : {}) }
  })
}

interface Parts {
  readonly gm: boolean
  readonly version: Uint8Array
  readonly certificates: readonly Uint8Array[]
  readonly revocation: readonly Uint8Array[]
  readonly signerInfos: DerNode
}
interface Changes {
  readonly version?: Uint8Array
  readonly certificates?: readonly Uint8Array[]
  readonly revocation?: readonly Uint8Array[]
  readonly signerInfos?: Uint8Array
}

function rewrite(cms: Uint8Array, change: (parts: Parts) => Changes): Uint8Array {
  const outer = fieldsOf(readDer(cms))
  const type = outer.next(TAG.oid)
  const fields = fieldsOf(explicitChild(outer.next(contextConstructed(0))))
  const version = fields.next(TAG.integer).bytes
  const digests = fields.next(TAG.set).bytes
  const encapsulated = fields.next(TAG.sequence).bytes
  const listOf = (tag: number): Uint8Array[] =>
    fields
      .optional(tag)
      ?.children()
      .map((child) => child.bytes) ?? []
  const certificates = listOf(contextConstructed(0))
  const revocation = listOf(contextConstructed(1))
  const signerInfos = fields.next(TAG.set)
  const gm = readOid(type) === CONTENT_TYPE.gmSignedData
  const parts = { gm, version, certificates, revocation, signerInfos }
  const changed = {
    version,
    certificates,
    revocation,
    signerInfos: signerInfos.bytes,
    ...change(parts),
  }
  const list = (number: number, values: readonly Uint8Array[]): Uint8Array[] =>
    values.length === 0 ? [] : [implicitConstructed(number, concatBytes(...values))]
  return sequence(
    type.bytes,
    explicit(
      0,
      sequence(
        changed.version,
        digests,
        encapsulated,
        ...list(0, changed.certificates),
        ...list(1, changed.revocation),
        changed.signerInfos,
      ),
    ),
  )
}

/** Signs content with one of our own keys: login is never made this way, checkpoints, manifests and tokens are. */
export async function signData(fields: {
  readonly contentType: string
  readonly content: Uint8Array
  readonly detached?: boolean
  readonly signer: Signer
  readonly signerCertificate: Uint8Array
  readonly certificates: readonly Uint8Array[] | 'none'
  readonly signingTime?: Date
}): Promise<Uint8Array> {
  const { signer, contentType, content } = fields
  const digestAlgorithm = signatureAlgorithm(signer.algorithm).digest
  const attributes = signedAttributes({
    contentType,
    messageDigest: digest(digestAlgorithm, content),
    digestAlgorithm,
    signerCertificate: fields.signerCertificate,
    ...(fields.signingTime ? { signingTime: fields.signingTime } : {}),
  })
  return assembleSignedData({
    contentType,
    ...(fields.detached ? {} : { content }),
    signedAttributes: attributes,
    signerCertificate: fields.signerCertificate,
    certificates: fields.certificates,
    signatureAlgorithm: signer.algorithm,
    signatureValue: await signer.sign(attributes),
  })
}
