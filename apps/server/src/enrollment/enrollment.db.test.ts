import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newDevice, phoneHeaders, phoneRequestText } from '@yunqian/api'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { accountsAlone } from '../../../../test/platform/accounts-alone.ts'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { accountsRoom, addCentre, createDistrict, invite } from '../accounts/index.ts'
import { devicesRoom } from '../devices/index.ts'
import { readConfig } from '../platform/config.ts'
import {
  buildHttpApp,
  createSealer,
  newId,
  openBlobFolder,
  openSignals,
  silentLog,
  systemRandom,
  type HttpApp,
  type Platform,
} from '../platform/index.ts'
import { openMessages, trialOutbox } from '../messages/index.ts'
import { certification, enrollmentRoom } from './index.ts'

const idNumber = '11010519491231002X'
const mobile = '13800138000'
const minute = 60_000
let test: TestDatabase
let platform: Platform
let app: HttpApp
let folder: string
let now: Date
const logged: string[] = []
const answers: string[] = []

interface Staff {
  readonly cookie: string
  readonly csrf: string
}
interface Place {
  readonly tenantId: string
  readonly centreId: string
  readonly code: string
  readonly admin: Staff
}
let here: Place
let places = 0

/** A district with one centre, its administrator and one registered doctor. */
async function newPlace(): Promise<Place> {
  const tenantId = newId(platform)
  const code = `C${String(++places).padStart(3, '0')}`
  const { centreId, link } = await platform.db.tx({ tenantId }, async (tx) => {
    await createDistrict(platform, tx, { tenantId, name: '福田区' })
    const centreId = await addCentre(platform, tx, { tenantId, code, name: '莲花社康' })
    const { link } = await invite(platform, tx, tenantId, { role: 'district-admin' })
    return { centreId, link }
  })
  const accepted = await app.server.inject({
    method: 'POST',
    url: `/console/api/invitations/${link.split('/').at(-1)}`,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify({
      login: `admin${places}`,
      password: 'correct horse battery',
      name: '陈静怡',
    }),
  })
  expect(accepted.statusCode, accepted.body).toBe(201)
  const cookie = String(accepted.headers['set-cookie']).split(';')[0] ?? ''
  const place = { tenantId, centreId, code, admin: { cookie, csrf: accepted.json().csrfToken } }
  const doctor = { name: '张伟', idNumber, mobile, centreId, role: 'doctor' }
  const registered = await desk(place.admin, 'POST', '/people', doctor)
  expect(registered.statusCode, registered.body).toBe(201)
  return place
}

async function desk(as: Staff, method: 'GET' | 'POST', url: string, body?: object) {
  const answer = await app.server.inject({
    method,
    url: `/console/api${url}`,
    headers: {
      cookie: as.cookie,
      'x-csrf-token': as.csrf,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { payload: JSON.stringify(body) } : {}),
  })
  answers.push(answer.body)
  return answer
}

interface Phone {
  readonly key: KeyObject
  readonly spki: string
  device: string
}
function newPhone(): Phone {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  return { key: privateKey, spki, device: newDevice }
}

async function asPhone(phone: Phone, method: 'GET' | 'POST', path: string, body?: object) {
  const payload = body ? JSON.stringify(body) : ''
  const time = now.toISOString()
  const nonce = randomBytes(16).toString('base64url')
  const idempotencyKey = method === 'POST' ? randomBytes(8).toString('hex') : ''
  const bodySha256Hex = createHash('sha256').update(payload).digest('hex')
  const text = phoneRequestText({
    method,
    path,
    bodySha256Hex,
    time,
    nonce,
    device: phone.device,
    idempotencyKey,
  })
  const signature = sign('sha256', Buffer.from(text), {
    key: phone.key,
    dsaEncoding: 'ieee-p1363',
  }).toString('base64url')
  const answer = await app.server.inject({
    method,
    url: path,
    headers: {
      [phoneHeaders.device]: phone.device,
      [phoneHeaders.time]: time,
      [phoneHeaders.nonce]: nonce,
      [phoneHeaders.signature]: signature,
      ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
      ...(payload ? { 'content-type': 'application/json' } : {}),
    },
    ...(payload ? { payload } : {}),
  })
  answers.push(answer.body)
  return answer
}

