import type { Database, Room } from '../platform/index.ts'
import { completeTasks } from './complete-task.ts'
import { mountConsoleRoutes } from './console-routes.ts'
import { mountIntegratorRoutes } from './integrator-routes.ts'
import { mountPhoneRoutes } from './phone-routes.ts'
import type { SigningDeps } from './ports.ts'
import { tidySigning } from './recover.ts'

/** Documents, tasks and two-party signatures, as a role plugs them in. */
export function signingRoom(deps: SigningDeps): Room {
  const everyTenant = async (work: (tenantId: string) => Promise<unknown>): Promise<void> => {
    for (const tenantId of await tenants(deps.db)) await work(tenantId)
  }
  return {
    name: 'signing',
    routes: (app) => {
      mountPhoneRoutes(app, deps)
      mountIntegratorRoutes(app, deps)
      mountConsoleRoutes(app, deps)
    },
    // Also what is done at start: a death leaves nothing that time would not bring here.
    periodic: [
      {
        name: 'signing.tidy',
        everyMs: 5_000,
        run: () => everyTenant((tenantId) => tidySigning(deps, tenantId)),
      },
      {
        name: 'signing.complete',
        everyMs: 5_000,
        run: () => everyTenant((tenantId) => completeTasks(deps, tenantId)),
      },
    ],
    close: async () => deps.nonces.clear(),
  }
}

async function tenants(db: Database): Promise<string[]> {
  const rows = await db.tx('no-tenant', (tx) =>
    tx.query<{ tenant_id: string }>('select tenant_id from list_tenants()'),
  )
  return rows.map((row) => row.tenant_id)
}
