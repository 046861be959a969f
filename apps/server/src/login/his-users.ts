import type { HisUsers } from '../signing/index.ts'
import { boundPerson, loginRecordBefore } from './store.ts'

/** What signing asks this room. */
export const hisUsers: HisUsers = { personOf: boundPerson, loginRecordBefore }