async function apply(claim: object = {}, phone = newPhone()) {
  // The outbox shows messages by their time: no two may share it.
  now = new Date(now.getTime() + 1000)
  const device = { name: '测试手机', requestKey: phone.spki }
  const body = { centreCode: here.code, name: '张伟', idNumber, mobile, device, ...claim }
  const answer = await asPhone(phone, 'POST', '/v1/phone/enrollments', body)
  if (answer.statusCode === 201) phone.device = answer.json().deviceId
  return { phone, answer, id: answer.json().enrollmentId as string }
}
const submit = (phone: Phone, id: string, code: string) =>
  asPhone(phone, 'POST', `/v1/phone/enrollments/${id}/code`, { code })
const resend = (phone: Phone, id: string) =>
  asPhone(phone, 'POST', `/v1/phone/enrollments/${id}/code/resend`, {})
const outbox = async (): Promise<string[]> =>
  (await desk(here.admin, 'GET', '/trial-outbox'))
    .json()
    .messages.map(({ text }: { text: string }) => /\d{6}/.exec(text)?.[0])
const lastCode = async (): Promise<string> => (await outbox())[0]!
const other = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0')
const decide = (id: string, what: 'approve' | 'reject', staff = here.admin) =>
  desk(staff, 'POST', `/enrollments/${id}/${what}`, what === 'reject' ? { reason: '照片不符' } : {})
const proofed = async () => {
  const applied = await apply()
  const answer = await submit(applied.phone, applied.id, await lastCode())
  expect(answer.json()).toMatchObject({ state: 'proofed' })
  return applied
}
const eventTypes = async (id: string): Promise<string[]> => {
  const rows = await test.owner.tx('no-tenant', (tx) =>
    tx.query<{ type: string }>(
      `select type from evidence_event where subject @> jsonb_build_object('enrollmentId', $1::text)
       order by event_id`,
      [id],
    ),
  )
  return rows.map((row) => row.type)
}

beforeAll(async () => {
  test = await createTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'yunqian-enrollment-'))
  const write = (fields: object, message: string): void =>
    void logged.push(JSON.stringify({ fields, message }))
  now = new Date()
  platform = {
    config: readConfig({ YUNQIAN_DATA: folder }),
    db: test.db,
    clock: { now: () => now },
    random: systemRandom,
    sealer: createSealer(systemRandom(32)),
    blobs: openBlobFolder(folder),
    signals: await openSignals({ url: test.appUrl, log: silentLog, random: systemRandom }),
    log: { debug: write, info: write, warn: write, error: write },
  }
  const deps = {
    ...platform,
    messages: trialOutbox(platform),
    issueCertificate: () => Promise.reject(new Error('nothing is issued here')),
  }
  const rooms = [
    accountsRoom(platform, accountsAlone),
    devicesRoom(platform),
    enrollmentRoom(deps),
    openMessages(platform, fetch).room,
  ]
  app = await buildHttpApp({
    ...platform,
    holder: platform.signals.processId,
    publicUrl: platform.config.publicUrl,
    version: '0',
    rateLimits: { publicPerMinute: 1e5, personPerMinute: 1e5, applicationPerMinute: 1e5 },
    trustedProxies: [],
    authenticators: Object.assign({}, ...rooms.map((room) => room.authenticators ?? {})),
  })
  for (const room of rooms) await room.routes?.(app)
})
afterAll(async () => {
  await app.server.close()
  await platform.signals.close()
  await test.drop()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  now = new Date()
  here = await newPlace()
})

