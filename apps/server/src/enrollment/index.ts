export { certification } from './certification.ts'
export { endApplications } from './end-applications.ts'
export type { EnrollmentDeps } from './ports.ts'
export { enrollmentRoom } from './room.ts'
