import { randomUUID } from 'node:crypto'
import { CONTENT_TYPE, parseSignedData, verifySignerInfo } from '@yunqian/pki'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bindUser, getBinding } from '../../apps/server/src/login/bind-user.ts'
import { createLoginRequest } from '../../apps/server/src/login/create-login-request.ts'
import { getLoginRequest } from '../../apps/server/src/login/login-view.ts'
import type { LoginDeps } from '../../apps/server/src/login/index.ts'
import { scan } from '../../apps/server/src/login/scan.ts'
import { verifyLogin } from '../../apps/server/src/login/verify-login.ts'
import { createDocument } from '../../apps/server/src/signing/create-document.ts'
import { createSigningTask } from '../../apps/server/src/signing/create-signing-task.ts'
import { getTaskContent } from '../../apps/server/src/signing/prepare-task.ts'
import { refuseTask } from '../../apps/server/src/signing/phone-tasks.ts'
import { enrol, type Phone, sign } from './phone.ts'
import { createWorld, type World } from './world.ts'

let world: World
let deps: LoginDeps
let chen: Phone
let zhou: Phone

beforeAll(async () => {
  world = await createWorld()
  deps = {
    ...(await world.startProcess()),
    // The chain is not this test's subject: the signature alone decides.
    verifyRecord: async (cms) => {
      const verdict = signatureHolds(cms) ? 'valid' : 'invalid'
      return { verdict, report: { v: 1, kind: 'cms', verdict } }
    },
  }
  chen = await enrol(deps, await world.addDoctor('陈静怡'))
  zhou = await enrol(deps, await world.addDoctor('周启明'))
})
afterAll(() => world.end())

function signatureHolds(cms: Uint8Array): boolean {
  try {
    const signedData = parseSignedData(cms)
    const facts = verifySignerInfo({ signedData, signerInfo: signedData.signerInfos[0]! })
    return facts.signatureValid === true && facts.messageDigestMatches === true
  } catch {
    return false
  }
}

const ask = () =>
  createLoginRequest(deps, world.application, {
    loginRequestId: randomUUID(),
    workstation: '诊室 3',
  })

async function approved() {
  const { loginRequestId, qr } = await ask()
  const task = await scan(deps, chen.doctor, qr)
  await sign(deps, chen, task.taskId)
  const found = await getLoginRequest(deps, world.application, loginRequestId)
  return { loginRequestId, found, loginRecord: Buffer.from(found.loginRecord!, 'base64') }
}

describe('a QR login', () => {
  it('is approved by signing a record of its own kind, and the waiting clinic learns at once', async () => {
    const { loginRequestId, qr, matchCode } = await ask()
    const waiting = getLoginRequest(deps, world.application, loginRequestId, {
      wait: 20,
      state: 'scanned',
    })
    await waiting
    const task = await scan(deps, chen.doctor, qr)
    expect(task).toMatchObject({ kind: 'login', matchCode, workstation: '诊室 3' })
    const shown = JSON.parse(
      new TextDecoder().decode(await getTaskContent(deps, chen.doctor, task.taskId)),
    ) as Record<string, unknown>
    expect(shown).toMatchObject({
      type: 'login',
      loginRequestId,
      matchCode,
      person: { id: chen.doctor.personId, name: '陈静怡' },
    })
    const watched = getLoginRequest(deps, world.application, loginRequestId, {
      wait: 20,
      state: 'scanned',
    })
    await sign(deps, chen, task.taskId)
    const found = await watched
    expect(found.state).toBe('approved')
    expect(found.subject).toMatchObject({ personId: chen.doctor.personId, name: '陈静怡' })
    const signedData = parseSignedData(Buffer.from(found.loginRecord!, 'base64'))
    expect(signedData.contentType).toBe(CONTENT_TYPE.loginRecord)
  })

  it('is verified once, by the application it was made for', async () => {
    const { loginRequestId, loginRecord } = await approved()
    const stranger = { ...world.application, applicationId: '01900000-0000-7000-8000-0000000000bb' }
    await expect(
      verifyLogin(deps, stranger, { intentId: randomUUID(), loginRequestId, loginRecord }),
    ).rejects.toMatchObject({ code: 'login.request-unknown' })
    const verified = await verifyLogin(deps, world.application, {
      intentId: randomUUID(),
      loginRequestId,
      loginRecord,
    })
    expect(verified.subject.personId).toBe(chen.doctor.personId)
    await expect(
      verifyLogin(deps, world.application, { intentId: randomUUID(), loginRequestId, loginRecord }),
    ).rejects.toMatchObject({ code: 'login.record-used' })
  })

  it('is not looked at closer when it is no login record at all', async () => {
    const { loginRequestId } = await approved()
    const untouched = { ...deps, verifyRecord: () => Promise.reject(new Error('looked at')) }
    for (const text of ['%PDF-1.7', 'PK\u0003\u0004', '0'])
      await expect(
        verifyLogin(untouched, world.application, {
          intentId: randomUUID(),
          loginRequestId,
          loginRecord: new TextEncoder().encode(text),
        }),
      ).rejects.toMatchObject({ code: 'login.record-invalid' })
  })

  it('is not verified by an altered record, nor by the record of another login', async () => {
    const one = await approved()
    const other = await approved()
    const { loginRequestId } = one
    const bent = Uint8Array.from(one.loginRecord)
    bent[bent.indexOf(0x7b) + 20]! ^= 1
    for (const loginRecord of [bent, other.loginRecord, new Uint8Array([0x30, 0])])
      await expect(
        verifyLogin(deps, world.application, {
          intentId: randomUUID(),
          loginRequestId,
          loginRecord,
        }),
      ).rejects.toMatchObject({ code: 'login.record-invalid' })
    await verifyLogin(deps, world.application, { ...one, intentId: randomUUID() })
  })

  it('is told again to the request that used it up, and to no other', async () => {
    const { loginRequestId, loginRecord } = await approved()
    const before = (await world.events('login.verified')).length
    const first = { intentId: randomUUID(), loginRequestId, loginRecord }
    const answer = await verifyLogin(deps, world.application, first)
    expect(await verifyLogin(deps, world.application, first)).toEqual(answer)
    await expect(
      verifyLogin(deps, world.application, { ...first, intentId: randomUUID() }),
    ).rejects.toMatchObject({ code: 'login.record-used' })
    expect((await world.events('login.verified')).length).toBe(before + 1)
  })

  it('is too old after its time', async () => {
    const { loginRequestId, loginRecord } = await approved()
    world.clock.pass(301_000)
    await expect(
      verifyLogin(deps, world.application, { intentId: randomUUID(), loginRequestId, loginRecord }),
    ).rejects.toMatchObject({ code: 'login.record-expired' })
  })
})