describe('an application', () => {
  it('goes from a claim to an approval, each step an event', async () => {
    const { phone, id, answer } = await apply()
    expect(answer.json()).toMatchObject({
      state: 'code-sent',
      name: '张伟',
      centreName: '莲花社康',
      mobileMasked: expect.stringMatching(/^138\*+/),
      codeTriesLeft: 5,
    })
    const code = await lastCode()
    expect((await submit(phone, id, code)).json()).toMatchObject({ state: 'proofed' })
    // The answer may have been lost with the process that gave it: the phone asks again.
    expect((await submit(phone, id, code)).json()).toMatchObject({ state: 'proofed' })
    expect((await submit(phone, id, other(code))).json().code).toBe('enrollment.wrong-state')
    const [listed] = (await desk(here.admin, 'GET', '/enrollments?state=proofed')).json()
      .enrollments
    expect(listed).toMatchObject({ enrollmentId: id, deviceName: '测试手机' })
    expect((await decide(id, 'approve')).json()).toMatchObject({
      state: 'approved',
      decidedBy: '陈静怡',
      checks: [
        { check: 'id-number', result: 'pass' },
        { check: 'registered-person', result: 'pass' },
        { check: 'one-time-code', result: 'pass' },
        { check: 'clerk-confirmation', result: 'pass' },
      ],
    })
    const seen = await asPhone(phone, 'GET', `/v1/phone/enrollments/${id}`)
    expect(seen.json()).toMatchObject({ state: 'approved' })
    const given = { tenantId: here.tenantId, enrollmentId: id, deviceId: phone.device }
    const ports = certification({
      ...platform,
      messages: trialOutbox(platform),
      issueCertificate: () => Promise.reject(new Error('not asked')),
    })
    const forKey = await platform.db.tx(given, (tx) => ports.forKey(tx, given))
    expect(forKey).toMatchObject({ centreId: here.centreId })
    expect(Buffer.from(forKey.subject).includes(idNumber)).toBe(false)
    expect(await eventTypes(id)).toEqual(
      expect.arrayContaining(['enrollment.submitted', 'enrollment.proofed', 'enrollment.approved']),
    )
  })

  it('wakes the phone that waits for the decision', async () => {
    const { phone, id } = await proofed()
    const path = `/v1/phone/enrollments/${id}?wait=20&state=proofed`
    const waiting = asPhone(phone, 'GET', path)
    expect((await decide(id, 'reject')).statusCode).toBe(200)
    expect((await waiting).json()).toMatchObject({ state: 'rejected', reason: '照片不符' })
  })

  it.each([
    ['another name', { name: '李四' }],
    ['another mobile', { mobile: '13900139000' }],
    ['an unregistered ID number', { idNumber: '440301199001012130' }],
  ])('with %s gets the same answer, no message, and no code ever fits', async (_, claim) => {
    const before = (await outbox()).length
    const known = await apply()
    const stranger = await apply(claim)
    expect(stranger.answer.statusCode, stranger.answer.body).toBe(201)
    expect(Object.keys(stranger.answer.json()).sort()).toEqual(
      Object.keys(known.answer.json()).sort(),
    )
    expect((await outbox()).length).toBe(before + 1)
    const refused = await submit(stranger.phone, stranger.id, await lastCode())
    expect(refused.json().code).toBe('enrollment.code-wrong')
    expect((await decide(stranger.id, 'approve')).json().code).toBe('enrollment.unknown')
    expect(JSON.stringify((await desk(here.admin, 'GET', '/enrollments')).json())).not.toContain(
      stranger.id,
    )
  })

  it('is refused with a wrong check digit, at an unknown centre, or signed by another key', async () => {
    const digit = await apply({ idNumber: '110105194912310021' })
    expect(digit.answer.json().code).toBe('enrollment.id-number-invalid')
    const centre = await apply({ centreCode: 'NOWHERE' })
    expect(centre.answer.json().code).toBe('enrollment.centre-unknown')
    const foreign = await apply({ device: { name: 'x', requestKey: newPhone().spki } })
    expect(foreign.answer.json().code).toBe('phone.signature-invalid')
  })

  it('belongs to its phone and its district', async () => {
    const mine = await apply()
    const theirs = await apply()
    const path = `/v1/phone/enrollments/${mine.id}`
    expect((await asPhone(theirs.phone, 'GET', path)).json().code).toBe('enrollment.unknown')
    const { id } = await proofed()
    const elsewhere = await newPlace()
    const answer = await decide(id, 'approve', elsewhere.admin)
    expect(answer.json().code).toBe('enrollment.unknown')
    expect((await decide(id, 'approve')).statusCode).toBe(200)
  })
})

