import { equalBytes } from '@yunqian/sm'
import { verifySignature } from '../algorithms.ts'
import type { Certificate } from './certificate.ts'
import { nameEquals } from './name.ts'

/** What can be said about one certificate and the one that claims to have issued it, each apart. */
export interface IssuanceFacts {
  readonly namesChain: boolean
  readonly signatureValid: boolean
  /** `absent` when either side carries no key identifier. */
  readonly keyIdentifiers: 'match' | 'differ' | 'absent'
  readonly issuerIsCa: boolean
  /** True also when the issuer states no key usage at all. */
  readonly issuerMaySignCertificates: boolean
}

export function issuanceFacts(
  certificate: Certificate,
  issuer: Certificate,
  options: { readonly sm2Id?: Uint8Array | undefined } = {},
): IssuanceFacts {
  return {
    namesChain: nameEquals(certificate.issuer, issuer.subject),
    signatureValid: signatureMatches(certificate, issuer, options),
    keyIdentifiers: keyIdentifiers(certificate, issuer),
    issuerIsCa: issuer.basicConstraints?.ca === true,
    issuerMaySignCertificates: issuer.keyUsage?.has('keyCertSign') ?? true,
  }
}

interface IssuedOptions {
  readonly sm2Id?: Uint8Array | undefined
  /** Accepts algorithms that prove wholeness no longer against a forger; see {@link verifySignature}. */
  readonly evenIfWeak?: boolean
}

/** Names chain and the signature verifies. Whether the issuer may issue is {@link issuanceFacts}. */
export function verifyIssued(
  certificate: Certificate,
  issuer: Certificate,
  options: IssuedOptions = {},
): boolean {
  return (
    nameEquals(certificate.issuer, issuer.subject) && signatureMatches(certificate, issuer, options)
  )
}

const signatureMatches = (
  certificate: Certificate,
  issuer: Certificate,
  { sm2Id, evenIfWeak = false }: IssuedOptions,
): boolean =>
  verifySignature({
    algorithm: certificate.signatureAlgorithmName,
    publicKey: issuer.publicKey,
    message: certificate.tbs,
    signature: certificate.signature,
    sm2Id,
    evenIfWeak,
  })

/** Compares AuthorityKeyIdentifier with SubjectKeyIdentifier; a hint for path building, never a verdict. */
export function keyIdentifiers(
  certificate: Certificate,
  issuer: Certificate,
): IssuanceFacts['keyIdentifiers'] {
  const wanted = certificate.authorityKeyId?.keyId
  const actual = issuer.subjectKeyId
  if (!wanted || !actual) return 'absent'
  return equalBytes(wanted, actual) ? 'match' : 'differ'
}
