import type { Platform, Room } from '../platform/index.ts'
import { authenticateApplication } from './applications.ts'
import { mountAccountRoutes, type AccountsPorts } from './routes.ts'
import { authenticateStaff } from './sessions.ts'

export { createApplication } from './applications.ts'
export { addCentre, centreName } from './centres.ts'
export { createDistrict, listTenants, resolveCentre } from './district.ts'
export { maskMobile, parseIdNumber } from './id-number.ts'
export { invite } from './invitations.ts'
export { makeResetLink } from './reset-staff.ts'
export {
  idNumberOf,
  lockPerson,
  membershipsOf,
  personById,
  personByIdNumber,
  registerPerson,
} from './people.ts'
export type { AccountsPorts } from './routes.ts'

/** Tenants, centres, people, staff and programs. */
export function accountsRoom(platform: Platform, ports: AccountsPorts): Room {
  const lastSeen = new Map<string, number>()
  return {
    name: 'accounts',
    authenticators: {
      staff: (request) => authenticateStaff(platform, request),
      application: (request) => authenticateApplication(platform, request, lastSeen),
    },
    routes: (app) => mountAccountRoutes(app, platform, ports),
  }
}