describe('the one-time code', () => {
  it('allows five tries, counted even in a race, and another code begins anew', async () => {
    const { phone, id } = await apply()
    const wrong = other(await lastCode())
    const tried = await Promise.all(Array.from({ length: 7 }, () => submit(phone, id, wrong)))
    const codes = tried.map((answer) => answer.json().code).sort()
    expect(codes.filter((code) => code === 'enrollment.code-wrong')).toHaveLength(4)
    expect(codes.filter((code) => code === 'enrollment.code-exhausted')).toHaveLength(3)
    const late = await submit(phone, id, await lastCode())
    expect(late.json().code).toBe('enrollment.code-exhausted')
    now = new Date(now.getTime() + minute)
    expect((await resend(phone, id)).json()).toMatchObject({ codeTriesLeft: 5 })
    expect((await submit(phone, id, await lastCode())).json().state).toBe('proofed')
  })

  it('expires after ten minutes', async () => {
    const { phone, id } = await apply()
    now = new Date(now.getTime() + 10 * minute)
    const late = await submit(phone, id, await lastCode())
    expect(late.json().code).toBe('enrollment.code-expired')
  })

  it('is sent again a minute apart, six times at most, and replaces the one before', async () => {
    const { phone, id } = await apply()
    const first = await lastCode()
    expect((await resend(phone, id)).json().code).toBe('enrollment.resend-too-soon')
    for (let i = 0; i < 5; i++) {
      now = new Date(now.getTime() + minute)
      expect((await resend(phone, id)).statusCode).toBe(200)
    }
    now = new Date(now.getTime() + minute)
    expect((await resend(phone, id)).json().code).toBe('enrollment.code-exhausted')
    const last = await lastCode()
    if (first !== last)
      expect((await submit(phone, id, first)).json().code).toBe('enrollment.code-wrong')
    expect((await submit(phone, id, last)).json().state).toBe('proofed')
  })
})

describe('the decision', () => {
  it('is taken once: of two at the same moment one is refused', async () => {
    const { id } = await proofed()
    const both = await Promise.all([decide(id, 'approve'), decide(id, 'approve')])
    expect(both.map((answer) => answer.statusCode).sort()).toEqual([200, 409])
    expect((await eventTypes(id)).filter((type) => type === 'enrollment.approved')).toHaveLength(1)
  })

  it('waits for the proof, and a week at most', async () => {
    const { id } = await apply()
    expect((await decide(id, 'approve')).json().code).toBe('enrollment.wrong-state')
    const late = await proofed()
    now = new Date(now.getTime() + 7 * 24 * 60 * minute)
    expect((await decide(late.id, 'approve')).statusCode).not.toBe(200)
    const given = { tenantId: here.tenantId }
    const rows = await platform.db.tx(given, (tx) =>
      tx.query<{ state: string }>('select state from enrollment where enrollment_id = $1', [
        late.id,
      ]),
    )
    expect(rows).toEqual([{ state: 'proofed' }])
  })
})

it('keeps ID number and mobile out of answers, logs, tables and events', async () => {
  await proofed()
  const refused = await apply({ idNumber: '110105194912310021' })
  expect(refused.answer.body).not.toContain('110105194912310021')
  const rows = await test.owner.tx('no-tenant', async (tx) => [
    ...(await tx.query<{ t: string }>('select e::text as t from enrollment e')),
    ...(await tx.query<{ t: string }>('select p::text as t from person p')),
    ...(await tx.query<{ t: string }>('select m::text as t from trial_message m')),
    ...(await tx.query<{ t: string }>(
      `select convert_from(record, 'UTF8') as t from evidence_event`,
    )),
  ])
  expect(rows.length).toBeGreaterThan(10)
  const everything = [...logged, ...answers, ...rows.map((row) => row.t)].join('\n')
  expect(everything).not.toContain(idNumber)
  expect(everything).not.toContain(mobile)
  expect(everything).not.toContain(Buffer.from(idNumber).toString('hex'))
})
