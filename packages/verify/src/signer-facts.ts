import { ATTRIBUTE_OID, verifySignerInfo } from '@yunqian/pki'
import type { Certificate, SignatureAlgorithmName, SignedData, SignerInfo } from '@yunqian/pki'
import type { Material } from './material.ts'

/** What can be said of one signer of a CMS without asking about trust or time. */
export interface SignerFacts {
  readonly certificate: Certificate | undefined
  readonly algorithm: SignatureAlgorithmName | undefined
  /** `no-content`: a detached signature whose content was not given; `no-digest`: none this program computes. */
  readonly content: 'matches' | 'differs' | 'no-content' | 'no-digest'
  readonly contentTypeMatches: boolean
  readonly signatureValid: boolean
  /** Rests on SHA-1. */
  readonly weak: boolean
  readonly binding: 'bound' | 'absent' | 'other'
  /** The signer's own claim (signing-time attribute). */
  readonly declaredAt: Date | undefined
  /** DER of the signature timestamps, RFC 3161 appendix A. */
  readonly timestampTokens: readonly Uint8Array[]
  /** Identifiers of unsigned attributes that are no signature timestamps: nothing protects them from change. */
  readonly unjudgedAttributes: readonly string[]
  /** The octets a signature timestamp is about. */
  readonly signatureValue: Uint8Array
}

/** Gathers the facts of one signer; `content` is what the signature is over (undefined: not at hand). */
export function readSignerFacts(
  signedData: SignedData,
  signerInfo: SignerInfo,
  content: Uint8Array | undefined,
  material: Material,
): SignerFacts {
  const certificates = material.certificates.map((found) => found.value)
  const facts = verifySignerInfo({
    signedData,
    signerInfo,
    certificates,
    // Without the content the signature over the attributes can still be checked.
    ...(content ? { content } : {}),
    evenIfWeak: true,
  })
  const binding = facts.signingCertificateMatches
  return {
    certificate: facts.signerCertificate,
    algorithm: signerInfo.signatureAlgorithmName,
    content: contentFact(signerInfo, content, facts.messageDigestMatches),
    contentTypeMatches: facts.contentTypeMatches,
    signatureValid: facts.signatureValid,
    weak: facts.weak,
    binding: binding === 'absent' ? 'absent' : binding ? 'bound' : 'other',
    declaredAt: signerInfo.signedAttributes?.signingTime,
    timestampTokens: signerInfo.timeStampTokens,
    unjudgedAttributes: signerInfo.unsignedAttributes
      .map((attribute) => attribute.oid)
      .filter((oid) => oid !== ATTRIBUTE_OID.timeStampToken),
    signatureValue: signerInfo.signature,
  }
}

function contentFact(
  { digestAlgorithm, signedAttributes, signatureAlgorithmName }: SignerInfo,
  content: Uint8Array | undefined,
  matches: boolean,
): SignerFacts['content'] {
  if (!content) return 'no-content'
  // Without attributes the signature itself compares the content, if it can be computed.
  const computed = signedAttributes ? digestAlgorithm : signatureAlgorithmName
  if (computed === undefined) return 'no-digest'
  return matches ? 'matches' : 'differs'
}
