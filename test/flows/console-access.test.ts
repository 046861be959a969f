// Every operation of the console × every kind of caller: who may read, who may act, and that neither reaches another
// centre. An operation without a row does not compile.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { consoleEndpoints, type Endpoint, type Problem } from '@yunqian/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  callerWith,
  enrol,
  pin,
  startPlatform,
  type Caller,
  type WholePlatform,
} from './platform.ts'

const actors = ['nobody', 'otherAuditor', 'otherClerk', 'auditor', 'clerk', 'admin'] as const
type Actor = (typeof actors)[number]

/** What one call comes to, for an object of the centre where `clerk` works. */
type Outcome =
  /** Let through; a domain may still say that nothing is to be done. */
  | 'yes'
  /** Answered, without the object. */
  | 'without'
  /** There is no such thing, for this caller. */
  | 'hidden'
  | 'forbidden'
  | 'unauthenticated'

interface Row {
  readonly path: (things: Things, actor: Actor) => string
  readonly body?: (things: Things) => object
  /** What an answer must hold for who sees the object, and must not for who does not. */
  readonly holds?: (things: Things) => string
  readonly expected: Readonly<Record<Actor, Outcome>>
}

interface Things {
  readonly centreId: string
  readonly personId: string
  readonly colleagueId: string
  readonly certificateId: string
  readonly enrollmentId: string
  readonly applicationId: string
  readonly documentId: string
  readonly staffId: string
}

const to = (
  nobody: Outcome,
  otherAuditor: Outcome,
  otherClerk: Outcome,
  auditor: Outcome,
  clerk: Outcome,
  admin: Outcome,
): Record<Actor, Outcome> => ({ nobody, otherAuditor, otherClerk, auditor, clerk, admin })

const anybody = to('yes', 'yes', 'yes', 'yes', 'yes', 'yes')
const anyStaff = to('unauthenticated', 'yes', 'yes', 'yes', 'yes', 'yes')
const adminAlone = to('unauthenticated', 'forbidden', 'forbidden', 'forbidden', 'forbidden', 'yes')
/** Lists: everybody reads where the own role holds. */
const readers = to('unauthenticated', 'without', 'without', 'yes', 'yes', 'yes')
/** One object: it does not exist for whoever serves another centre. */
const finders = to('unauthenticated', 'hidden', 'hidden', 'yes', 'yes', 'yes')
const deciders = to('unauthenticated', 'forbidden', 'hidden', 'forbidden', 'yes', 'yes')

/** The log as a whole is the district's. */
const ofDistrict = to('unauthenticated', 'forbidden', 'forbidden', 'yes', 'forbidden', 'yes')

const unknown = '01900000-0000-7000-8000-00000000c1e4'
const token = 'A'.repeat(43)
const reason = () => ({ reason: '试' })

