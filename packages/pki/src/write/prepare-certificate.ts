import { signatureAlgorithm } from '../algorithms.ts'
import { PkiError } from '../errors.ts'
import { lintCertificate } from '../lint/lint-certificate.ts'
import { parseCertificate } from '../x509/certificate.ts'
import { parseSubjectPublicKey } from '../x509/public-key.ts'
import { bitString, explicit, integer, integerBytes, sequence, time } from './der.ts'
import { type CertificateAddresses, certificateExtensions } from './extensions.ts'
import { encodeName, type NameParts } from './name.ts'
import { CERTIFICATE_PROFILES, type ProfileName } from './profiles.ts'
import { algorithmIdentifier, type Signer, type SigningAlgorithm } from './signer.ts'

export interface CertificateRequest {
  readonly profile: ProfileName
  readonly subject: NameParts
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  /** At least 16 unpredictable bytes; the first must not be zero nor have its top bit set (RFC 5280 §4.1.2.2). */
  readonly serialNumber: Uint8Array
  readonly notBefore: Date
  readonly notAfter: Date
  readonly addresses?: CertificateAddresses
  /** The issuing certificate; absent for a self-signed root. */
  readonly issuer?: Uint8Array
  readonly issuerAlgorithm: SigningAlgorithm
}

/**
 * A certificate that passed its profile and the lint, and can be signed once. Only {@link prepareCertificate} makes
 * one: the signer takes nothing else, so nothing unlinted is ever signed.
 */
export interface PreparedCertificate {
  readonly tbsCertificate: Uint8Array
  readonly request: CertificateRequest
}

const prepared = new WeakSet<PreparedCertificate>()

/**
 * Builds and checks the whole certificate before any key moves; the linter sees it with a signature of zeros in place,
 * because a lint must read the object as a relying party will.
 * @throws PkiError 'pki.profile-mismatch' with the findings
 */
export function prepareCertificate(request: CertificateRequest): PreparedCertificate {
  const profile = CERTIFICATE_PROFILES[request.profile]
  if (profile.needsAddresses !== (request.addresses !== undefined))
    throw new PkiError('pki.profile-mismatch', 'addresses do not fit the profile', {
      findings: ['addresses'],
    })
  const subjectKey = parseSubjectPublicKey(request.publicKey)
  const issuer = request.issuer ? parseCertificate(request.issuer) : undefined
  const subject = encodeName(request.subject)
  const algorithm = algorithmIdentifier(request.issuerAlgorithm)
  const keys = { subject: subjectKey, issuer: issuer?.publicKey ?? subjectKey }
  const tbsCertificate = sequence(
    explicit(0, integer(2)),
    integerBytes(request.serialNumber),
    algorithm,
    issuer?.subject.der ?? subject,
    sequence(time(request.notBefore), time(request.notAfter)),
    subject,
    subjectKey.der,
    explicit(3, certificateExtensions(profile, keys, request.addresses)),
  )
  const findings = lintCertificate(
    parseCertificate(withSignature(tbsCertificate, algorithm, new Uint8Array(70))),
    profile,
    issuer,
  )
  if (findings.length > 0)
    throw new PkiError('pki.profile-mismatch', findings.join(', '), { findings })
  const value: PreparedCertificate = Object.freeze({ tbsCertificate, request })
  prepared.add(value)
  return value
}

/**
 * Signs a prepared certificate, once. That no serial is ever signed twice across processes is the caller's unique
 * row; this refusal only catches the programming error.
 */
export async function issueCertificate(
  value: PreparedCertificate,
  signer: Signer,
): Promise<Uint8Array> {
  if (!prepared.delete(value))
    throw new PkiError('pki.not-prepared', 'not prepared here, or issued before')
  const { issuer, issuerAlgorithm } = value.request
  const expected = issuer
    ? parseCertificate(issuer).publicKey
    : parseSubjectPublicKey(value.request.publicKey)
  const sameKey =
    expected.der.length === signer.publicKey.der.length &&
    expected.der.every((octet, i) => octet === signer.publicKey.der[i])
  if (!sameKey || signer.algorithm !== issuerAlgorithm)
    throw new PkiError('pki.issuer-key-mismatch', 'the signer’s key is not the issuer’s')
  const signature = await signer.sign(value.tbsCertificate)
  const { verify } = signatureAlgorithm(signer.algorithm)
  if (
    !verify({
      publicKey: signer.publicKey,
      message: value.tbsCertificate,
      signature,
      sm2Id: undefined,
    })
  )
    throw new PkiError('pki.signature-invalid', 'the issuer’s signature does not verify')
  return withSignature(value.tbsCertificate, algorithmIdentifier(signer.algorithm), signature)
}

const withSignature = (tbs: Uint8Array, algorithm: Uint8Array, signature: Uint8Array): Uint8Array =>
  sequence(tbs, algorithm, bitString(signature))
