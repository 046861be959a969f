import { signingInEndpoints } from './signing-in.ts'
import { overviewEndpoints } from './overview.ts'
import { centreEndpoints } from './centres.ts'
import { peopleEndpoints } from './people.ts'
import { staffEndpoints } from './staff.ts'
import { applicationEndpoints } from './applications.ts'
import { enrollmentEndpoints } from './enrollments.ts'
import { messageEndpoints } from './messages.ts'
import { certificateEndpoints } from './certificates.ts'
import { documentEndpoints } from './documents.ts'
import { auditEndpoints } from './audit.ts'

export { StaffSession } from './signing-in.ts'
export { Centre } from './centres.ts'
export { Person, certificateStandings, type CertificateStanding } from './people.ts'
export { Application } from './applications.ts'
export { EnrollmentRow } from './enrollments.ts'
export { messageStates, messageFailures } from './messages.ts'
export { eventObjects, type EventObject } from './audit.ts'
export { staffRoles, type StaffRole } from './terms.ts'

/** Every operation of the console, by the subjects its pages have. */
export const consoleEndpoints = {
  ...signingInEndpoints,
  ...overviewEndpoints,
  ...centreEndpoints,
  ...peopleEndpoints,
  ...staffEndpoints,
  ...applicationEndpoints,
  ...enrollmentEndpoints,
  ...messageEndpoints,
  ...certificateEndpoints,
  ...documentEndpoints,
  ...auditEndpoints,
} as const
