import {
  type CertificateReason,
  type CertificateView,
  consoleEndpoints,
  phoneEndpoints,
} from '@yunqian/api'
import {
  centresDecided,
  centresSeen,
  type DevicePrincipal,
  type HttpApp,
  type Platform,
  type Tx,
} from '../platform/index.ts'
import { type ChangeDeps, changeState } from './change-state.ts'
import { CertificatesError } from './errors.ts'
import { changesOf } from './history.ts'
import {
  certificateById,
  certificatesOf,
  holderIsOf,
  listIssued,
  newestCertificates,
  viewOf,
} from './store.ts'

// A code, which every page says in its own language.
const ownLoss = 'loss-reported' satisfies CertificateReason

/** Console and phone: look at certificates and change their state. `chain` is issuing CA first, root last. */
export function mountCertificateRoutes(
  app: HttpApp,
  platform: Platform & ChangeDeps,
  chain: readonly Uint8Array[],
): void {
  mountConsole(app, platform, chain)
  mountPhone(app, platform, chain)
}

function mountConsole(
  app: HttpApp,
  platform: Platform & ChangeDeps,
  chain: readonly Uint8Array[],
): void {
  const { db, clock } = platform
  app.route(consoleEndpoints.listCertificates, ({ staff, query }) =>
    db.tx(staff, async (tx) => {
      const { tenantId } = staff
      const centreIds = centresSeen(staff)
      const rows = await listIssued(tx, { ...query, tenantId, centreIds, now: clock.now() })
      const certificates = rows.map(({ name, certificate }) => ({
        personId: certificate.personId,
        name,
        certificate: viewOf(certificate, chain),
      }))
      return { certificates }
    }),
  )
  app.route(consoleEndpoints.getCertificateHistory, ({ staff, params }) =>
    db.tx(staff, async (tx) => {
      const { tenantId } = staff
      const { certificateId } = params
      await requireWithin(tx, { tenantId, certificateId }, centresSeen(staff))
      if (!(await certificateById(tx, { tenantId, certificateId, now: clock.now() })))
        throw new CertificatesError('certificates.unknown')
      const changes = await changesOf(tx, { tenantId, certificateIds: [certificateId] })
      return { changes: [...(changes.get(certificateId) ?? [])] }
    }),
  )
  const byStaff = {
    suspend: consoleEndpoints.suspendCertificate,
    resume: consoleEndpoints.resumeCertificate,
    revoke: consoleEndpoints.revokeCertificate,
  } as const
  for (const change of ['suspend', 'resume', 'revoke'] as const)
    app.route(byStaff[change], ({ staff, params, body }) =>
      db.tx(staff, async (tx) => {
        const { tenantId, staffId } = staff
        const { certificateId } = params
        await requireWithin(tx, { tenantId, certificateId }, centresDecided(staff))
        const at = clock.now()
        const given = { ...body, tenantId, certificateId, at, by: { staffId } }
        return viewOf(await changeState(platform, tx, change, given), chain)
      }),
    )
}

function mountPhone(
  app: HttpApp,
  platform: Platform & ChangeDeps,
  chain: readonly Uint8Array[],
): void {
  const { db, clock } = platform
  const byHolder = (
    device: DevicePrincipal,
    change: 'suspend' | 'revoke',
    reason: string,
  ): Promise<CertificateView> =>
    db.tx(device, async (tx) => {
      const { tenantId, deviceId, personId } = device
      const at = clock.now()
      const personIds = personId ? [personId] : []
      const [own] = await newestCertificates(tx, { tenantId, personIds, now: at })
      if (!own) throw new CertificatesError('certificates.none')
      // The phone asks again when the answer was lost with the process that gave it.
      const wanted = change === 'suspend' ? 'suspended' : 'revoked'
      if (own.state === wanted && own.reason === reason) return viewOf(own, chain)
      const { certificateId } = own
      const given = { tenantId, certificateId, reason, at, by: { deviceId } }
      return viewOf(await changeState(platform, tx, change, given), chain)
    })
  app.route(phoneEndpoints.reportLoss, ({ device, body }) =>
    byHolder(device, 'suspend', body.reason ?? ownLoss),
  )
  app.route(phoneEndpoints.revokeOwn, ({ device, body }) => byHolder(device, 'revoke', body.reason))
  app.route(phoneEndpoints.listOwnCertificates, ({ device }) =>
    db.tx(device, async (tx) => {
      const { tenantId, personId } = device
      if (personId === undefined) return { certificates: [] }
      const own = await certificatesOf(tx, { tenantId, personId, now: clock.now() })
      const certificateIds = own.map(({ certificateId }) => certificateId)
      const changes = await changesOf(tx, { tenantId, certificateIds })
      const certificates = own.map((certificate) => ({
        certificate: viewOf(certificate, chain),
        changes: [...(changes.get(certificate.certificateId) ?? [])],
      }))
      return { certificates }
    }),
  )
}

/** Of whom a member of staff may not know, there is no certificate. Throws `certificates.unknown`. */
async function requireWithin(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly certificateId: string },
  centreIds: readonly string[] | null,
): Promise<void> {
  if (centreIds === null || (await holderIsOf(tx, { ...wanted, centreIds }))) return
  throw new CertificatesError('certificates.unknown')
}
