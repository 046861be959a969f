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