const table: Record<keyof typeof consoleEndpoints, Row> = {
  getInvitation: { path: () => `/invitations/${token}`, expected: anybody },
  acceptInvitation: {
    path: () => `/invitations/${token}`,
    body: () => ({ login: 'someone', password: 'correct horse battery', name: '某人' }),
    expected: anybody,
  },
  signIn: {
    path: () => '/session',
    body: () => ({ login: 'x', password: 'y' }),
    expected: anybody,
  },
  beginPasskeySignIn: { path: () => '/session/passkey/begin', body: () => ({}), expected: anybody },
  finishPasskeySignIn: { path: () => '/session/passkey', body: () => ({}), expected: anybody },
  getSession: { path: () => '/session', expected: anyStaff },
  changePassword: {
    path: () => '/session/password',
    body: () => ({ current: 'not this one', password: 'another good battery' }),
    expected: anyStaff,
  },
  beginPasskey: { path: () => '/passkeys/begin', body: () => ({}), expected: anyStaff },
  finishPasskey: { path: () => '/passkeys', body: () => ({}), expected: anyStaff },
  getOverview: { path: () => '/overview', holds: () => '"doctors":1', expected: readers },
  listCentres: { path: () => '/centres', holds: (it) => it.centreId, expected: readers },
  addCentre: {
    path: () => '/centres',
    body: () => ({ code: 'LH01', name: '重复' }),
    expected: adminAlone,
  },
  changeCentre: {
    path: (it) => `/centres/${it.centreId}`,
    body: () => ({ name: '莲花社康' }),
    expected: adminAlone,
  },
  listPeople: { path: () => '/people', holds: (it) => it.personId, expected: readers },
  registerPerson: {
    path: () => '/people',
    body: (it) => ({
      name: '李一鸣',
      idNumber: '440304188801010016',
      mobile: '13800138000',
      centreId: it.centreId,
      role: 'doctor',
    }),
    expected: to('unauthenticated', 'forbidden', 'forbidden', 'forbidden', 'yes', 'yes'),
  },
  changePerson: { path: (it) => `/people/${it.personId}`, body: () => ({}), expected: deciders },
  listStaff: { path: () => '/staff', expected: adminAlone },
  changeStaff: {
    path: (it) => `/staff/${it.staffId}`,
    body: () => ({ state: 'active' }),
    expected: adminAlone,
  },
  getReset: { path: () => `/resets/${token}`, expected: anybody },
  resetPassword: {
    path: () => `/resets/${token}`,
    body: () => ({ password: 'correct horse battery' }),
    expected: anybody,
  },
  makeResetLink: {
    path: () => `/staff/${unknown}/reset`,
    // An administrator is let through and told there is nobody.
    expected: { ...adminAlone, admin: 'hidden' },
  },
  inviteStaff: {
    path: () => '/staff/invitations',
    body: () => ({ name: '新人', role: 'auditor' }),
    expected: adminAlone,
  },
  withdrawInvitation: {
    path: () => `/staff/invitations/${unknown}`,
    // An administrator is let through and told there is none.
    expected: { ...adminAlone, admin: 'hidden' },
  },
  listApplications: {
    path: () => '/applications',
    holds: (it) => it.applicationId,
    expected: readers,
  },
  createApplication: {
    path: () => '/applications',
    body: (it) => ({ name: '另一程序', centreId: it.centreId }),
    expected: adminAlone,
  },
  rotateApplicationKey: {
    path: (it) => `/applications/${it.applicationId}/key`,
    body: () => ({}),
    expected: adminAlone,
  },
  revokeApplication: { path: (it) => `/applications/${it.applicationId}`, expected: adminAlone },
  listEnrollments: {
    path: () => '/enrollments',
    holds: (it) => it.enrollmentId,
    expected: readers,
  },
  approveEnrollment: {
    path: (it) => `/enrollments/${it.enrollmentId}/approve`,
    body: () => ({}),
    expected: deciders,
  },
  rejectEnrollment: {
    path: (it) => `/enrollments/${it.enrollmentId}/reject`,
    body: reason,
    expected: deciders,
  },
  // Codes are not for who decides nothing.
  listOutbox: {
    path: () => '/trial-outbox',
    holds: () => '138****5678',
    expected: to('unauthenticated', 'forbidden', 'without', 'forbidden', 'yes', 'yes'),
  },
  listMessages: { path: () => '/messages', expected: anyStaff },
  listCertificates: {
    path: () => '/certificates',
    holds: (it) => it.certificateId,
    expected: readers,
  },
  getCertificateHistory: {
    path: (it) => `/certificates/${it.certificateId}/history`,
    expected: finders,
  },
  suspendCertificate: {
    path: (it) => `/certificates/${it.certificateId}/suspend`,
    body: reason,
    expected: deciders,
  },
  resumeCertificate: {
    path: (it) => `/certificates/${it.certificateId}/resume`,
    body: reason,
    expected: deciders,
  },
  revokeCertificate: {
    path: (it) => `/certificates/${it.certificateId}/revoke`,
    body: reason,
    expected: deciders,
  },
  listSignedDocuments: {
    path: () => '/documents',
    holds: (it) => it.documentId,
    expected: readers,
  },
  downloadDocument: { path: (it) => `/documents/${it.documentId}/content`, expected: finders },
  downloadEvidence: { path: (it) => `/documents/${it.documentId}/evidence`, expected: finders },
  listEvents: { path: () => '/events', expected: ofDistrict },
  // Looks at everything and changes nothing: an auditor's business.
  startAudit: { path: () => '/audits', body: () => ({}), expected: ofDistrict },
  getAudit: { path: () => '/audits/latest', expected: ofDistrict },
  // Late: who has left is nobody's here any more.
  endMembership: {
    // One leaves once: the administrator sees another off than the clerk.
    path: (it, actor) =>
      `/people/${actor === 'admin' ? it.colleagueId : it.personId}/memberships/${it.centreId}/end`,
    body: reason,
    expected: deciders,
  },
  // Last: it ends the session it is called with.
  signOut: { path: () => '/session', expected: anyStaff },
}

let platform: WholePlatform
let things: Things
const headers = new Map<Actor, Record<string, string>>()

beforeAll(async () => {
  platform = await startPlatform()
  const link = platform.server.invitation!.link
  headers.set('nobody', {}).set('admin', await accept(link, 'admin'))
  const admin = as('admin')
  const { centres } = await admin<{ centres: { centreId: string }[] }>(
    'GET',
    '/console/api/centres',
  )
  const { centreId } = centres[0]!
  const other = { code: 'ZZ01', name: '滨河社康' }
  const elsewhere = await admin<{ centreId: string }>('POST', '/console/api/centres', other)
  for (const [actor, role, at] of [
    ['clerk', 'clerk', centreId],
    ['otherClerk', 'clerk', elsewhere.centreId],
    ['auditor', 'auditor', undefined],
    ['otherAuditor', 'auditor', elsewhere.centreId],
  ] as const) {
    const invited = { name: '何婷', role, ...(at ? { centreId: at } : {}) }
    const path = '/console/api/staff/invitations'
    const { link: theirs } = await admin<{ link: string }>('POST', path, invited)
    headers.set(actor, await accept(theirs, actor.toLowerCase()))
  }
  things = { centreId, ...(await happenings(admin, centreId)) }
})
afterAll(() => platform.stop())

