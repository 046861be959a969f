import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Phone } from '@yunqian/client'
import { parsePem, parseCertificate } from '@yunqian/pki'
import { verifyAny } from '@yunqian/verify'
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

const record = new Uint8Array(
  readFileSync(
    fileURLToPath(new URL('../../apps/cli/assets/outpatient-record.pdf', import.meta.url)),
  ),
)
let platform: WholePlatform
let administrator: Caller
let clinic: Caller
let phone: Phone
let personId: string

beforeAll(async () => {
  platform = await startPlatform()
  administrator = await asAdministrator(platform)
  clinic = callerWith(platform.url, { authorization: `Bearer ${platform.server.clinicKey}` })
  ;({ phone, personId } = await enrol(platform, administrator))
})
afterAll(() => platform.stop())

describe('a doctor', () => {
  it('holds a certificate', async () => {
    const state = await phone.state()
    expect(state.certificate?.state).toBe('valid')
    const { people } = await administrator<{ people: object[] }>('GET', '/console/api/people')
    expect(people).toMatchObject([{ name: doctor.name, certificate: { state: 'valid' } }])
  })

  it('logs in by scanning, once, with a signed record', async () => {
    const login = await clinic<{ loginRequestId: string; qr: string }>(
      'POST',
      '/v1/login-requests',
      {
        workstation: '全科诊室 1',
      },
    )
    const task = await phone.scan(login.qr)
    await phone.sign(await phone.openTask(task.taskId), pin)
    const path = `/v1/login-requests/${login.loginRequestId}`
    const done = await clinic<{ state: string; loginRecord: string }>(
      'GET',
      `${path}?wait=20&state=scanned`,
    )
    expect(done.state).toBe('approved')
    const body = { loginRequestId: login.loginRequestId, loginRecord: done.loginRecord }
    const verified = await clinic<object>('POST', '/v1/login-verifications', body)
    expect(verified).toMatchObject({ subject: { name: doctor.name }, report: { verdict: 'valid' } })
    await expect(clinic('POST', '/v1/login-verifications', body)).rejects.toMatchObject({
      code: 'login.record-used',
    })
    await clinic('POST', '/v1/user-bindings', {
      hisUserId: 'chenjy',
      loginRequestId: login.loginRequestId,
    })
  })

  it('signs a record that a stranger verifies offline, and a changed byte is found', async () => {
    const document = await clinic<{ documentId: string }>('POST', '/v1/documents', {
      title: '门诊病历',
      documentType: 'outpatient-record',
      mediaType: 'application/pdf',
      content: Buffer.from(record).toString('base64'),
    })
    const { documentId } = document
    const task = await clinic<{ signingTaskId: string; qr: string }>('POST', '/v1/signing-tasks', {
      documentId,
      form: 'pdf',
      signer: { personId },
    })
    await phone.sign(await phone.openTask((await phone.scan(task.qr)).taskId), pin)
    const signed = await clinic<Uint8Array>('GET', `/v1/documents/${documentId}/content`)
    expect(Buffer.from(signed.subarray(0, record.length)).equals(Buffer.from(record))).toBe(true)
    const trust = await clinic<{ root: string }>('GET', '/v1/trust')
    const trustAnchors = parsePem(trust.root).map(({ der }) => parseCertificate(der))
    const now = new Date()
    const report = verifyAny(signed, { trustAnchors, now })
    expect(report.verdict, JSON.stringify(report)).toBe('valid')
    const changed = signed.slice()
    changed[2000]! ^= 1
    expect(verifyAny(changed, { trustAnchors, now }).verdict).toBe('invalid')
    const bundle = await clinic<Uint8Array>('GET', `/v1/documents/${documentId}/evidence`)
    const judged = verifyAny(bundle, { trustAnchors, now })
    expect(judged.verdict, `${judged.reason}`).toBe('valid')
    const listed = await administrator<object>('GET', '/console/api/documents?search=病历')
    expect(listed).toMatchObject({
      documents: [
        { documentId, revision: 1, tasks: [{ signer: doctor.name, state: 'completed' }] },
      ],
    })
    expect(await administrator('GET', '/console/api/overview')).toMatchObject({
      doctors: 1,
      validCertificates: 1,
      signaturesToday: 1,
      loginsToday: 1,
    })
  })

  it('is told a wrong PIN, and signs nothing after reporting the loss', async () => {
    const login = await clinic<{ qr: string }>('POST', '/v1/login-requests', { workstation: '1' })
    const opened = await phone.openTask((await phone.scan(login.qr)).taskId)
    await expect(phone.sign(opened, '111222')).rejects.toMatchObject({ code: 'keys.pin-wrong' })
    await phone.sign(opened, pin)
    expect((await phone.reportLoss()).state).toBe('suspended')
    const later = await clinic<{ qr: string }>('POST', '/v1/login-requests', { workstation: '1' })
    const signing = async (): Promise<unknown> =>
      phone.sign(await phone.openTask((await phone.scan(later.qr)).taskId), pin)
    await expect(signing()).rejects.toMatchObject({
      code: expect.stringMatching(/^(keys.suspended|signing.certificate-not-valid)$/),
    })
  })
})

it('is audited from the console: every event, every signature, nothing wrong, and never twice at once', async () => {
  interface Run {
    readonly run: { readonly state: string; readonly events: number; readonly checked: number }
  }
  const [first, second] = await Promise.all([
    administrator<Run>('POST', '/console/api/audits', {}),
    administrator<Run>('POST', '/console/api/audits', {}),
  ])
  expect(second.run).toMatchObject({
    ...first.run,
    checked: second.run.checked,
    events: second.run.events,
  })
  const latest = async () => (await administrator<Run>('GET', '/console/api/audits/latest')).run
  await expect.poll(async () => (await latest()).state, { timeout: 20_000 }).toBe('finished')
  const ended = await latest()
  expect(ended).toMatchObject({ findings: [], checked: ended.events })
  expect(ended.events).toBeGreaterThan(20)
})

it('finds everything again after a restart, and has logged no secret', async () => {
  const logged = platform.logged()
  for (const secret of [doctor.idNumber, doctor.mobile, pin, platform.server.clinicKey as string])
    expect(logged).not.toContain(secret)
  platform = await platform.restart()
  expect(platform.server.invitation).toBeUndefined()
  const state = await phone.state()
  expect(state.certificate?.state).toBe('suspended')
})
