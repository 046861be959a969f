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
export { newId } from './ids.ts'
export { silentLog, type Log } from './log.ts'
export { migrate, migrationsFolder, requireMigrated } from './migrations.ts'
export { systemRandom } from './random.ts'
export { longPoll, openSignals, type Signals, type Subscription } from './signals/index.ts'
