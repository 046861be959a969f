import { consoleEndpoints } from '@yunqian/api'
import type { Platform, Room } from '../platform/index.ts'
import { listDocuments } from './list-documents.ts'
import { readOverview } from './overview.ts'

/** What staff see across the rooms; it reads, and changes nothing. */
export function operationsRoom({ db, clock }: Platform): Room {
  return {
    name: 'operations',
    routes: (app) => {
      app.route(consoleEndpoints.getOverview, ({ staff }) =>
        db.tx(staff, (tx) => readOverview(tx, staff.tenantId, clock.now())),
      )
      app.route(consoleEndpoints.listSignedDocuments, ({ staff, query }) =>
        db.tx(staff, (tx) => listDocuments(tx, staff.tenantId, query)),
      )
    },
  }
}
