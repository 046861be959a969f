export { openBlobFolder, type Blobs } from './blobs.ts'
export { configSettings, readConfig, type CaOperation, type Config } from './config.ts'
export type { MessageGateway } from './message-gateway.ts'
export { systemClock, type Clock } from './clock.ts'
export {
  isForeignKeyViolation,
  isUniqueViolation,
  openDatabase,
  type Database,
  type DatabaseOptions,
  type Scope,
  type Tx,
  type TxOptions,
} from './database.ts'
export { PlatformError, type PlatformErrorCode } from './errors.ts'
export {
  buildHttpApp,
  centresDecided,
  centresSeen,
  decidesFor,
  HttpProblem,
  type ApplicationPrincipal,
  type ArrivedRequest,
  type Authenticators,
  type Call,
  type DevicePrincipal,
  type Handler,
  type HttpApp,
  type HttpAppOptions,
  type Principal,
  type RateLimits,
  type StaffPrincipal,
} from './http/index.ts'
export { newId } from './ids.ts'
export { enqueueJob, runWaitingJobs, type Job, type JobHandler } from './jobs.ts'
export { silentLog, type Log } from './log.ts'
export { migrate, migrationsFolder, requireMigrated } from './migrations.ts'
export { openLog } from './pino-log.ts'
export { systemRandom } from './random.ts'
export type { Platform, Room } from './room.ts'
export { createPlatformKeyFile, createSealer, readSealer, type Sealer } from './sealing.ts'
export { longPoll, openSignals, type Signals, type Subscription } from './signals/index.ts'
export { openThreads, serveThread, type Threads } from './threads/index.ts'
export { digestOf } from './digest.ts'
