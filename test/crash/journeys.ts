// What people do on the platform, each journey to its end whatever dies on the way; then what must be true of it:
// everything the platform said yes to is there, and there once.
import type { Phone } from '@yunqian/client'
import { verifyAny } from '@yunqian/verify'
import { expect } from 'vitest'
import { newPhone, pin } from '../flows/platform.ts'
import { idNumberOf } from '../flows/resident.ts'
import { sampleRecord, type CrashWorld } from './crash-world.ts'

export interface Doctor {
  readonly phone: Phone
  readonly personId: string
}

/** Registration at the desk, application on the phone, approval, key and certificate. */
export async function enrol(world: CrashWorld, index: number): Promise<Doctor> {
  const { desk, persist, centre } = world
  const who = { name: `医生${index}`, idNumber: idNumberOf(index), mobile: mobileOf(index) }
  const personId = await persist(async () => {
    const path = `/console/api/people?search=${encodeURIComponent(who.name)}`
    const { people } = await desk<{ people: { personId: string }[] }>('GET', path)
    const known = people[0]?.personId
    if (known) return known
    const body = { ...who, centreId: centre.centreId, role: 'doctor' }
    return (await desk<{ personId: string }>('POST', '/console/api/people', body)).personId
  })
  const phone = newPhone(world.url)
  const application = { centreCode: centre.code, ...who, deviceName: '手机' }
  await persist(() => phone.beginEnrollment(application))
  await persist(async () => {
    const { messages } = await desk<{ messages: { text: string }[] }>(
      'GET',
      '/console/api/trial-outbox',
    )
    await phone.submitCode(/\d{6}/.exec(messages[0]!.text)![0])
  })
  await persist(async () => {
    const enrollment = (await phone.enrollment())!
    if (enrollment.state !== 'proofed') return
    await desk('POST', `/console/api/enrollments/${enrollment.enrollmentId}/approve`, {})
  })
  await persist(() => phone.createKey(pin))
  expect((await persist(() => phone.state())).certificate?.state).toBe('valid')
  await once(world, 'certificate', `state = 'valid' and person_id = $1`, personId)
  await once(world, 'two_party_key', `state = 'active' and person_id = $1`, personId)
  await once(world, 'enrollment', 'person_id = $1', personId)
  await once(world, 'device', 'person_id = $1', personId)
  return { phone, personId }
}

/** A record written at the clinic, signed on the phone, fetched, and read by a stranger. */
export async function signPdf(
  world: CrashWorld,
  { phone, personId }: Doctor,
): Promise<{ readonly documentId: string; readonly signed: Buffer }> {
  const { clinic } = world
  const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
    title: '门诊病历',
    documentType: 'outpatient-record',
    reference: reference(),
    mediaType: 'application/pdf',
    content: sampleRecord.toString('base64'),
  })
  await signTask(world, phone, { documentId, form: 'pdf', signer: { personId } })
  const signed = Buffer.from(await contentOf(world, documentId))
  expect(signed.subarray(0, sampleRecord.length).equals(sampleRecord)).toBe(true)
  const judged = verifyAny(new Uint8Array(signed), { ...world, now: new Date() })
  expect(judged.verdict, JSON.stringify(judged)).toBe('valid')
  await once(
    world,
    'document',
    'reference = (select reference from document where document_id = $1)',
    documentId,
  )
  return { documentId, signed }
}

/** The same with a signature beside the document. */
export async function signCms(world: CrashWorld, { phone, personId }: Doctor): Promise<void> {
  const { clinic } = world
  const content = Buffer.from(`化验结果 ${reference()}`)
  const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
    title: '化验单',
    documentType: 'other',
    mediaType: 'application/octet-stream',
    content: content.toString('base64'),
  })
  const taskId = await signTask(world, phone, { documentId, form: 'cms', signer: { personId } })
  const cms = await clinic<Uint8Array>('GET', `/v1/signing-tasks/${taskId}/signature`)
  const judged = verifyAny(cms, {
    ...world,
    detachedContent: new Uint8Array(content),
    now: new Date(),
  })
  expect(judged.verdict, JSON.stringify(judged)).toBe('valid')
}

/** Logging in at the clinic by scanning, the record verified by the clinic's server, its user bound. */
export async function logIn(world: CrashWorld, { phone, personId }: Doctor): Promise<void> {
  const { clinic, persist } = world
  const workstation = reference()
  const login = await clinic<{ loginRequestId: string; qr: string }>('POST', '/v1/login-requests', {
    workstation,
  })
  const { loginRequestId } = login
  const path = `/v1/login-requests/${loginRequestId}`
  await persist(async () => {
    const { state } = await clinic<{ state: string }>('GET', path)
    if (state !== 'approved') await phoneSigns(phone, login.qr)
  })
  const done = await until(world, `${path}?wait=20&state=scanned`, 'approved')
  const verified = await clinic<{ subject: object }>('POST', '/v1/login-verifications', {
    loginRequestId,
    loginRecord: done['loginRecord'],
  })
  expect(verified.subject).toMatchObject({ personId })
  await clinic('POST', '/v1/user-bindings', { hisUserId: workstation, loginRequestId })
  const bound = await clinic<object>('GET', `/v1/user-bindings/${workstation}`)
  expect(bound).toMatchObject({ subject: { personId } })
  await once(world, 'login_request', 'workstation = $1', workstation)
  await once(world, 'signing_task', 'login_request_id = $1', loginRequestId)
}

async function signTask(
  world: CrashWorld,
  phone: Phone,
  asked: { readonly documentId: string; readonly form: string; readonly signer: object },
): Promise<string> {
  const { clinic, persist } = world
  const task = await clinic<{ signingTaskId: string; qr: string }>(
    'POST',
    '/v1/signing-tasks',
    asked,
  )
  const path = `/v1/signing-tasks/${task.signingTaskId}`
  await persist(async () => {
    const { state } = await clinic<{ state: string }>('GET', path)
    if (state !== 'signed' && state !== 'completed') await phoneSigns(phone, task.qr)
  })
  await until(world, `${path}?wait=20&state=signed`, 'completed')
  await once(world, 'signing_task', 'document_id = $1', asked.documentId)
  await once(world, 'signature', 'task_id = $1', task.signingTaskId)
  await once(world, 'signature_completion', 'task_id = $1', task.signingTaskId)
  return task.signingTaskId
}

async function phoneSigns(phone: Phone, qr: string): Promise<void> {
  await phone.sign(await phone.openTask((await phone.scan(qr)).taskId), pin)
}

function until(world: CrashWorld, path: string, state: string): Promise<Record<string, unknown>> {
  return world.persist(async () => {
    const answer = await world.clinic('GET', path)
    if (answer['state'] === state) return answer
    throw Object.assign(new Error(`still ${answer['state']}`), { retryable: true })
  })
}

export const contentOf = (world: CrashWorld, documentId: string): Promise<Uint8Array> =>
  world.clinic<Uint8Array>('GET', `/v1/documents/${documentId}/content`)

/** Whatever was repeated happened once. */
async function once(world: CrashWorld, table: string, where: string, value: string): Promise<void> {
  const row = await world.owner.tx('no-tenant', (tx) =>
    tx.queryOne<{ times: number }>(`select count(*) as times from ${table} where ${where}`, [
      value,
    ]),
  )
  expect(row?.times, `${table} where ${where}`).toBe(1)
}

let references = 0
const reference = (): string => `ref-${++references}`

const mobileOf = (index: number): string => `1380000${1000 + index}`
