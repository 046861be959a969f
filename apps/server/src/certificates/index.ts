export { certificatesAudit } from './audit.ts'
export { openCertificates } from './room.ts'
