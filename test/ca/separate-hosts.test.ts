// The CA in a process of its own, behind mutual TLS, met as the platform, as strangers and as a thief would meet it.
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseCertificate, parseCrl, parsePem, verifyCrl } from '@yunqian/pki'
import {
  assembleCertificationRequest,
  certificationRequestInfo,
  encodeName,
  generateSigningKey,
  softwareSigner,
} from '@yunqian/pki/write'
import type { Phone } from '@yunqian/client'
import { createSealer, newId, systemClock, systemRandom } from '@yunqian/server'
import { verifyAny } from '@yunqian/verify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { certifyPeer, createTlsAuthority } from '../../apps/server/src/keys/internal-tls/index.ts'
import { callerWith, newPhone, pin, type Caller } from '../flows/platform.ts'
import { idNumberOf } from '../flows/resident.ts'
import { copyOf, separateHosts, type Process, type SeparateHosts } from './separate-hosts.ts'

let hosts: SeparateHosts
let ca: Process
let desk: Caller
let clinic: Caller
let centre: { readonly centreId: string; readonly code: string }
const id = (): string => newId({ clock: systemClock, random: systemRandom })

beforeAll(async () => {
  hosts = await separateHosts()
  ca = await hosts.startCa()
  await Promise.all([hosts.startPlatform('api'), hosts.startPlatform('worker')])
  const response = await fetch(`${hosts.url}/console/api/invitations/${hosts.invitation}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'admin', password: 'correct horse battery', name: '周敏' }),
  })
  const session = (await response.json()) as { csrfToken: string }
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  desk = callerWith(hosts.url, { cookie, 'x-csrf-token': session.csrfToken })
  clinic = callerWith(hosts.url, { authorization: `Bearer ${hosts.clinicKey}` })
  centre = (await desk<{ centres: (typeof centre)[] }>('GET', '/console/api/centres')).centres[0]!
})
afterAll(() => hosts.end())
beforeEach(async () => {
  if (!ca.alive()) ca = await hosts.startCa()
})

let doctors = 0
/** A doctor whose application is approved; the key is not yet made. */
async function approvedDoctor(): Promise<{ phone: Phone; personId: string }> {
  const index = ++doctors
  const who = {
    name: `医生${index}`,
    idNumber: idNumberOf(index),
    mobile: `1390000${1000 + index}`,
  }
  const body = { ...who, centreId: centre.centreId, role: 'doctor' }
  const { personId } = await desk<{ personId: string }>('POST', '/console/api/people', body)
  const phone = newPhone(hosts.url)
  await phone.beginEnrollment({ centreCode: centre.code, ...who, deviceName: '手机' })
  const box = await desk<{ messages: { text: string }[] }>('GET', '/console/api/trial-outbox')
  const { enrollmentId } = await phone.submitCode(/\d{6}/.exec(box.messages[0]!.text)![0])
  await desk('POST', `/console/api/enrollments/${enrollmentId}/approve`, {})
  return { phone, personId }
}

/** What the CA itself remembers, by the holder's name in the certificate. */
function issuedTo(personId: string): string[] {
  const ledger = new DatabaseSync(join(hosts.folders.ca, 'keys/ca/ledger.sqlite'), {
    readOnly: true,
  })
  const rows = ledger.prepare('select der from issuance where der is not null').all()
  ledger.close()
  return rows
    .map((row) => parseCertificate(row['der'] as Uint8Array))
    .filter(({ subject }) => subject.get('serialNumber') === personId)
    .map(({ serialNumberHex }) => serialNumberHex)
}

async function validCertificate(phone: Phone) {
  for (let tries = 0; tries < 200; tries++) {
    const { certificate } = await phone.state()
    if (certificate?.state === 'valid') return certificate
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('no certificate came')
}

async function sign({ phone, personId }: { phone: Phone; personId: string }): Promise<Uint8Array> {
  const content = readFileSync(
    new URL('../../apps/cli/assets/outpatient-record.pdf', import.meta.url),
  )
  const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
    title: '门诊病历',
    documentType: 'outpatient-record',
    mediaType: 'application/pdf',
    content: content.toString('base64'),
  })
  const task = await clinic<{ signingTaskId: string }>('POST', '/v1/signing-tasks', {
    documentId,
    form: 'pdf',
    signer: { personId },
  })
  await phone.sign(await phone.openTask(task.signingTaskId), pin)
  const path = `/v1/signing-tasks/${task.signingTaskId}?wait=20&state=signed`
  expect(await clinic('GET', path)).toMatchObject({ state: 'completed' })
  return clinic<Uint8Array>('GET', `/v1/documents/${documentId}/content`)
}

interface Answer {
  readonly status: number
  readonly body: { readonly der?: string; readonly [key: string]: unknown }
}

/** Speaks to the CA with the identity in a folder, or with none. */
function askCa(path: string, body: string | object, identity?: string): Promise<Answer> {
  const file = (name: string) => readFileSync(join(identity!, name), 'utf8')
  const tls = identity ? { key: file('identity.key'), cert: file('identity.pem') } : {}
  const payload = typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const options = { method: 'POST', headers, ...tls, rejectUnauthorized: false, agent: false }
    const sent = httpsRequest(new URL(path, hosts.caUrl), options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode!, body: JSON.parse(text) as Answer['body'] }),
      )
    })
    sent.on('error', reject)
    sent.end(payload)
  })
}
const platformIdentity = () => join(hosts.folders.platform, 'keys', 'tls')

async function wellFormedRequest(): Promise<{
  readonly personId: string
  readonly keyId: string
  readonly [part: string]: string
}> {
  const personId = id()
  const signer = softwareSigner(generateSigningKey('sm2-with-sm3', systemRandom), systemRandom)
  const subject = encodeName([
    ['C', 'CN'],
    ['O', '福田区'],
    ['OU', '莲花社康'],
    ['CN', '张伟'],
    ['serialNumber', personId],
  ])
  const info = certificationRequestInfo({ subject, publicKey: signer.publicKey.der })
  const csr = assembleCertificationRequest(info, signer.algorithm, await signer.sign(info))
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
  return { tenantId: id(), personId, keyId: id(), csr: base64(csr), subject: base64(subject) }
}

const newestList = () => ({
  thisUpdate: new Date().toISOString(),
  nextUpdate: new Date(Date.now() + 86_400_000).toISOString(),
  after: '0',
  entries: [],
})

describe('the platform without the CA’s keys', () => {
  it('has neither them nor what opens them, and a doctor enrols and signs all the same', async () => {
    const files = readdirSync(hosts.folders.platform, { recursive: true, encoding: 'utf8' })
    expect(files.filter((file) => /ca\.key|(root|issuing)\.key|ledger/.test(file))).toEqual([])
    expect(existsSync(join(hosts.folders.ca, 'keys', 'platform.key'))).toBe(false)

    const doctor = await approvedDoctor()
    await doctor.phone.createKey(pin)
    const signed = await sign(doctor)
    const { root } = await clinic<{ root: string }>('GET', '/v1/trust')
    const trustAnchors = parsePem(root).map(({ der }) => parseCertificate(der))
    expect(verifyAny(signed, { trustAnchors, now: new Date() }).verdict).toBe('valid')
    expect(issuedTo(doctor.personId)).toHaveLength(1)
    expect(ca.text()).toContain('"operation":"issue-certificate","peer":"yunqian-platform"')
    expect(ca.text()).not.toContain('医生')
  })

  it('has its revocations listed by the CA', async () => {
    const doctor = await approvedDoctor()
    await doctor.phone.createKey(pin)
    const { serialNumberHex } = await validCertificate(doctor.phone)
    await doctor.phone.reportLoss()
    const list = parseCrl(await (await fetch(`${hosts.url}/crl/issuing.crl`)).bytes())
    const issuing = await (await fetch(`${hosts.url}/ca/issuing.cer`)).bytes()
    expect(verifyCrl(list, parseCertificate(issuing))).toBe(true)
    expect(list.entries.get(serialNumberHex)).toMatchObject({ reason: 'certificateHold' })
  })
})

describe('the CA’s door', () => {
  it('is shut to whoever shows no certificate, one of another authority, or a name it was not told', async () => {
    const body = await wellFormedRequest()
    await expect(askCa('/issue-certificate', body)).rejects.toThrow()

    const foreign = join(hosts.folders.root, 'foreign')
    const deps = { random: systemRandom, now: new Date(), sealer: createSealer(systemRandom(32)) }
    await createTlsAuthority(deps, foreign)
    const impostor = join(hosts.folders.root, 'impostor')
    await certifyPeer(deps, foreign, { name: 'yunqian-platform', folder: impostor })
    await expect(askCa('/issue-certificate', body, impostor)).rejects.toThrow()

    const ghost = join(hosts.folders.root, 'ghost')
    await hosts.caTls('--peer', 'ghost', '--out', ghost)
    await expect(askCa('/issue-certificate', body, ghost)).rejects.toThrow()
    await expect.poll(() => ca.text()).toContain('"peer":"ghost"')
    expect(issuedTo(body.personId)).toEqual([])
  })

  it('lets a peer do what it was given and nothing else, and says so in both languages', async () => {
    const lists = join(hosts.folders.root, 'lists-only')
    await hosts.caTls('--peer', 'lists-only', '--out', lists)
    expect((await askCa('/sign-revocation-list', newestList(), lists)).status).toBe(200)
    const refused: Answer = await askCa('/issue-certificate', await wellFormedRequest(), lists)
    expect(refused).toMatchObject({
      status: 403,
      body: {
        code: 'issuance.peer-forbidden',
        retryable: false,
        details: { peer: 'lists-only', operation: 'issue-certificate' },
      },
    })
    expect(refused.body['detail']).toMatch(/[\u4e00-\u9fff]/)
    expect(refused.body['detailEn']).toMatch(/may not ask the CA/)
  })

  it('answers a replayed request with the same certificate, and another under its key id not at all', async () => {
    const stolen = copyOf(platformIdentity(), join(hosts.folders.root, 'stolen'))
    const body = await wellFormedRequest()
    const first = await askCa('/issue-certificate', body, stolen)
    expect(first.status).toBe(200)
    expect(await askCa('/issue-certificate', body, stolen)).toEqual(first)
    const other = { ...(await wellFormedRequest()), keyId: body.keyId }
    expect(await askCa('/issue-certificate', other, stolen)).toMatchObject({
      status: 409,
      body: { code: 'issuance.key-reused' },
    })
    expect(issuedTo(body.personId)).toHaveLength(1)
  })

  const bodies: [string, () => string | object | Promise<object>, number, string][] = [
    ['no JSON', () => '{', 400, 'platform.body-malformed'],
    ['a part missing', () => ({ keyId: id() }), 400, 'platform.request-invalid'],
    [
      'a part too many',
      async () => ({ ...(await wellFormedRequest()), serial: '01' }),
      400,
      'platform.request-invalid',
    ],
    ['too much', () => ({ csr: 'A'.repeat(20_000) }), 413, 'platform.body-too-large'],
    [
      'bytes that are no request',
      async () => ({ ...(await wellFormedRequest()), csr: 'MIIB' }),
      422,
      'issuance.profile-mismatch',
    ],
  ]
  it.each(bodies)('refuses %s by its code', async (_what, make, status, code) => {
    const answer = await askCa('/issue-certificate', await make(), platformIdentity())
    expect(answer).toMatchObject({ status, body: { code } })
  })

  it('knows no other address', async () => {
    expect(await askCa('/sign', {}, platformIdentity())).toMatchObject({
      status: 404,
      body: { code: 'platform.not-found' },
    })
  })

  it('opens again under a renewed certificate, for the same peers', async () => {
    await hosts.caTls('--renew')
    expect(await ca.stop()).toBe(0)
    ca = await hosts.startCa()
    expect((await askCa('/sign-revocation-list', newestList(), platformIdentity())).status).toBe(
      200,
    )
  })
})

it('does not start for another address than its ceremony’s, nor without its ledger', async () => {
  await ca.stop()
  const elsewhere = { YUNQIAN_PUBLIC_URL: 'https://elsewhere.example' }
  await expect(hosts.startCa(elsewhere)).rejects.toThrow(/platform\.config-invalid/)
  const ledger = join(hosts.folders.ca, 'keys/ca/ledger.sqlite')
  renameSync(ledger, `${ledger}.away`)
  await expect(hosts.startCa()).rejects.toThrow(/platform\.key-missing/)
  renameSync(`${ledger}.away`, ledger)
})

describe('while the CA is away', () => {
  it('a signed request is kept, and issued once it is back', async () => {
    const doctor = await approvedDoctor()
    await ca.stop()
    await expect(doctor.phone.createKey(pin)).rejects.toMatchObject({
      code: 'issuance.unavailable',
      retryable: true,
    })
    expect((await doctor.phone.state()).certificate).toBeUndefined()
    ca = await hosts.startCa()
    await validCertificate(doctor.phone)
    expect(issuedTo(doctor.personId)).toHaveLength(1)
    await sign(doctor)
  })

  it('the last revocation list stands, and people go on signing', async () => {
    const doctor = await approvedDoctor()
    await doctor.phone.createKey(pin)
    await ca.stop()
    const list = await fetch(`${hosts.url}/crl/issuing.crl`)
    expect(list.status).toBe(200)
    expect(parseCrl(await list.bytes()).nextUpdate!.getTime()).toBeGreaterThan(Date.now())
    await sign(doctor)
  })
})

describe('a CA killed in the middle of issuing', () => {
  it.each(['before it keeps', 'after it kept'] as const)(
    '%s the certificate: it issues exactly one',
    async (moment) => {
      const doctor = await approvedDoctor()
      await ca.stop()
      const dying = await hosts.startDyingCa(moment)
      await expect(doctor.phone.createKey(pin)).rejects.toMatchObject({
        code: 'issuance.unavailable',
        retryable: true,
      })
      await dying.ended()
      const kept = issuedTo(doctor.personId)
      expect(kept).toHaveLength(moment === 'after it kept' ? 1 : 0)
      ca = await hosts.startCa()
      const { serialNumberHex } = await validCertificate(doctor.phone)
      expect(issuedTo(doctor.personId)).toEqual([serialNumberHex])
      if (kept.length > 0) expect(kept).toEqual([serialNumberHex])
      const rows = await hosts.database.owner.tx('no-tenant', (tx) =>
        tx.query<{ state: string }>('select state from certificate where person_id = $1', [
          doctor.personId,
        ]),
      )
      expect(rows).toEqual([{ state: 'valid' }])
    },
  )
})