const as = (actor: Actor): Caller => callerWith(platform.url, headers.get(actor)!)

async function accept(link: string, login: string): Promise<Record<string, string>> {
  const response = await fetch(
    `${platform.url}/console/api/invitations/${link.split('/').at(-1)}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password: 'correct horse battery', name: '周敏' }),
    },
  )
  const { csrfToken } = (await response.json()) as { csrfToken: string }
  const cookie = response.headers.getSetCookie().map((one) => one.split(';')[0])
  return { cookie: cookie.join('; '), 'x-csrf-token': csrfToken }
}

/** A doctor of the clinic's centre with a certificate, a signed document and everything that led to it. */
async function happenings(admin: Caller, centreId: string): Promise<Omit<Things, 'centreId'>> {
  const { phone, personId } = await enrol(platform, admin)
  const authorization = `Bearer ${platform.server.clinicKey}`
  const clinic = callerWith(platform.url, { authorization })
  const file = new URL('../../apps/cli/assets/outpatient-record.pdf', import.meta.url)
  const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
    title: '门诊病历',
    documentType: 'outpatient-record',
    mediaType: 'application/pdf',
    content: readFileSync(fileURLToPath(file)).toString('base64'),
  })
  const asked = { documentId, form: 'pdf', signer: { personId } }
  const task = await clinic<{ qr: string }>('POST', '/v1/signing-tasks', asked)
  await phone.sign(await phone.openTask((await phone.scan(task.qr)).taskId), pin)
  const { enrollments } = await admin<{ enrollments: { enrollmentId: string }[] }>(
    'GET',
    '/console/api/enrollments',
  )
  const { applications } = await admin<{ applications: { applicationId: string }[] }>(
    'GET',
    '/console/api/applications',
  )
  const { staff } = await admin<{ staff: { staffId: string; login: string }[] }>(
    'GET',
    '/console/api/staff',
  )
  const colleague = { name: '赵云', idNumber: '110105194910010015', mobile: '13800138001' }
  const { personId: colleagueId } = await admin<{ personId: string }>(
    'POST',
    '/console/api/people',
    { ...colleague, centreId, role: 'nurse' },
  )
  return {
    personId,
    colleagueId,
    documentId,
    certificateId: (await phone.state()).certificate!.certificateId,
    enrollmentId: enrollments[0]!.enrollmentId,
    applicationId: applications[0]!.applicationId,
    staffId: staff.find(({ login }) => login === 'auditor')!.staffId,
  }
}

async function outcomeOf(endpoint: Endpoint, row: Row, actor: Actor): Promise<Outcome | string> {
  const response = await fetch(`${platform.url}/console/api${row.path(things, actor)}`, {
    method: endpoint.method,
    headers: {
      ...headers.get(actor),
      ...(row.body ? { 'content-type': 'application/json' } : {}),
    },
    ...(row.body ? { body: JSON.stringify(row.body(things)) } : {}),
  })
  const text = await response.text()
  if (response.ok) return row.holds && !text.includes(row.holds(things)) ? 'without' : 'yes'
  const { code } = JSON.parse(text) as Problem
  if (code === 'platform.unauthenticated') return 'unauthenticated'
  if (code === 'platform.forbidden') return 'forbidden'
  // Of the public operations the token is a made-up one.
  if (endpoint.principal === 'public') return 'yes'
  if (response.status === 404 || code === 'evidence.nothing-signed') return 'hidden'
  // Let through, and refused for what it is: a state, a duplicate, a wrong password.
  if ([401, 409, 422].includes(response.status)) return 'yes'
  return `${response.status} ${code}`
}

describe.each(Object.entries(table))('%s', (name, row) => {
  const endpoint: Endpoint = consoleEndpoints[name as keyof typeof consoleEndpoints]

  it('is for whom it is for', async () => {
    const found: Partial<Record<Actor, string>> = {}
    for (const actor of actors) found[actor] = await outcomeOf(endpoint, row, actor)
    expect(found).toEqual(row.expected)
  })

  it.runIf(endpoint.principal === 'staff' && endpoint.method !== 'GET')(
    'does nothing without the page’s token',
    async () => {
      const { cookie } = headers.get('admin')!
      const response = await fetch(`${platform.url}/console/api${row.path(things, 'admin')}`, {
        method: endpoint.method,
        headers: { cookie: cookie!, 'content-type': 'application/json' },
        body: JSON.stringify(row.body?.(things) ?? {}),
      })
      // Signed out is signed out.
      expect((await response.json()).code).toMatch(
        name === 'signOut' ? /platform\.(csrf|unauthenticated)/ : /platform\.csrf/,
      )
    },
  )
})