describe('a QR code', () => {
  it('belongs to whoever scans it first', async () => {
    const { qr } = await ask()
    const task = await scan(deps, chen.doctor, qr)
    expect((await scan(deps, chen.doctor, qr)).taskId).toBe(task.taskId)
    await expect(scan(deps, zhou.doctor, qr)).rejects.toMatchObject({
      code: 'login.already-scanned',
    })
  })

  it('expires', async () => {
    const { qr, loginRequestId } = await ask()
    world.clock.pass(121_000)
    await expect(scan(deps, chen.doctor, qr)).rejects.toMatchObject({ code: 'login.qr-expired' })
    expect((await getLoginRequest(deps, world.application, loginRequestId)).state).toBe('expired')
  })

  it('of somebody else is unknown', async () => {
    for (const qr of ['https://example.org/x', 'YQ1:L:short', `YQ1:L:${'A'.repeat(22)}`])
      await expect(scan(deps, chen.doctor, qr)).rejects.toMatchObject({ code: 'login.qr-unknown' })
  })

  it('of a signing task opens it for the named signer alone', async () => {
    const document = await createDocument(deps, world.application, {
      documentId: randomUUID(),
      title: '处方',
      documentType: 'prescription',
      mediaType: 'application/octet-stream',
      content: new TextEncoder().encode('rx'),
    })
    const { qr, signingTaskId } = await createSigningTask(deps, world.application, {
      taskId: randomUUID(),
      documentId: document.documentId,
      form: 'cms',
      signer: { personId: chen.doctor.personId },
    })
    await expect(scan(deps, zhou.doctor, qr)).rejects.toMatchObject({
      code: 'signing.not-the-signer',
    })
    expect((await scan(deps, chen.doctor, qr)).taskId).toBe(signingTaskId)
  })

  it('is no good to one who does not work there', async () => {
    const stranger = await enrol(deps, await world.addDoctor('外来人'))
    await world.database.db.tx({ tenantId: world.tenantId }, (tx) =>
      tx.execute(`update membership set state = 'ended' where person_id = $1`, [
        stranger.doctor.personId,
      ]),
    )
    const { qr } = await ask()
    await expect(scan(deps, stranger.doctor, qr)).rejects.toMatchObject({
      code: 'login.not-a-member',
    })
  })
})

describe('refusing', () => {
  it('ends the login with the reason', async () => {
    const { loginRequestId, qr } = await ask()
    const task = await scan(deps, chen.doctor, qr)
    await refuseTask(deps, chen.doctor, task.taskId, '不是我')
    // Its answer may have been lost: said again, it is the same refusal.
    expect((await refuseTask(deps, chen.doctor, task.taskId, '不是我')).state).toBe('refused')
    expect(await getLoginRequest(deps, world.application, loginRequestId)).toMatchObject({
      state: 'refused',
      reason: '不是我',
    })
    expect((await world.events('login.refused')).length).toBe(1)
  })
})

describe('a HIS user', () => {
  it('is bound by an approved login, stays bound, and can be named as signer', async () => {
    const { loginRequestId } = await approved()
    const binding = { hisUserId: 'u-17', loginRequestId }
    await bindUser(deps, world.application, binding)
    expect((await bindUser(deps, world.application, binding)).subject.hisUserId).toBe('u-17')
    expect((await getBinding(deps, world.application, 'u-17')).subject.name).toBe('陈静怡')
    await expect(getBinding(deps, world.application, 'u-18')).rejects.toMatchObject({
      code: 'login.binding-unknown',
    })
    const { loginRequestId: fresh } = await ask()
    await expect(
      bindUser(deps, world.application, { hisUserId: 'u-19', loginRequestId: fresh }),
    ).rejects.toMatchObject({ code: 'login.not-approved' })

    const { loginRequestId: of, qr } = await ask()
    const task = await scan(deps, zhou.doctor, qr)
    await sign(deps, zhou, task.taskId)
    await expect(
      bindUser(deps, world.application, { hisUserId: 'u-17', loginRequestId: of }),
    ).rejects.toMatchObject({ code: 'login.binding-taken' })
  })
})
