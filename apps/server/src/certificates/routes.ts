import { consoleEndpoints, phoneEndpoints, type CertificateView } from '@yunqian/api'
import {
  centresSeen,
  type DevicePrincipal,
  type HttpApp,
  type Platform,
  type StaffPrincipal,
} from '../platform/index.ts'
import { changeState } from './change-state.ts'
import { CertificatesError } from './errors.ts'
import { holderIsOf, listIssued, newestCertificates, viewOf } from './store.ts'

/** Console and phone: look at certificates and change their state. `chain` is issuing CA first, root last. */
export function mountCertificateRoutes(
  app: HttpApp,
  platform: Platform,
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
        const centreIds = centresOf(staff)
        if (centreIds && !(await holderIsOf(tx, { tenantId, certificateId, centreIds })))
          throw new CertificatesError('certificates.unknown')
        const given = {
          tenantId,
          certificateId,
          reason: body.reason,
          at: clock.now(),
          by: { staffId },
        }
        return viewOf(await changeState(platform, tx, change, given), chain)
      }),
    )
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
    byHolder(device, 'suspend', body.reason ?? '本人挂失'),
  )
  app.route(phoneEndpoints.revokeOwn, ({ device, body }) => byHolder(device, 'revoke', body.reason))
}

/** The centres a member of staff decides for; undefined for the whole district. */
function centresOf({ roles }: StaffPrincipal): readonly string[] | undefined {
  const deciding = roles.filter(({ role }) => role === 'district-admin' || role === 'clerk')
  if (deciding.some(({ centreId }) => centreId === undefined)) return undefined
  return deciding.flatMap(({ centreId }) => centreId ?? [])
}
