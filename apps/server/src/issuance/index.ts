export { authorityFolder, createAuthority, newSerial, type CeremonyDeps } from './ceremony.ts'
export type { Issuer } from './issuer-key.ts'
export {
  issuePersonCertificate,
  type IssuanceDeps,
  type PersonCertificateRequest,
} from './issue-person-certificate.ts'
