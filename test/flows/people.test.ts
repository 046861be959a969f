// People and centres change while certificates, applications and tasks are under way: what ends, what stays.
import type { Phone } from '@yunqian/client'
import { auditPlatform, readConfig, silentLog } from '@yunqian/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  asAdministrator,
  callerWith,
  newPhone,
  pin,
  startPlatform,
  type Caller,
  type WholePlatform,
} from './platform.ts'

let platform: WholePlatform
let admin: Caller
let clinic: Caller
let home: { centreId: string; code: string }
let away: { centreId: string; code: string }
let count = 0

beforeAll(async () => {
  platform = await startPlatform()
  admin = await asAdministrator(platform)
  clinic = callerWith(platform.url, { authorization: `Bearer ${platform.server.clinicKey}` })
  const { centres } = await admin<{ centres: (typeof home)[] }>('GET', '/console/api/centres')
  home = centres[0]!
  away = await admin<typeof away>('POST', '/console/api/centres', {
    code: 'BH01',
    name: '滨河社康',
  })
})
afterAll(async () => {
  await platform.server.stop()
  const config = readConfig({}, { dataFolder: platform.folder })
  const { findings } = await auditPlatform(config, silentLog, [])
  expect(findings).toEqual([])
  await platform.stop()
})

interface Doctor {
  readonly personId: string
  readonly who: { readonly name: string; readonly idNumber: string; readonly mobile: string }
}

const register = (who: Doctor['who'], centreId: string) =>
  admin<{ personId: string; memberships: object[] }>('POST', '/console/api/people', {
    ...who,
    centreId,
    role: 'doctor',
  })
async function newDoctor(): Promise<Doctor> {
  const index = ++count
  const who = {
    name: `医生${'甲乙丙丁戊己庚辛壬癸'[index % 10]}`,
    idNumber: idNumberOf(index),
    mobile: `1380000${1000 + index}`,
  }
  return { who, personId: (await register(who, home.centreId)).personId }
}
/** Applies on a phone and shows the code; the clerk decides later. */
async function apply(
  { who }: Doctor,
  centreCode = home.code,
): Promise<{ phone: Phone; id: string }> {
  const phone = newPhone(platform.url)
  await phone.beginEnrollment({ centreCode, ...who, deviceName: '手机' })
  const box = await admin<{ messages: { text: string; mobileMasked: string }[] }>(
    'GET',
    '/console/api/trial-outbox',
  )
  const own = box.messages.find(({ mobileMasked }) => mobileMasked.endsWith(who.mobile.slice(-4)))
  const { enrollmentId: id } = await phone.submitCode(/\d{6}/.exec(own!.text)![0])
  return { phone, id }
}
const approve = (id: string) => admin('POST', `/console/api/enrollments/${id}/approve`, {})
async function certified(doctor: Doctor, centreCode = home.code): Promise<Phone> {
  const { phone, id } = await apply(doctor, centreCode)
  await approve(id)
  await phone.createKey(pin)
  return phone
}
const certificateOf = async ({ personId }: Doctor) => {
  const { certificates } = await admin<{
    certificates: { certificate: { state: string; revocationReason?: string } }[]
  }>('GET', `/console/api/certificates?personId=${personId}`)
  return certificates.map(({ certificate }) => certificate)
}
async function askToSign({ personId }: Doctor): Promise<{ signingTaskId: string; qr: string }> {
  const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
    title: '门诊病历',
    documentType: 'outpatient-record',
    mediaType: 'application/octet-stream',
    content: Buffer.from('一份病历').toString('base64'),
  })
  return clinic('POST', '/v1/signing-tasks', { documentId, form: 'cms', signer: { personId } })
}
const stateOf = async (task: { signingTaskId: string }): Promise<string> =>
  (await clinic<{ state: string }>('GET', `/v1/signing-tasks/${task.signingTaskId}`)).state
const refusal = (code: string) => expect.objectContaining({ code })

describe('a second phone', () => {
  it('ends the first one’s certificate, key and requests', async () => {
    const doctor = await newDoctor()
    const first = await certified(doctor)
    const task = await askToSign(doctor)
    const second = await certified(doctor)
    expect(await certificateOf(doctor)).toMatchObject([
      { state: 'valid' },
      { state: 'revoked', revocationReason: 'superseded' },
    ])
    await expect(first.state()).rejects.toMatchObject(refusal('phone.device-retired'))
    // What was asked of the person waits for the person, not for the phone.
    await second.sign(await second.openTask((await second.scan(task.qr)).taskId), pin)
    expect(await stateOf(task)).toBe('completed')
  })

  it('of two approved at once, one gets the certificate and the other is told', async () => {
    const doctor = await newDoctor()
    const both = [await apply(doctor), await apply(doctor)]
    for (const { id } of both) await approve(id)
    const made = await Promise.allSettled(both.map(({ phone }) => phone.createKey(pin)))
    const won = made.findIndex(({ status }) => status === 'fulfilled')
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await both[won]!.phone.state()).certificate).toMatchObject({ state: 'valid' })
    const states = (await certificateOf(doctor)).map(({ state }) => state)
    expect(states.filter((state) => state === 'valid')).toHaveLength(1)
    const { enrollments } = await admin<{ enrollments: { enrollmentId: string; state: string }[] }>(
      'GET',
      '/console/api/enrollments',
    )
    const stateOfApplication = (id: string) =>
      enrollments.find(({ enrollmentId }) => enrollmentId === id)!.state
    expect(stateOfApplication(both[won]!.id)).toBe('issued')
    expect(stateOfApplication(both[1 - won]!.id)).toBe('rejected')
  })
})

