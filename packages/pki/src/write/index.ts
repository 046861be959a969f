export * from './der.ts'
export {
  algorithmIdentifier,
  encodePrivateKey,
  generateSigningKey,
  parsePrivateKey,
  type Signer,
  type SigningAlgorithm,
  type SigningKey,
  sm2PublicKeyInfo,
  softwareSigner,
} from './signer.ts'
export { assembleCertificationRequest, certificationRequestInfo } from './certification-request.ts'
export {
  assembleSignedData,
  type CmsDialect,
  signData,
  signedAttributes,
  withRevocationInfo,
  withTimeStampToken,
} from './cms.ts'
export { buildCrl, type RevokedEntry } from './crl.ts'
export type { CertificateAddresses } from './extensions.ts'
export { encodeName, type NameParts } from './name.ts'
export {
  buildOcspRequest,
  buildOcspResponse,
  ocspCertId,
  ocspRefusal,
  type OcspStatus,
} from './ocsp.ts'
export {
  type CertificateRequest,
  issueCertificate,
  prepareCertificate,
  type PreparedCertificate,
} from './prepare-certificate.ts'
export { CERTIFICATE_PROFILES, type CertificateProfile, type ProfileName } from './profiles.ts'
export {
  buildTimeStampRequest,
  buildTimeStampToken,
  grantTimeStamp,
  refuseTimeStamp,
  type TimeStampFailure,
  type TimeStampFields,
} from './time-stamp.ts'
