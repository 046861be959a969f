export { certification } from './certification.ts'
export type { EnrollmentDeps, IssueCertificate, TextMessageSender } from './ports.ts'
export { enrollmentRoom } from './room.ts'
