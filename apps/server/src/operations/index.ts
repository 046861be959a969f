import { consoleEndpoints } from '@yunqian/api'
import { centresSeen, type Platform, type Room } from '../platform/index.ts'
import { listDocuments } from './list-documents.ts'
import { readHistory } from './read-history.ts'
import { readOverview } from './overview.ts'

/** What staff see across the rooms; it reads, and changes nothing. */
export function operationsRoom({ db, clock }: Platform): Room {
  return {
    name: 'operations',
    routes: (app) => {
      app.route(consoleEndpoints.getOverview, ({ staff }) => {
        const scope = { tenantId: staff.tenantId, centreIds: centresSeen(staff) }
        return db.tx(staff, (tx) => readOverview(tx, scope, clock.now()))
      })
      app.route(consoleEndpoints.listSignedDocuments, ({ staff, query }) => {
        const scope = { tenantId: staff.tenantId, centreIds: centresSeen(staff) }
        return db.tx(staff, (tx) => listDocuments(tx, scope, query))
      })
      app.route(consoleEndpoints.listEvents, ({ staff, query }) =>
        db.tx(staff, (tx) => readHistory(tx, staff, query)),
      )
    },
  }
}
