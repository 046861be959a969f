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
