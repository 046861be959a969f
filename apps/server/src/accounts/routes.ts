import { consoleEndpoints, type Centre, type StaffSession } from '@yunqian/api'
import {
  centresDecided,
  centresSeen,
  decidesFor,
  type Call,
  type HttpApp,
  type Platform,
  type StaffPrincipal,
  type Tx,
} from '../platform/index.ts'
import {
  createApplication,
  listApplications,
  revokeApplication,
  rotateApplicationKey,
} from './applications.ts'
import {
  addCentre,
  changeCentre,
  listCentres,
  requireOpenCentre,
  type CentreCounts,
} from './centres.ts'
import { changePerson } from './change-person.ts'
import type { Consequences } from './consequences.ts'
import { endMembership } from './end-membership.ts'
import { AccountsError } from './errors.ts'
import { acceptInvitation, invite, lookAtInvitation, withdrawInvitation } from './invitations.ts'
import { beginPasskey, beginPasskeySignIn, finishPasskey, finishPasskeySignIn } from './passkeys.ts'
import { listPeople, registerPerson, type HeldCertificates } from './people.ts'
import { changePassword } from './change-password.ts'
import { lookAtReset, makeResetLink, resetStaff } from './reset-staff.ts'
import { describeSession, endedCookie, type OpenedSession } from './sessions.ts'
import { signIn } from './sign-in.ts'
import { changeStaff, listStaff, requireFitting } from './staff.ts'

export interface AccountsPorts extends HeldCertificates, CentreCounts, Consequences {}

export function mountAccountRoutes(app: HttpApp, platform: Platform, ports: AccountsPorts): void {
  mountSession(app, platform)
  mountPasskeys(app, platform)
  mountCentres(app, platform, ports)
  mountPeople(app, platform, ports)
  mountPersonChanges(app, platform, ports)
  mountStaff(app, platform)
  mountApplications(app, platform)
}

function mountSession(app: HttpApp, platform: Platform): void {
  app.route(consoleEndpoints.getInvitation, ({ params }) =>
    lookAtInvitation(platform, params.token),
  )
  app.route(consoleEndpoints.acceptInvitation, async (call) =>
    entered(call, await acceptInvitation(platform, { ...call.body, token: call.params.token })),
  )
  app.route(consoleEndpoints.getReset, ({ params }) => lookAtReset(platform, params.token))
  app.route(consoleEndpoints.resetPassword, async (call) =>
    entered(call, await resetStaff(platform, { ...call.body, token: call.params.token })),
  )
  app.route(consoleEndpoints.signIn, async (call) =>
    entered(call, await signIn(platform, { ...call.body, ...cameFrom(call) })),
  )
  app.route(consoleEndpoints.changePassword, async (call) =>
    entered(call, await changePassword(platform, call.staff, { ...call.body, ...cameFrom(call) })),
  )
  app.route(consoleEndpoints.signOut, async (call) => {
    const { tenantId, sessionId } = call.staff
    await platform.db.tx({ tenantId }, (tx) =>
      tx.execute(
        'update staff_session set ended_at = $3 where tenant_id = $1 and session_id = $2',
        [tenantId, sessionId, platform.clock.now()],
      ),
    )
    call.setHeader('set-cookie', endedCookie(platform))
  })
  app.route(consoleEndpoints.getSession, ({ staff }) =>
    platform.db.tx(staff, async (tx) => {
      const row = await tx.queryOne<{ expires_at: Date }>(
        'select expires_at from staff_session where tenant_id = $1 and session_id = $2',
        [staff.tenantId, staff.sessionId],
      )
      if (!row) throw new AccountsError('platform.unauthenticated')
      return describeSession(tx, staff, staff.csrfToken, row.expires_at)
    }),
  )
}

function mountPasskeys(app: HttpApp, platform: Platform): void {
  app.route(consoleEndpoints.beginPasskey, ({ staff }) => beginPasskey(platform, staff))
  app.route(consoleEndpoints.finishPasskey, ({ staff, body }) =>
    finishPasskey(platform, staff, body),
  )
  app.route(consoleEndpoints.beginPasskeySignIn, () => beginPasskeySignIn(platform))
  app.route(consoleEndpoints.finishPasskeySignIn, async (call) =>
    entered(call, await finishPasskeySignIn(platform, call.body)),
  )
}

function mountCentres(app: HttpApp, platform: Platform, ports: AccountsPorts): void {
  const { db } = platform
  const one = async (tx: Tx, tenantId: string, centreId: string): Promise<Centre> => {
    const centres = await listCentres(tx, tenantId, [centreId], ports)
    const [centre] = centres
    if (!centre) throw new AccountsError('accounts.centre-unknown')
    return centre
  }
  app.route(consoleEndpoints.listCentres, ({ staff }) =>
    db.tx(staff, async (tx) => ({
      centres: await listCentres(tx, staff.tenantId, centresSeen(staff), ports),
    })),
  )
  app.route(consoleEndpoints.addCentre, ({ staff, body }) =>
    db.tx(staff, async (tx) =>
      one(tx, staff.tenantId, await addCentre(platform, tx, { ...ids(staff), ...body })),
    ),
  )
  app.route(consoleEndpoints.changeCentre, ({ staff, body, params }) =>
    db.tx(staff, async (tx) => {
      await changeCentre(platform, tx, { ...ids(staff), ...params, ...body }, ports)
      return one(tx, staff.tenantId, params.centreId)
    }),
  )
}

