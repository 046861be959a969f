// Enrolment and signing while the process is killed before or after its n-th commit: after each restart nothing that
// was acknowledged is missing, everybody can go on where they were, and the audit is clean. A sample of n by default;
// YUNQIAN_CRASH_SWEEP=1 strikes at every n until one passes untouched.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Phone } from '@yunqian/client'
import { parseCertificate, parsePem, type Certificate } from '@yunqian/pki'
import { verifyAny } from '@yunqian/verify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { callerWith, newPhone, pin, type Caller } from '../flows/platform.ts'
import { proxyBefore, type CommitProxy, type Moment } from './commit-proxy.ts'
import { platformProcess, type PlatformProcess } from './platform-process.ts'

const sweep = process.env['YUNQIAN_CRASH_SWEEP'] === '1'
const sample: readonly (readonly [number, Moment])[] = [
  [4, 'after the commit'],
  [30, 'before the commit'],
  [56, 'before the commit'],
  [72, 'before the commit'],
  [92, 'after the commit'],
  [112, 'before the commit'],
]
const record = readFileSync(
  fileURLToPath(new URL('../../apps/cli/assets/outpatient-record.pdf', import.meta.url)),
)

let database: TestDatabase
let proxy: CommitProxy
let platform: PlatformProcess
let folder: string
let desk: Caller
let clinic: Caller
let centre: { readonly centreId: string; readonly code: string }
let trustAnchors: Certificate[]
/** What the platform has said yes to, and must know for ever. */
const acknowledged: {
  readonly personId: string
  readonly documentId: string
  readonly signed: Buffer
}[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await proxyBefore(database.appUrl)
  folder = mkdtempSync(join(tmpdir(), 'yunqian-crash-'))
  const { ownerUrl } = database
  platform = platformProcess({ folder, port: await freePort(), appUrl: proxy.url, ownerUrl })
  await platform.start()
  const response = await fetch(`${platform.url}/console/api/invitations/${platform.invitation()}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'admin', password: 'correct horse battery', name: '周敏' }),
  })
  const session = (await response.json()) as { csrfToken: string }
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  desk = callerWith(platform.url, { cookie, 'x-csrf-token': session.csrfToken })
  clinic = callerWith(platform.url, { authorization: `Bearer ${platform.clinicKey()}` })
  centre = (await desk<{ centres: (typeof centre)[] }>('GET', '/console/api/centres')).centres[0]!
  const { root } = await clinic<{ root: string }>('GET', '/v1/trust')
  trustAnchors = parsePem(root).map(({ der }) => parseCertificate(der))
})
afterAll(async () => {
  await platform.stop()
  await proxy.close()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

/** Does a step as its caller would: after a death it looks what became of it, and repeats what did not. */
async function persist<T>(step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step()
    } catch (error) {
      if (attempt === 6) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
      if (!platform.alive()) await platform.start()
      // Alive and refusing: only what says so itself may be tried again.
      else if ((error as { retryable?: boolean }).retryable !== true && !isNetwork(error))
        throw error
    }
  }
}
const isNetwork = (error: unknown): boolean =>
  error instanceof TypeError || String((error as { code?: string }).code).includes('unreachable')

interface Doctor {
  readonly phone: Phone
  readonly personId: string
}

async function enrol(index: number): Promise<Doctor> {
  const who = {
    name: `医生${index}`,
    idNumber: idNumberOf(index),
    mobile: `1380000${1000 + index}`,
  }
  const { centreId, code: centreCode } = centre
  const personId = await persist(async () => {
    const path = `/console/api/people?search=${encodeURIComponent(who.name)}`
    const { people } = await desk<{ people: { personId: string }[] }>('GET', path)
    const known = people[0]?.personId
    if (known) return known
    const body = { ...who, centreId, role: 'doctor' }
    return (await desk<{ personId: string }>('POST', '/console/api/people', body)).personId
  })
  const phone = newPhone(platform.url)
  const state = async () => (await phone.enrollment())?.state
  await persist(() => phone.beginEnrollment({ centreCode, ...who, deviceName: '手机' }))
  await persist(async () => {
    if ((await state()) !== 'code-sent') return
    const box = await desk<{ messages: { text: string }[] }>('GET', '/console/api/trial-outbox')
    await phone.submitCode(/\d{6}/.exec(box.messages[0]!.text)![0])
  })
  await persist(async () => {
    const enrollment = await phone.enrollment()
    if (enrollment?.state !== 'proofed') return
    await desk('POST', `/console/api/enrollments/${enrollment.enrollmentId}/approve`, {})
  })
  await persist(async () => {
    if ((await state()) !== 'issued') await phone.createKey(pin)
  })
  expect((await persist(() => phone.state())).certificate?.state).toBe('valid')
  return { phone, personId }
}

async function signOne({ phone, personId }: Doctor): Promise<void> {
  const documentId = await persist(async () => {
    const document = await clinic<{ documentId: string }>('POST', '/v1/documents', {
      title: '门诊病历',
      documentType: 'outpatient-record',
      mediaType: 'application/pdf',
      content: record.toString('base64'),
    })
    return document.documentId
  })
  const task = await persist(() =>
    clinic<{ signingTaskId: string; qr: string }>('POST', '/v1/signing-tasks', {
      documentId,
      form: 'pdf',
      signer: { personId },
    }),
  )
  const path = `/v1/signing-tasks/${task.signingTaskId}`
  await persist(async () => {
    const { state } = await clinic<{ state: string }>('GET', path)
    if (state === 'signed' || state === 'completed') return
    await phone.sign(await phone.openTask((await phone.scan(task.qr)).taskId), pin)
  })
  const done = await persist(async () => {
    const answer = await clinic<{ state: string }>('GET', `${path}?wait=20&state=signed`)
    if (answer.state !== 'completed')
      throw Object.assign(new Error(answer.state), { retryable: true })
    return answer
  })
  expect(done.state).toBe('completed')
  const signed = Buffer.from(await persist(() => contentOf(documentId)))
  acknowledged.push({ personId, documentId, signed })
}
const contentOf = (documentId: string) =>
  clinic<Uint8Array>('GET', `/v1/documents/${documentId}/content`)

async function nothingIsMissing(): Promise<void> {
  for (const { personId, documentId, signed } of acknowledged) {
    const kept = Buffer.from(await contentOf(documentId))
    expect(kept.equals(signed)).toBe(true)
    expect(verifyAny(new Uint8Array(kept), { trustAnchors, now: new Date() }).verdict).toBe('valid')
    const { people } = await desk<{ people: { personId: string; certificate?: object }[] }>(
      'GET',
      '/console/api/people',
    )
    expect(people.find((one) => one.personId === personId)).toMatchObject({
      certificate: { state: 'valid' },
    })
  }
}

let doctors = 0
async function strikeAt(n: number, moment: Moment): Promise<boolean> {
  let struck = false
  proxy.arm(n, moment, () => {
    struck = true
    platform.kill()
  })
  await signOne(await enrol(++doctors))
  proxy.arm(0, moment, () => undefined)
  await persist(nothingIsMissing)
  return struck
}

it.skipIf(sweep).each(sample)(
  'killed at commit %i, %s, the journey goes on and nothing is missing',
  async (n, moment) => {
    expect(await strikeAt(n, moment)).toBe(true)
  },
)

it.runIf(sweep)(
  'killed at every commit, before and after',
  async () => {
    for (let n = 1, struck = true; struck; n++) {
      struck = await strikeAt(n, 'before the commit')
      struck = (await strikeAt(n, 'after the commit')) || struck
    }
  },
  3_600_000,
)

it('leaves a log the audit finds nothing wrong with', async () => {
  await platform.stop()
  const { findings, events } = await platform.audit()
  expect(findings).toEqual([])
  expect(events).toBeGreaterThan(acknowledged.length * 5)
})

/** A made-up resident's number with a right check digit (GB 11643). */
function idNumberOf(index: number): string {
  const body = `11010519491001${String(index).padStart(3, '0')}`
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((total, weight, i) => total + weight * Number(body[i]), 0)
  return `${body}${'10X98765432'[sum % 11]}`
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
