export { CertificatesError, type CertificatesErrorCode } from './errors.ts'
export { openCertificates } from './room.ts'
