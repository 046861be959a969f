export * from './platform/index.ts'
export { serverRoles, startServer, type RunningServer, type ServerRole } from './start-server.ts'
export { readyDatabase } from './platform/open-platform.ts'
