import type { HisUsers } from '../signing/index.ts'
import { boundPerson } from './store.ts'

/** What signing asks this room: who a HIS user is. */
export const hisUsers: HisUsers = { personOf: boundPerson }
