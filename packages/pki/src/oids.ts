// Object identifiers by the names their standards give them. A row here claims nothing about support.

/** Keys, signatures and digests: RFC 8017, RFC 4055, RFC 5480, RFC 5639, RFC 5758, RFC 8410, GM/T 0006. */
export const ALGORITHM_OID = {
  rsaEncryption: '1.2.840.113549.1.1.1',
  sha1WithRsa: '1.2.840.113549.1.1.5',
  mgf1: '1.2.840.113549.1.1.8',
  rsaPss: '1.2.840.113549.1.1.10',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  sha384WithRsa: '1.2.840.113549.1.1.12',
  sha512WithRsa: '1.2.840.113549.1.1.13',
  ecPublicKey: '1.2.840.10045.2.1',
  p256: '1.2.840.10045.3.1.7',
  p384: '1.3.132.0.34',
  p521: '1.3.132.0.35',
  brainpoolP256r1: '1.3.36.3.3.2.8.1.1.7',
  brainpoolP384r1: '1.3.36.3.3.2.8.1.1.11',
  brainpoolP512r1: '1.3.36.3.3.2.8.1.1.13',
  ed25519: '1.3.101.112',
  ecdsaWithSha1: '1.2.840.10045.4.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecdsaWithSha384: '1.2.840.10045.4.3.3',
  ecdsaWithSha512: '1.2.840.10045.4.3.4',
  sm2: '1.2.156.10197.1.301',
  sm2Signature: '1.2.156.10197.1.301.1',
  sm2WithSm3: '1.2.156.10197.1.501',
  sm3: '1.2.156.10197.1.401',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const

/** CMS content types: RFC 5652, RFC 3161, and their GM/T 0010 twins. */
export const CONTENT_TYPE = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  gmData: '1.2.156.10197.6.1.4.2.1',
  gmSignedData: '1.2.156.10197.6.1.4.2.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  /** Signed login record of this product. */
  loginRecord: '2.25.258520655239933486272908179146131539715.1.1',
  /** Signed manifest of an evidence bundle. */
  manifest: '2.25.258520655239933486272908179146131539715.1.2',
  /** Signed checkpoint of an evidence log. */
  checkpoint: '2.25.258520655239933486272908179146131539715.1.3',
} as const

/** CMS attributes: RFC 5652 §11, RFC 5035, RFC 3161 appendix A. */
export const ATTRIBUTE_OID = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  extensionRequest: '1.2.840.113549.1.9.14',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  timeStampToken: '1.2.840.113549.1.9.16.2.14',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const

/** Revocation information that is no CRL, inside SignedData.crls: RFC 5940. */
export const REVOCATION_INFO_OID = { ocspResponse: '1.3.6.1.5.5.7.16.2' } as const

/** Certificate, CRL and OCSP extensions: RFC 5280 §4.2 and §5.2, RFC 6960 §4.4. */
export const EXTENSION_OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCrlIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  ocspNonce: '1.3.6.1.5.5.7.48.1.2',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
} as const

/** Extended key usages: RFC 5280 §4.2.1.12, RFC 9336, and two of our own. */
export const KEY_PURPOSE = {
  any: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  documentSigning: '1.3.6.1.5.5.7.3.36',
  evidenceLog: '2.25.258520655239933486272908179146131539715.3.1',
  reportSeal: '2.25.258520655239933486272908179146131539715.3.2',
} as const

/** Certificate policies. */
export const POLICY_OID = {
  any: '2.5.29.32.0',
  /** Issued by the built-in CA, which no authority has certified 未认证. */
  notCertified: '2.25.258520655239933486272908179146131539715.2.1',
} as const

/** Access methods of AuthorityInfoAccess. */
export const ACCESS_METHOD = {
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
} as const

/** OCSP response type. */
export const OCSP_BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1'
