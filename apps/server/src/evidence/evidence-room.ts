import { consoleEndpoints, integratorEndpoints } from '@yunqian/api'
import type { Certificate } from '@yunqian/pki'
import type { SealingKey } from '@yunqian/evidence/write'
import {
  centresSeen,
  HttpProblem,
  type HttpApp,
  type Platform,
  type Room,
  type StaffPrincipal,
} from '../platform/index.ts'
import type { AuditPart } from './audit.ts'
import { AuditRuns } from './audit-runs.ts'
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
  /** Certificates between the anchors and what the log key signs. */
  readonly intermediates: readonly Certificate[]
  /** What other rooms add to an audit. */
  readonly auditParts: readonly AuditPart[]
}

const SEQUENCE_EVERY_MS = 5000

/** The evidence log of every district: sequencing by the clock, bundles and the event list on request. */
export function evidenceRoom(platform: Platform, ports: EvidencePorts): Room {
  const deps: BundleDeps = { db: platform.db, clock: platform.clock, ...ports }
  const audits = new AuditRuns({ ...platform, ...ports, parts: ports.auditParts })
  return {
    name: 'evidence',
    routes: (app) => {
      mountRoutes(app, deps)
      mountAudit(app, audits)
    },
    close: () => audits.stop(),
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

// The log is the district's, so whoever serves single centres has no say in it.
function mountAudit(app: HttpApp, audits: AuditRuns): void {
  const ofDistrict = (staff: StaffPrincipal): string => {
    if (centresSeen(staff) !== null) throw new HttpProblem('platform.forbidden')
    return staff.tenantId
  }
  app.route(consoleEndpoints.startAudit, async ({ staff }) => ({
    run: audits.start(ofDistrict(staff)),
  }))
  app.route(consoleEndpoints.getAudit, async ({ staff }) => {
    const run = audits.latest(ofDistrict(staff))
    return run ? { run } : {}
  })
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
