import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  asAdministrator,
  callerWith,
  doctor,
  enrol,
  pin,
  startPlatform,
  type Caller,
  type WholePlatform,
} from './platform.ts'

// A district with the clinic's centre, where a record was signed, and a second centre with a clerk of its own.
const record = readFileSync(
  fileURLToPath(new URL('../../apps/cli/assets/outpatient-record.pdf', import.meta.url)),
)
let platform: WholePlatform
let administrator: Caller
let clerk: Caller
let own: string
let colleague: string
let stranger: string
let documentId: string

beforeAll(async () => {
  platform = await startPlatform()
  administrator = await asAdministrator(platform)
  const enrolled = await enrol(platform, administrator)
  stranger = enrolled.personId
  const clinic = callerWith(platform.url, {
    authorization: `Bearer ${platform.server.clinicKey}`,
  })
  ;({ documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
    title: '门诊病历',
    documentType: 'outpatient-record',
    mediaType: 'application/pdf',
    content: record.toString('base64'),
  }))
  const task = await clinic<{ qr: string }>('POST', '/v1/signing-tasks', {
    documentId,
    form: 'pdf',
    signer: { personId: stranger },
  })
  const { phone } = enrolled
  await phone.sign(await phone.openTask((await phone.scan(task.qr)).taskId), pin)
  const centre = { code: 'BH01', name: '滨河社康' }
  ;({ centreId: own } = await administrator<{ centreId: string }>(
    'POST',
    '/console/api/centres',
    centre,
  ))
  clerk = await clerkOf(own)
  ;({ personId: colleague } = await clerk<{ personId: string }>('POST', '/console/api/people', {
    name: '李一鸣',
    idNumber: '440304188801010016',
    mobile: '13800138000',
    centreId: own,
    role: 'doctor',
    employeeNumber: 'BH-007',
  }))
})
afterAll(() => platform.stop())

async function clerkOf(centreId: string): Promise<Caller> {
  const invited = { name: '何婷', role: 'clerk', centreId }
  const { link } = await administrator<{ link: string }>(
    'POST',
    '/console/api/staff/invitations',
    invited,
  )
  const response = await fetch(
    `${platform.url}/console/api/invitations/${link.split('/').at(-1)}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login: 'heting', password: 'quiet river stones', name: '何婷' }),
    },
  )
  const { csrfToken } = (await response.json()) as { csrfToken: string }
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  return callerWith(platform.url, { cookie, 'x-csrf-token': csrfToken })
}

const refused = (code: string) => ({ code: expect.stringMatching(code) })

it('shows a clerk of one centre that centre, its people and nothing else', async () => {
  const get = <T>(path: string) => clerk<T>('GET', `/console/api${path}`)
  expect(await get('/centres')).toMatchObject({ centres: [{ centreId: own }] })
  expect(await get('/people')).toMatchObject({ people: [{ personId: colleague }] })
  expect(await get('/applications')).toEqual({ applications: [] })
  expect(await get('/certificates')).toEqual({ certificates: [] })
  expect(await get(`/certificates?personId=${stranger}`)).toEqual({ certificates: [] })
  expect(await get('/documents')).toEqual({ documents: [] })
  expect(await get('/overview')).toMatchObject({
    doctors: 1,
    validCertificates: 0,
    signaturesToday: 0,
  })
  await expect(get(`/documents/${documentId}/content`)).rejects.toMatchObject(
    refused('documents.unknown'),
  )
  await expect(get(`/documents/${documentId}/evidence`)).rejects.toMatchObject(
    refused('evidence.nothing-signed'),
  )
})

it('gives the history of what a clerk sees, and the log to who serves the district', async () => {
  const history = (caller: Caller, query: string) =>
    caller<{ events: { type: string }[]; names: Record<string, string> }>(
      'GET',
      `/console/api/events${query}`,
    )
  const seen = await history(clerk, `?about=person&id=${colleague}`)
  expect(seen.events.map(({ type }) => type)).toEqual(['person.registered'])
  expect(Object.values(seen.names)).toEqual(expect.arrayContaining(['何婷', '李一鸣', '滨河社康']))
  await expect(history(clerk, '')).rejects.toMatchObject(refused('platform.forbidden'))
  await expect(history(clerk, `?about=person&id=${stranger}`)).rejects.toMatchObject(
    refused('platform.not-found'),
  )
  await expect(clerk('POST', '/console/api/audits', {})).rejects.toMatchObject(
    refused('platform.forbidden'),
  )
  const whole = await history(administrator, `?about=document&id=${documentId}`)
  expect(whole.events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['document.added', 'signing.requested', 'signing.signed']),
  )
  expect((await history(administrator, '')).events.length).toBeGreaterThan(whole.events.length)
})

it('finds people by certificate and by employee number', async () => {
  const people = async (query: string) => {
    const found = await administrator<{ people: { personId: string }[] }>(
      'GET',
      `/console/api/people?${query}`,
    )
    return found.people.map(({ personId }) => personId)
  }
  expect(await people('certificate=valid')).toEqual([stranger])
  expect(await people('certificate=none')).toEqual([colleague])
  expect(await people('certificate=suspended')).toEqual([])
  expect(await people('certificate=expiring')).toEqual([])
  expect(await people('search=BH-007')).toEqual([colleague])
  expect(await people(`personId=${stranger}`)).toEqual([stranger])
})

it('gives staff of the district the document and its evidence', async () => {
  const content = await administrator<Uint8Array>(
    'GET',
    `/console/api/documents/${documentId}/content`,
  )
  expect(Buffer.from(content.subarray(0, record.length)).equals(record)).toBe(true)
  expect(await administrator('GET', `/console/api/documents?personId=${stranger}`)).toMatchObject({
    documents: [{ documentId, bytes: content.length }],
  })
  await administrator('GET', `/console/api/documents/${documentId}/evidence`)
})

it('names no document of another centre in the history of a doctor who works at both', async () => {
  await administrator('POST', '/console/api/people', { ...doctor, centreId: own, role: 'doctor' })
  const names = async (caller: Caller) => {
    const path = `/console/api/events?about=person&id=${stranger}`
    const { names } = await caller<{ names: Record<string, string> }>('GET', path)
    return Object.values(names)
  }
  expect(await names(administrator)).toEqual(expect.arrayContaining([doctor.name, '门诊病历']))
  expect(await names(clerk)).toContain(doctor.name)
  expect(await names(clerk)).not.toContain('门诊病历')
})

it('shows a centre nothing more of who has left it', async () => {
  const { certificates } = await administrator<{
    certificates: { certificate: { certificateId: string } }[]
  }>('GET', `/console/api/certificates?personId=${stranger}`)
  const histories = [
    `/console/api/events?about=person&id=${stranger}`,
    `/console/api/events?about=certificate&id=${certificates[0]!.certificate.certificateId}`,
  ]
  const somewhat = { events: expect.arrayContaining([expect.anything()]) }
  for (const path of histories) expect(await clerk('GET', path)).toMatchObject(somewhat)
  const end = `/console/api/people/${stranger}/memberships/${own}/end`
  await administrator('POST', end, { reason: '调动' })
  for (const path of histories) {
    await expect(clerk('GET', path)).rejects.toMatchObject(refused('platform.not-found'))
    expect(await administrator('GET', path)).toMatchObject(somewhat)
  }
})
