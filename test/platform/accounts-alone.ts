// The accounts room without its neighbours: nobody holds a certificate, and nothing follows from a change.
import type { AccountsPorts } from '../../apps/server/src/accounts/index.ts'

export const accountsAlone: AccountsPorts = {
  countCertificates: async () => new Map(),
  countOpenTasks: async () => new Map(),
  viewCertificates: async () => new Map(),
  holdersOf: async () => [],
  personChanged: async () => undefined,
  memberLeft: async () => undefined,
  centreClosed: async () => undefined,
}