function mountPeople(app: HttpApp, platform: Platform, ports: AccountsPorts): void {
  const { db, sealer } = platform
  app.route(consoleEndpoints.listPeople, ({ staff, query }) =>
    db.tx(staff, async (tx) => {
      const { tenantId } = staff
      const wanted = { ...query, tenantId, centreIds: centresSeen(staff) }
      return { people: await listPeople(sealer, tx, wanted, ports) }
    }),
  )
  app.route(consoleEndpoints.registerPerson, ({ staff, body }) => {
    if (!decidesFor(staff, body.centreId)) throw new AccountsError('platform.forbidden')
    return db.tx(staff, async (tx) => {
      const personId = await registerPerson(platform, tx, { ...ids(staff), ...body })
      const wanted = { tenantId: staff.tenantId, personId, centreIds: centresDecided(staff) }
      const [person] = await listPeople(sealer, tx, wanted, ports)
      if (!person) throw new Error('a person just written is not found')
      return person
    })
  })
}

function mountPersonChanges(app: HttpApp, platform: Platform, ports: AccountsPorts): void {
  const { db, sealer } = platform
  app.route(consoleEndpoints.changePerson, ({ staff, params, body }) =>
    db.tx(staff, async (tx) => {
      const { tenantId } = staff
      const centreIds = centresDecided(staff)
      const wanted = { ...params, tenantId, centreIds }
      const [known] = await listPeople(sealer, tx, wanted, ports)
      if (!known) throw new AccountsError('accounts.person-unknown')
      await changePerson(platform, tx, { ...ids(staff), ...params, ...body, centreIds }, ports)
      const [person] = await listPeople(sealer, tx, wanted, ports)
      if (!person) throw new AccountsError('accounts.person-unknown')
      return person
    }),
  )
  app.route(consoleEndpoints.endMembership, ({ staff, params, body }) => {
    if (!decidesFor(staff, params.centreId)) throw new AccountsError('accounts.membership-unknown')
    return db.tx(staff, (tx) =>
      endMembership(platform, tx, { ...ids(staff), ...params, ...body }, ports),
    )
  })
}

function mountStaff(app: HttpApp, platform: Platform): void {
  app.route(consoleEndpoints.listStaff, ({ staff }) =>
    platform.db.tx(staff, (tx) => listStaff(tx, staff.tenantId, platform.clock.now())),
  )
  app.route(consoleEndpoints.changeStaff, ({ staff, params, body }) =>
    platform.db.tx(staff, (tx) =>
      changeStaff(platform, tx, {
        ...params,
        ...body,
        tenantId: staff.tenantId,
        by: staff.staffId,
      }),
    ),
  )
  app.route(consoleEndpoints.makeResetLink, async ({ staff, params }) => {
    const { tenantId, staffId: by } = staff
    // Who is in needs no link, and a session left open must not become one.
    if (params.staffId === by) throw new AccountsError('platform.forbidden')
    const { link, expiresAt } = await platform.db.tx(staff, (tx) =>
      makeResetLink(platform, tx, { tenantId, staffId: params.staffId, by }),
    )
    return { link, expiresAt: expiresAt.toISOString() }
  })
  app.route(consoleEndpoints.withdrawInvitation, ({ staff, params }) =>
    platform.db.tx(staff, (tx) => withdrawInvitation(platform, tx, { ...ids(staff), ...params })),
  )
  app.route(consoleEndpoints.inviteStaff, ({ staff, body }) =>
    platform.db.tx(staff, async (tx) => {
      requireFitting(body)
      if (body.centreId) await requireOpenCentre(tx, staff.tenantId, body.centreId)
      const { link, expiresAt } = await invite(platform, tx, staff.tenantId, {
        role: body.role,
        suggestedName: body.name,
        invitedBy: staff.staffId,
        ...(body.centreId ? { centreId: body.centreId } : {}),
      })
      return { link, expiresAt: expiresAt.toISOString() }
    }),
  )
}

function mountApplications(app: HttpApp, platform: Platform): void {
  const { db } = platform
  app.route(consoleEndpoints.listApplications, ({ staff }) =>
    db.tx(staff, async (tx) => ({
      applications: await listApplications(tx, staff.tenantId, centresSeen(staff)),
    })),
  )
  app.route(consoleEndpoints.createApplication, ({ staff, body }) =>
    db.tx(staff, (tx) => createApplication(platform, tx, { ...ids(staff), ...body })),
  )
  app.route(consoleEndpoints.rotateApplicationKey, ({ staff, params }) =>
    db.tx(staff, (tx) => rotateApplicationKey(platform, tx, { ...ids(staff), ...params })),
  )
  app.route(consoleEndpoints.revokeApplication, ({ staff, params }) =>
    db.tx(staff, (tx) => revokeApplication(platform, tx, { ...ids(staff), ...params })),
  )
}

function entered(call: Pick<Call, 'setHeader'>, opened: OpenedSession): StaffSession {
  for (const cookie of opened.cookies) call.setHeader('set-cookie', cookie)
  call.setHeader('cache-control', 'no-store')
  return opened.session
}

const cameFrom = ({ ip, arrived }: Pick<Call, 'ip' | 'arrived'>) => ({
  ip,
  cookie: arrived.headers.cookie,
})

function ids({ tenantId, staffId }: StaffPrincipal): { tenantId: string; staffId: string } {
  return { tenantId, staffId }
}
