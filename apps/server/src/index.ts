export * from './platform/index.ts'
export { usualFounding } from './roles/initialise.ts'
export {
  initialisePlatform,
  renewCaTls,
  serverRoles,
  startServer,
  type RunningServer,
  type ServerRole,
} from './start-server.ts'
export { readyDatabase } from './platform/open-platform.ts'
export { resetAdministrator } from './roles/reset-administrator.ts'
export { auditPlatform, type PlatformAudit } from './roles/audit-platform.ts'
