import { consoleEndpoints, integratorEndpoints } from '@yunqian/api'
import type { Certificate } from '@yunqian/pki'
import type { SealingKey } from '@yunqian/evidence/write'
import { centresSeen, type HttpApp, type Platform, type Room } from '../platform/index.ts'
import { buildDocumentBundle } from './build-document-bundle.ts'
import type { BundleDeps } from './build-document-bundle.ts'
import type { SignedDocuments } from './ports.ts'
import { sequenceEvents } from './sequence-events.ts'

/** What the room is wired with; it alone holds the log key and the report-seal key. */
export interface EvidencePorts {
  readonly logKey: SealingKey
  readonly sealKey: SealingKey
  readonly trustAnchors: readonly Certificate[]
  readonly documents: SignedDocuments
}

const SEQUENCE_EVERY_MS = 5000

/** The evidence log of every district: sequencing by the clock, bundles and the event list on request. */
export function evidenceRoom(platform: Platform, ports: EvidencePorts): Room {
  const deps: BundleDeps = { db: platform.db, clock: platform.clock, ...ports }
  return {
    name: 'evidence',
    routes: (app) => mountRoutes(app, deps),
    periodic: [
      {
        name: 'evidence-sequence',
        everyMs: SEQUENCE_EVERY_MS,
        run: async () => {
          const tenants = await platform.db.tx('no-tenant', (tx) =>
            tx.query<{ tenant_id: string }>('select tenant_id from list_tenants()'),
          )
          for (const { tenant_id: tenantId } of tenants) await sequenceEvents(deps, tenantId)
        },
      },
    ],
  }
}

function mountRoutes(app: HttpApp, deps: BundleDeps): void {
  app.route(integratorEndpoints.getEvidence, async ({ application, params }) =>
    buildDocumentBundle(deps, {
      tenantId: application.tenantId,
      documentId: params.documentId,
      reader: { applicationId: application.applicationId },
    }),
  )
  app.route(consoleEndpoints.downloadEvidence, async ({ staff, params }) =>
    buildDocumentBundle(deps, {
      tenantId: staff.tenantId,
      documentId: params.documentId,
      reader: { centreIds: centresSeen(staff) },
    }),
  )
}
