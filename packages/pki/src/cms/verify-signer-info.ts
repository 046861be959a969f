import { equalBytes } from '@yunqian/sm'
import { isWeakAlgorithm, verifySignature } from '../algorithms.ts'
import { digest, type DigestName } from '../digests.ts'
import { CONTENT_TYPE } from '../oids.ts'
import { type Certificate, certificateFingerprint } from '../x509/certificate.ts'
import type { SignedData, SignerIdentifier, SignerInfo } from './signed-data.ts'

/** What the arithmetic says about one signer; whether to trust the certificate is another question. */
export interface SignerInfoFacts {
  readonly signerCertificate: Certificate | undefined
  /** False also when the content was not given. */
  readonly messageDigestMatches: boolean
  /** The signature over the signed attributes, or over the content where there are none. */
  readonly signatureValid: boolean
  /** The signed content type is that of the content (RFC 5652 §11.1). */
  readonly contentTypeMatches: boolean
  /** Whether the signing-certificate attribute names this certificate. */
  readonly signingCertificateMatches: boolean | 'absent'
  /** The content digest or the signature rests on an algorithm that proves nothing against a forger any more. */
  readonly weak: boolean
}

/**
 * Verifies one signer of a CMS (RFC 5652 §5.4 to §5.6). `content` is the detached content; content inside the CMS
 * takes precedence. `contentDigest` may stand for it where only the digest under the signer's algorithm is at hand.
 * Certificates outside the CMS may be given. Never throws for what is in the bytes.
 */
export function verifySignerInfo(input: {
  readonly signedData: SignedData
  readonly signerInfo: SignerInfo
  readonly content?: Uint8Array | undefined
  readonly contentDigest?: Uint8Array | undefined
  readonly certificates?: readonly Certificate[]
  readonly sm2Id?: Uint8Array | undefined
  /** For callers that pass `weak` on to whoever relies on the answer; without it nothing weak matches. */
  readonly evenIfWeak?: boolean
}): SignerInfoFacts {
  const { signedData, signerInfo, sm2Id, evenIfWeak = false } = input
  const { signedAttributes, digestAlgorithm, signatureAlgorithmName: algorithm } = signerInfo
  const content = signedData.content ?? input.content
  const signerCertificate = findSigner(signerInfo, [
    ...signedData.certificates,
    ...(input.certificates ?? []),
  ])
  const message = signedAttributes ? signedAttributes.der : content
  const signatureValid =
    signerCertificate !== undefined &&
    message !== undefined &&
    verifySignature({
      algorithm,
      publicKey: signerCertificate.publicKey,
      message,
      signature: signerInfo.signature,
      sm2Id,
      evenIfWeak,
    })
  const weak = digestAlgorithm === 'sha1' || (algorithm !== undefined && isWeakAlgorithm(algorithm))
  const digestName = weak && !evenIfWeak ? undefined : digestAlgorithm
  const contentDigest = contentDigestOf(content, input.contentDigest, digestName)
  return {
    signerCertificate,
    // Without attributes the signature covers the content itself, so it is the comparison too.
    messageDigestMatches: signedAttributes
      ? contentDigest !== undefined && equalBytes(contentDigest, signedAttributes.messageDigest)
      : signatureValid,
    signatureValid,
    contentTypeMatches: signedAttributes
      ? signedAttributes.contentType === signedData.contentType
      : isPlainData(signedData.contentType),
    signingCertificateMatches: referenceMatches(signerInfo, signerCertificate),
    weak,
  }
}

function contentDigestOf(
  content: Uint8Array | undefined,
  given: Uint8Array | undefined,
  name: DigestName | undefined,
): Uint8Array | undefined {
  if (name === undefined) return undefined
  return content ? digest(name, content) : given
}

/** The certificate the SignerInfo names; of several by that name the one its signing-certificate attribute means. */
function findSigner(
  signerInfo: SignerInfo,
  certificates: readonly Certificate[],
): Certificate | undefined {
  const named = certificates.filter((certificate) => isNamed(signerInfo.sid, certificate))
  return named.find((certificate) => referenceMatches(signerInfo, certificate) === true) ?? named[0]
}

function isNamed(sid: SignerIdentifier, certificate: Certificate): boolean {
  if (sid.kind === 'subject-key-id')
    return certificate.subjectKeyId !== undefined && equalBytes(certificate.subjectKeyId, sid.keyId)
  return (
    certificate.serialNumberHex === sid.serialNumberHex &&
    // Byte for byte: signers copy the name, and a respelt one would be a change nobody signed.
    equalBytes(certificate.issuer.der, sid.issuer.der)
  )
}

function referenceMatches(
  { signedAttributes }: SignerInfo,
  certificate: Certificate | undefined,
): boolean | 'absent' {
  const references = [
    signedAttributes?.signingCertificateV2,
    signedAttributes?.signingCertificate,
  ].filter((reference) => reference !== undefined)
  if (references.length === 0) return 'absent'
  return (
    certificate !== undefined &&
    references.every((reference) =>
      equalBytes(certificateFingerprint(certificate, reference.digest), reference.certHash),
    )
  )
}

// RFC 5652 §5.3: attributes may be left out only for plain data.
function isPlainData(contentType: string): boolean {
  return contentType === CONTENT_TYPE.data || contentType === CONTENT_TYPE.gmData
}
