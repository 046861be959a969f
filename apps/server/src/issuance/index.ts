export { remoteIssuer } from './client.ts'
export {
  issuePersonCertificate,
  type IssuanceDeps,
  type IssuedNow,
} from './issue-person-certificate.ts'
export type { Issuer, PersonCertificateRequest } from './issuer.ts'
export { IssuanceError } from './errors.ts'
export { newSerial } from './serial.ts'
