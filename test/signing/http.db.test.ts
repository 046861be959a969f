// The whole way of a phone over HTTP with the phone's own package: application, code, review, key, certificate, login,
// signature; and every request that must not get in.
import { randomUUID } from 'node:crypto'
import { createHash, generateKeyPairSync, sign as nodeSign } from 'node:crypto'
import { phoneEndpoints, phoneHeaders, phoneRequestText } from '@yunqian/api'
import { memoryKeyStore, memoryStorage, Phone, webCryptoDeviceKeys } from '@yunqian/client'
import { parseCertificationRequest, verifyCertificationRequest } from '@yunqian/pki'
import { sm2PublicKeyInfo } from '@yunqian/pki/write'
import { newId, type Platform, systemRandom } from '@yunqian/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registerPerson } from '../../apps/server/src/accounts/index.ts'
import { devicesRoom } from '../../apps/server/src/devices/index.ts'
import {
  certification,
  enrollmentRoom,
  type EnrollmentDeps,
} from '../../apps/server/src/enrollment/index.ts'
import { approveEnrollment } from '../../apps/server/src/enrollment/review.ts'
import { trialOutbox } from '../../apps/server/src/messages/index.ts'
import { listTrialMessages } from '../../apps/server/src/messages/trial-outbox.ts'
import { keyById } from '../../apps/server/src/keys/two-party/index.ts'
import { createLoginRequest } from '../../apps/server/src/login/create-login-request.ts'
import { getLoginRequest } from '../../apps/server/src/login/login-view.ts'
import { loginRoom } from '../../apps/server/src/login/index.ts'
import { buildHttpApp, type HttpApp } from '../../apps/server/src/platform/http/index.ts'
import { createDocument } from '../../apps/server/src/signing/create-document.ts'
import { createSigningTask } from '../../apps/server/src/signing/create-signing-task.ts'
import { signingRoom, type SigningDeps } from '../../apps/server/src/signing/index.ts'
import { samplePdf } from '../documents/samples.ts'
import { certify } from './certificate.ts'
import { createWorld, type World } from './world.ts'

const idNumber = '11010519491231002X'
const mobile = '13800138000'
// Twelve digits: six would turn up by chance in the hexadecimal of a whole database.
const wrongPin = '864209753186'
const pin = '493027518642'

let world: World
let deps: SigningDeps & EnrollmentDeps & { enrollments: ReturnType<typeof certification> }
let app: HttpApp
let baseUrl: string
let phone: Phone
let centreCode: string
const staff = { kind: 'staff', sessionId: '', csrfToken: '', roles: [{ role: 'clerk' }] } as const

beforeAll(async () => {
  world = await createWorld()
  const base = await world.startProcess()
  const issueCertificate: EnrollmentDeps['issueCertificate'] = async (request) => {
    const csr = parseCertificationRequest(request.csr)
    expect(verifyCertificationRequest(csr)).toBe(true)
    const { tenantId, keyId, personId, subject } = request
    const key = await base.db.tx({ tenantId }, (tx) => keyById(tx, { tenantId, keyId }))
    const made = await certify(subject, sm2PublicKeyInfo(key!.publicKey), world.clock.now())
    const certificateId = newId(base)
    world.keepCertificate({ ...made, certificateId, keyId, personId })
    const { serialNumberHex } = made
    const issued = { tenantId, personId, keyId, certificateId, serialNumberHex }
    await base.db.tx({ tenantId }, (tx) =>
      deps.enrollments.issued(tx, { ...issued, at: world.clock.now() }),
    )
    return { certificateId }
  }
  const platform = base as unknown as Platform
  const enrollment = { ...platform, messages: trialOutbox(platform), issueCertificate }
  deps = { ...base, ...enrollment, enrollments: certification(enrollment) }
  const rooms = [
    devicesRoom(deps),
    enrollmentRoom(deps),
    signingRoom(deps),
    loginRoom({ ...deps, verifyRecord: () => Promise.reject(new Error('not asked here')) }),
  ]
  app = await buildHttpApp({
    ...deps,
    holder: deps.signals.processId,
    version: '0',
    rateLimits: { publicPerMinute: 6000, personPerMinute: 6000, applicationPerMinute: 6000 },
    trustedProxies: [],
    authenticators: Object.assign({}, ...rooms.map((room) => room.authenticators ?? {})),
  })
  for (const room of rooms) await room.routes?.(app)
  baseUrl = await app.server.listen({ port: 0, host: '127.0.0.1' })
  phone = newPhone()
  await prepareDistrict()
})
afterAll(async () => {
  await app?.server.close()
  await world.end()
})

