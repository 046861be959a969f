export { openCertificates } from './room.ts'
