export {
  isWeakAlgorithm,
  signatureAlgorithm,
  SIGNATURE_ALGORITHMS,
  signatureAlgorithmNameOf,
  signingAlgorithmFor,
  verifySignature,
  type SignatureAlgorithm,
  type SignatureAlgorithmName,
} from './algorithms.ts'
export {
  parseSignedAttributes,
  type CmsAttribute,
  type SignedAttributes,
  type SigningCertificateReference,
} from './cms/attributes.ts'
export {
  parseForeignSignedData,
  parseSignedData,
  type CmsIrregularity,
  type OtherRevocationInfo,
  type SignedData,
  type SignerIdentifier,
  type SignerInfo,
} from './cms/signed-data.ts'
export { verifySignerInfo, type SignerInfoFacts } from './cms/verify-signer-info.ts'
export {
  crlCovers,
  crlIsWhole,
  parseCrl,
  reasonOf,
  REVOCATION_REASONS,
  verifyCrl,
  type Crl,
  type RevocationReason,
  type RevokedCertificate,
} from './crl/crl.ts'
export * from './der/index.ts'
export { digest, digestLength, digestNameOf, digestOid, type DigestName } from './digests.ts'
export { DerError, PkiError, type DerErrorCode, type PkiErrorCode } from './errors.ts'
export {
  parseOcspRequest,
  parseOcspResponse,
  type OcspBasicResponse,
  type OcspCertId,
  type OcspRequest,
  type OcspResponse,
  type OcspResponseStatus,
  type OcspSingleResponse,
  type ResponderId,
} from './ocsp/ocsp.ts'
export { certIdNames, isResponder, verifyOcspResponse, type OcspFacts } from './ocsp/verify-ocsp.ts'
export {
  ACCESS_METHOD,
  ALGORITHM_OID,
  ATTRIBUTE_OID,
  CONTENT_TYPE,
  EXTENSION_OID,
  KEY_PURPOSE,
  OCSP_BASIC_RESPONSE,
  POLICY_OID,
  REVOCATION_INFO_OID,
} from './oids.ts'
export type { PathProblem, PathProblemCode } from './path/problem.ts'
export { validatePath, type PathAnswer, type PathQuestion } from './path/validate-path.ts'
export {
  parseForeignTimeStampToken,
  parseTimeStampRequest,
  parseTimeStampResponse,
  parseTimeStampToken,
  type MessageImprint,
  type TimeStampRequest,
  type TimeStampResponse,
  type TimeStampToken,
  type TstInfo,
} from './tsp/time-stamp.ts'
export type { AlgorithmIdentifier } from './x509/algorithm-identifier.ts'
export type {
  AuthorityKeyIdentifier,
  CertificateExtensions,
  KeyUsage,
  NameConstraints,
  PolicyConstraints,
  PolicyMapping,
} from './x509/certificate-extensions.ts'
export {
  certificateFingerprint,
  isSelfIssued,
  parseCertificate,
  type Certificate,
} from './x509/certificate.ts'
export type { Extension } from './x509/extension.ts'
export type { GeneralName } from './x509/general-name.ts'
export { issuanceFacts, keyIdentifiers, verifyIssued, type IssuanceFacts } from './x509/issued.ts'
export {
  ATTRIBUTE_TYPE,
  formatName,
  nameEquals,
  type AttributeShortName,
  type Name,
  type NameAttribute,
} from './x509/name.ts'
export { encodePem, parsePem, type PemBlock } from './x509/pem.ts'
export {
  parseSubjectPublicKey,
  type PublicKeyKind,
  type SubjectPublicKey,
} from './x509/public-key.ts'
export {
  type CertificationRequest,
  type CertificationRequestInfo,
  parseCertificationRequest,
  parseCertificationRequestInfo,
  verifyCertificationRequest,
} from './csr/certification-request.ts'
