export { certification } from './certification.ts'
export { endApplications } from './end-applications.ts'
export type { EnrollmentDeps, IssueCertificate, TextMessageSender } from './ports.ts'
export { enrollmentRoom } from './room.ts'