// What crossed the line and must be found nowhere else: PIN exchange, joins, answers, shares, codes.
const secretFields = new Set(['share', 'opening', 'message', 'answer', 'code', 'blinded', 'qr'])
const heard = new Map<string, Set<string>>()

const listeningFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  listen(typeof init?.body === 'string' ? init.body : '')
  listen(await response.clone().text())
  for (const name of [phoneHeaders.nonce, phoneHeaders.signature])
    hear(name, new Headers(init?.headers).get(name) ?? '')
  return response
}

function listen(body: string): void {
  if (!body.startsWith('{')) return
  for (const [name, value] of Object.entries(JSON.parse(body) as object))
    if (secretFields.has(name) && typeof value === 'string' && !value.includes('.'))
      hear(name, name === 'qr' ? value.slice(-22) : value)
}

function hear(name: string, value: string): void {
  if (value !== '') heard.set(name, (heard.get(name) ?? new Set()).add(value))
}

function newPhone(skewMs = 0, fetch: typeof globalThis.fetch = listeningFetch): Phone {
  return new Phone({
    fetch,
    storage: memoryStorage(),
    deviceKeys: webCryptoDeviceKeys(crypto.subtle, memoryKeyStore()),
    random: systemRandom,
    now: () => new Date(world.clock.now().getTime() + skewMs),
    sha256: async (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
    sleep: async () => undefined,
    baseUrl,
  })
}

const staffId = '01900000-0000-7000-8000-00000000c1e4'

async function prepareDistrict(): Promise<void> {
  await world.database.db.tx({ tenantId: world.tenantId }, async (tx) => {
    const { centreId } = world
    const at = world.clock.now()
    const row = await tx.queryOne<{ code: string }>('select code from centre')
    centreCode = row!.code
    await tx.execute(
      `insert into staff (tenant_id, staff_id, login, name, password_hash, state, created_at)
       values ($1, $2, 'clerk', '窗口', '', 'active', $3)`,
      [world.tenantId, staffId, at],
    )
    const person = { tenantId: world.tenantId, name: '陈静怡', idNumber, mobile, centreId }
    await registerPerson(deps, tx, { ...person, role: 'doctor' })
  })
}

const claim = (name = '陈静怡') => ({ centreCode, name, idNumber, mobile, deviceName: '测试手机' })

async function lastCode(): Promise<string> {
  const [message] = await world.database.db.tx({ tenantId: world.tenantId }, (tx) =>
    listTrialMessages(deps, tx, world.tenantId, null),
  )
  return /\d{6}/.exec(message!.text)![0]
}

async function enrolPhone(of: Phone): Promise<void> {
  world.clock.pass(1000)
  const { enrollmentId } = await of.beginEnrollment(claim())
  const proofed = await of.submitCode(await lastCode())
  expect(proofed.state).toBe('proofed')
  const decision = of.waitForDecision()
  await approveEnrollment(deps, { ...staff, tenantId: world.tenantId, staffId }, enrollmentId)
  expect((await decision).state).toBe('approved')
  const certificate = await of.createKey(pin)
  expect(certificate.state).toBe('valid')
}

describe('a phone', () => {
  it('enrols, logs in and signs a PDF, checking every byte itself', async () => {
    await enrolPhone(phone)
    const state = await phone.state()
    expect(state.key?.triesLeft).toBe(5)

    const login = await createLoginRequest(
      { ...deps, verifyRecord: () => Promise.reject(new Error('unused')) },
      world.application,
      { loginRequestId: randomUUID(), workstation: '诊室 1' },
    )
    const scanned = await phone.scan(login.qr)
    await phone.sign(await phone.openTask(scanned.taskId), pin)
    const approved = await getLoginRequest(
      { ...deps, verifyRecord: () => Promise.reject(new Error('unused')) },
      world.application,
      login.loginRequestId,
    )
    expect(approved.state).toBe('approved')

    const document = await createDocument(deps, world.application, {
      documentId: randomUUID(),
      title: '门诊病历',
      documentType: 'outpatient-record',
      mediaType: 'application/pdf',
      content: await samplePdf(),
    })
    for (const form of ['pdf', 'cms'] as const) {
      const task = await createSigningTask(deps, world.application, {
        taskId: randomUUID(),
        documentId: document.documentId,
        form,
        signer: { personId: state.person.personId },
      })
      const opened = await phone.openTask(task.signingTaskId)
      await expect(phone.sign(opened, wrongPin)).rejects.toMatchObject({
        code: 'keys.pin-wrong',
        details: { triesLeft: 4 },
      })
      expect((await phone.sign(opened, pin)).task.state).toBe('completed')
    }
  })

  it('keeps foreign QR codes to itself', async () => {
    let asked = 0
    const counting: typeof fetch = (...request) => {
      asked += 1
      return fetch(...request)
    }
    const quiet = newPhone(0, counting)
    for (const qr of ['https://example.org/pay?to=1', 'YQ1:L:short', `YQ1:X:${'A'.repeat(22)}`])
      await expect(quiet.scan(qr)).rejects.toMatchObject({ code: 'phone.qr-foreign' })
    expect(asked).toBe(0)
  })

  it('corrects a clock that is an hour off from the server’s answer', async () => {
    const late = newPhone(3_600_000)
    const begun = await late.beginEnrollment(claim())
    expect(begun.state).toBe('code-sent')
  })

  it('takes over from the one before, which is then retired', async () => {
    const next = newPhone()
    await enrolPhone(next)
    await expect(phone.state()).rejects.toMatchObject({ code: 'phone.device-retired' })
  })
})

describe('an application', () => {
  it('tells a stranger nothing, and no code fits', async () => {
    const stranger = newPhone()
    const begun = await stranger.beginEnrollment(claim('张三'))
    expect(begun).toMatchObject({ state: 'code-sent', codeTriesLeft: 5 })
    for (const triesLeft of [4, 3, 2, 1])
      await expect(stranger.submitCode('123456')).rejects.toMatchObject({
        code: 'enrollment.code-wrong',
        details: { triesLeft },
      })
    await expect(stranger.submitCode('123456')).rejects.toMatchObject({
      code: 'enrollment.code-exhausted',
    })
  })

  it('refuses an unknown centre, a mistyped ID number, a second code at once and a code too late', async () => {
    const other = newPhone()
    await expect(other.beginEnrollment({ ...claim(), centreCode: 'NOBODY' })).rejects.toMatchObject(
      { code: 'enrollment.centre-unknown' },
    )
    await expect(
      other.beginEnrollment({ ...claim(), idNumber: '110105194912310021' }),
    ).rejects.toMatchObject({ code: 'enrollment.id-number-invalid' })
    world.clock.pass(1000)
    await other.beginEnrollment(claim())
    await expect(other.resendCode()).rejects.toMatchObject({ code: 'enrollment.resend-too-soon' })
    world.clock.pass(601_000)
    await expect(other.submitCode(await lastCode())).rejects.toMatchObject({
      code: 'enrollment.code-expired',
    })
    await other.resendCode()
    expect((await other.submitCode(await lastCode())).state).toBe('proofed')
  })
})

describe('a request', () => {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const { path } = phoneEndpoints.listTasks
  let device: string

  beforeAll(async () => {
    device = newId(deps)
    await world.database.db.tx({ tenantId: world.tenantId }, (tx) =>
      tx.execute(
        `insert into device (tenant_id, device_id, name, request_key, state, created_at)
         values ($1, $2, 'x', $3, 'active', $4)`,
        [
          world.tenantId,
          device,
          keys.publicKey.export({ format: 'der', type: 'spki' }),
          world.clock.now(),
        ],
      ),
    )
  })

  function headers(change: { at?: Date; device?: string; path?: string } = {}) {
    const given = {
      method: 'GET',
      path: change.path ?? path,
      bodySha256Hex: createHash('sha256').digest('hex'),
      time: (change.at ?? world.clock.now()).toISOString(),
      nonce: Buffer.from(systemRandom(16)).toString('base64url'),
      device: change.device ?? device,
      idempotencyKey: '',
    }
    const signature = nodeSign('sha256', Buffer.from(phoneRequestText(given)), {
      key: keys.privateKey,
      dsaEncoding: 'ieee-p1363',
    })
    return {
      [phoneHeaders.device]: given.device,
      [phoneHeaders.time]: given.time,
      [phoneHeaders.nonce]: given.nonce,
      [phoneHeaders.signature]: signature.toString('base64url'),
    }
  }

  const send = async (with_: Record<string, string>, to = path) => {
    const response = await fetch(baseUrl + to, { headers: with_ })
    const body = (await response.json()) as { code?: string; serverTime?: string }
    return { status: response.status, ...body }
  }

  it('gets in signed, and not a second time', async () => {
    const once = headers()
    expect((await send(once)).status).toBe(200)
    expect(await send(once)).toMatchObject({ status: 409, code: 'phone.request-replayed' })
    const raced = headers()
    const statuses = (await Promise.all([send(raced), send(raced)])).map(({ status }) => status)
    expect(statuses.sort()).toEqual([200, 409])
  })

  it('gets not in unsigned, altered, foreign, or at another time', async () => {
    expect(await send({})).toMatchObject({ status: 401, code: 'phone.request-unsigned' })
    expect(await send(headers(), `${path}?state=open`)).toMatchObject({
      status: 401,
      code: 'phone.signature-invalid',
    })
    const unknown = '01900000-0000-7000-8000-0000000000ff'
    expect(await send(headers({ device: unknown }))).toMatchObject({
      code: 'phone.device-unknown',
    })
    for (const off of [-3_600_000, 3_600_000]) {
      const at = new Date(world.clock.now().getTime() + off)
      const refused = await send(headers({ at }))
      expect(refused).toMatchObject({ status: 401, code: 'phone.clock-skew' })
      expect(refused.serverTime).toBe(world.clock.now().toISOString())
    }
  })
})

describe('what the service keeps', () => {
  it('logs no PIN, code, ID number, mobile, token, share, nonce or answer', async () => {
    const text = JSON.stringify(world.log)
    expect(world.log.length).toBeGreaterThan(10)
    for (const name of secretFields) expect(heard.get(name)?.size, name).toBeGreaterThan(0)
    const secrets = [
      pin,
      wrongPin,
      idNumber,
      mobile,
      ...[...heard.values()].flatMap((all) => [...all]),
    ]
    // A code of six digits may stand inside a trace id by chance, but not alone.
    for (const secret of secrets)
      expect(text).not.toMatch(
        new RegExp(`(?<![0-9a-f])${secret.replaceAll(/[^\w]/g, String.raw`\$&`)}(?![0-9a-f])`),
      )
  })

  it('stores ID number, mobile, PIN, share and answer nowhere in the clear', async () => {
    const { owner } = world.database
    const text = await owner.tx({ tenantId: world.tenantId }, async (tx) => {
      const tables = await tx.query<{ name: string }>(
        `select tablename as name from pg_tables where schemaname = 'public'`,
      )
      let all = ''
      for (const { name } of tables) {
        const rows = await tx.query<{ row: string }>(`select t::text as row from ${name} t`)
        all += rows.map(({ row }) => row).join('\n')
      }
      return all
    })
    expect(text).toContain('signing.signed')
    const bytes = ['share', 'opening', 'answer'].flatMap((name) =>
      [...heard.get(name)!].map((value) => Buffer.from(value, 'base64')),
    )
    const words = [idNumber, mobile, pin].map((word) => Buffer.from(word))
    for (const word of words) expect(text).not.toContain(word.toString())
    for (const secret of [...words, ...bytes]) expect(text).not.toContain(secret.toString('hex'))
  })
})
