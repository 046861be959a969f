import { KEY_PURPOSE } from '../oids.ts'
import type { KeyUsage } from '../x509/certificate-extensions.ts'
import type { AttributeShortName } from '../x509/name.ts'
import type { PublicKeyKind } from '../x509/public-key.ts'

export type ProfileName =
  | 'root'
  | 'issuing'
  | 'person-signing'
  | 'tsa'
  | 'ocsp'
  | 'evidence-log'
  | 'report-seal'
  | 'tls-authority'
  | 'tls-server'
  | 'tls-client'

/** What a certificate of that kind must look like (GM/T 0015, RFC 5280 §4). */
export interface CertificateProfile {
  readonly name: ProfileName
  readonly ca: boolean
  readonly pathLength?: number
  readonly keyUsage: readonly KeyUsage[]
  /** The one key purpose; critical, so that the key is good for nothing else. */
  readonly keyPurpose?: string
  readonly ocspNoCheck: boolean
  readonly maxValidityDays: number
  readonly requiredNameParts: readonly AttributeShortName[]
  readonly publicKeyKinds: readonly PublicKeyKind[]
  /** CRL, OCSP and issuer addresses: in everything but roots, the OCSP responder and internal TLS. */
  readonly needsAddresses: boolean
}

const SERVICE_KEYS: readonly PublicKeyKind[] = ['sm2', 'p256']

const service = (
  name: ProfileName,
  keyPurpose: string,
  keyUsage: readonly KeyUsage[] = ['digitalSignature'],
): CertificateProfile => ({
  name,
  ca: false,
  keyUsage,
  keyPurpose,
  ocspNoCheck: name === 'ocsp',
  maxValidityDays: 366 * 11,
  requiredNameParts: ['C', 'O', 'CN'],
  publicKeyKinds: SERVICE_KEYS,
  needsAddresses: name !== 'ocsp',
})

/** Between our own processes: never reaches the root, and nobody outside is asked to believe it. */
const internalTls = (name: ProfileName, keyPurpose: string): CertificateProfile => ({
  ...service(name, keyPurpose),
  maxValidityDays: 366 * 3,
  publicKeyKinds: ['p256'],
  needsAddresses: false,
})

const authority = (
  name: 'root' | 'issuing',
  maxValidityDays: number,
  pathLength: number,
): CertificateProfile => ({
  name,
  ca: true,
  pathLength,
  keyUsage: ['keyCertSign', 'cRLSign'],
  ocspNoCheck: false,
  maxValidityDays,
  requiredNameParts: ['C', 'O', 'CN'],
  publicKeyKinds: SERVICE_KEYS,
  needsAddresses: name !== 'root',
})

/** One row per certificate we issue. */
export const CERTIFICATE_PROFILES: Readonly<Record<ProfileName, CertificateProfile>> = {
  root: authority('root', 366 * 30, 1),
  issuing: authority('issuing', 366 * 15, 0),
  'person-signing': {
    name: 'person-signing',
    ca: false,
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    ocspNoCheck: false,
    // One year, a day's grace for leap years.
    maxValidityDays: 366,
    requiredNameParts: ['C', 'O', 'OU', 'CN', 'serialNumber'],
    // The two-party key exists for SM2 alone.
    publicKeyKinds: ['sm2'],
    needsAddresses: true,
  },
  tsa: service('tsa', KEY_PURPOSE.timeStamping),
  ocsp: service('ocsp', KEY_PURPOSE.ocspSigning),
  'evidence-log': service('evidence-log', KEY_PURPOSE.evidenceLog),
  'report-seal': service('report-seal', KEY_PURPOSE.reportSeal),
  'tls-authority': {
    ...authority('root', 366 * 11, 0),
    name: 'tls-authority',
    publicKeyKinds: ['p256'],
  },
  'tls-server': internalTls('tls-server', KEY_PURPOSE.serverAuth),
  'tls-client': internalTls('tls-client', KEY_PURPOSE.clientAuth),
}