describe('a person', () => {
  it('known by another name or mobile is not registered again before that is cleared up', async () => {
    const { who } = await newDoctor()
    const again = (change: object) => register({ ...who, ...change }, away.centreId)
    await expect(again({ name: '别人' })).rejects.toMatchObject(refusal('accounts.name-differs'))
    await expect(again({ mobile: '13911112222' })).rejects.toMatchObject(
      refusal('accounts.mobile-differs'),
    )
    expect((await again({})).memberships).toHaveLength(2)
    await expect(again({})).rejects.toMatchObject(refusal('accounts.person-exists'))
  })

  it('is registered once when two clerks do it in the same moment', async () => {
    const index = ++count
    const who = { name: '赵云', idNumber: idNumberOf(index), mobile: `1380000${1000 + index}` }
    const both = await Promise.allSettled([
      register(who, home.centreId),
      register(who, home.centreId),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const { people } = await admin<{ people: object[] }>(
      'GET',
      `/console/api/people?search=${who.idNumber}`,
    )
    expect(people).toHaveLength(1)
  })

  it('with another mobile applies anew, and the certificate stays', async () => {
    const doctor = await newDoctor()
    await certified(doctor)
    const waiting = await apply(doctor)
    const path = `/console/api/people/${doctor.personId}`
    const mobile = '13911113333'
    expect(await admin('PATCH', path, { mobile })).toMatchObject({ mobileMasked: '139****3333' })
    expect(await waiting.phone.waitForDecision()).toMatchObject({ state: 'rejected' })
    await expect(approve(waiting.id)).rejects.toMatchObject(refusal('enrollment.wrong-state'))
    expect(await certificateOf(doctor)).toMatchObject([{ state: 'valid' }])
    await certified({ ...doctor, who: { ...doctor.who, mobile } })
  })

  it('with a corrected name loses the certificate that carries the wrong one', async () => {
    const doctor = await newDoctor()
    await certified(doctor)
    const path = `/console/api/people/${doctor.personId}`
    expect(await admin('PATCH', path, { name: '陈静怡' })).toMatchObject({ name: '陈静怡' })
    expect(await certificateOf(doctor)).toMatchObject([
      { state: 'revoked', revocationReason: 'affiliationChanged' },
    ])
    const phone = await certified({ ...doctor, who: { ...doctor.who, name: '陈静怡' } })
    expect((await phone.state()).certificate!.subject).toContain('陈静怡')
  })

  it('who leaves the only centre loses certificate and tasks, and may come back', async () => {
    const doctor = await newDoctor()
    const phone = await certified(doctor)
    const task = await askToSign(doctor)
    const end = `/console/api/people/${doctor.personId}/memberships/${home.centreId}/end`
    await admin('POST', end, { reason: '离职' })
    expect(await stateOf(task)).toBe('cancelled')
    expect(await certificateOf(doctor)).toMatchObject([
      { state: 'revoked', revocationReason: 'affiliationChanged' },
    ])
    await expect(phone.scan(task.qr)).rejects.toBeDefined()
    await expect(admin('POST', end, { reason: '离职' })).rejects.toMatchObject(
      refusal('accounts.membership-unknown'),
    )
    expect((await register(doctor.who, home.centreId)).personId).toBe(doctor.personId)
    await certified(doctor)
  })

  it('who works at two centres keeps the certificate of the one that stays', async () => {
    const doctor = await newDoctor()
    await register(doctor.who, away.centreId)
    await certified(doctor)
    const leave = ({ centreId }: typeof home) =>
      admin('POST', `/console/api/people/${doctor.personId}/memberships/${centreId}/end`, {
        reason: '调动',
      })
    await leave(away)
    expect(await certificateOf(doctor)).toMatchObject([{ state: 'valid' }])
    await register(doctor.who, away.centreId)
    // The certificate names the centre that is left.
    await leave(home)
    expect(await certificateOf(doctor)).toMatchObject([{ state: 'revoked' }])
  })
})

describe('a centre that is closed', () => {
  it('ends what is under way there, refuses what is new, keeps what was signed, and opens again', async () => {
    const doctor = await newDoctor()
    const phone = await certified(doctor)
    const signed = await askToSign(doctor)
    await phone.sign(await phone.openTask((await phone.scan(signed.qr)).taskId), pin)
    const task = await askToSign(doctor)
    const waiting = await apply(await newDoctor())
    const path = `/console/api/centres/${home.centreId}`
    const before = await admin<{ centres: { centreId: string; openTasks: number }[] }>(
      'GET',
      '/console/api/centres',
    )
    expect(before.centres.find(({ centreId }) => centreId === home.centreId)!.openTasks).toBe(1)
    expect(await admin('PATCH', path, { state: 'closed' })).toMatchObject({ openTasks: 0 })
    expect(await stateOf(task)).toBe('cancelled')
    expect(await stateOf(signed)).toBe('completed')
    expect(await waiting.phone.waitForDecision()).toMatchObject({ state: 'rejected' })
    await expect(askToSign(doctor)).rejects.toMatchObject(refusal('accounts.centre-closed'))
    await expect(
      newPhone(platform.url).beginEnrollment({
        centreCode: home.code,
        ...doctor.who,
        deviceName: '手机',
      }),
    ).rejects.toMatchObject(refusal('enrollment.centre-unknown'))
    expect(await certificateOf(doctor)).toMatchObject([{ state: 'valid' }])
    await admin('PATCH', path, { state: 'open' })
    const again = await askToSign(doctor)
    await phone.sign(await phone.openTask((await phone.scan(again.qr)).taskId), pin)
  })
})

/** A made-up resident's number with a right check digit (GB 11643). */
function idNumberOf(index: number): string {
  const body = `11010519491002${String(index).padStart(3, '0')}`
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((total, weight, i) => total + weight * Number(body[i]), 0)
  return `${body}${'10X98765432'[sum % 11]}`
}
