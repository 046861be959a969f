// A certificate stops while something is being signed with it: nothing is stamped afterwards, everybody is told, and the
// document is free for the next signature; also when the service dies in between.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keyById } from '../../apps/server/src/keys/two-party/index.ts'
import { createDocument } from '../../apps/server/src/signing/create-document.ts'
import { createSigningTask } from '../../apps/server/src/signing/create-signing-task.ts'
import { completeTasksOf } from '../../apps/server/src/signing/complete-task.ts'
import { getDocument } from '../../apps/server/src/signing/document-view.ts'
import { finishSigning } from '../../apps/server/src/signing/finish-signing.ts'
import {
  completeTasks,
  signingAudit,
  type SigningDeps,
  stopSignatures,
  taskSummary,
  tidySigning,
} from '../../apps/server/src/signing/index.ts'
import { joinSigning } from '../../apps/server/src/signing/join-signing.ts'
import { getSigningTask } from '../../apps/server/src/signing/signing-task-view.ts'
import { samplePdf } from '../documents/samples.ts'
import { enrol, open, type Phone, sign } from './phone.ts'
import { createWorld, type World } from './world.ts'

let world: World
let deps: SigningDeps
let phone: Phone
let content: Uint8Array

beforeAll(async () => {
  world = await createWorld()
  deps = await world.startProcess()
  content = await samplePdf()
})
afterAll(() => world.end())
beforeEach(async () => {
  world.timeStamps.down = false
  phone = await enrol(deps, await world.addDoctor('陈静怡'))
})

async function newTask(documentId?: string) {
  const given = { title: '门诊病历', documentType: 'outpatient-record' as const }
  const made = documentId
    ? { documentId }
    : await createDocument(deps, world.application, {
        ...given,
        documentId: randomUUID(),
        mediaType: 'application/pdf',
        content,
      })
  const { signingTaskId } = await createSigningTask(deps, world.application, {
    taskId: randomUUID(),
    documentId: made.documentId,
    form: 'pdf',
    signer: { personId: phone.doctor.personId },
  })
  return { documentId: made.documentId, taskId: signingTaskId }
}

/** What the certificates room does, in one transaction: key locked, signatures stopped, certificate no longer valid. */
async function stop(also: () => void = () => undefined): Promise<Date> {
  const { personId } = phone.doctor
  const certificate = world.certificates.get(personId)!
  const { tenantId } = world
  const at = await world.database.db.tx({ tenantId }, async (tx) => {
    await keyById(tx, { tenantId, keyId: phone.keyId }, 'for update')
    const moment = await stopSignatures(deps, tx, {
      ...certificate,
      tenantId,
      at: world.clock.now(),
    })
    also()
    return moment
  })
  world.certificates.set(personId, { ...certificate, state: 'suspended' })
  return at
}

const resume = (): void => {
  const { personId } = phone.doctor
  world.certificates.set(personId, { ...world.certificates.get(personId)!, state: 'valid' })
}
const seen = (taskId: string) =>
  world.database.db.tx({ tenantId: world.tenantId }, (tx) =>
    taskSummary(tx, { tenantId: world.tenantId, taskId }, world.clock.now()),
  )
const findings = async () => {
  const found = await signingAudit({ db: world.database.db, blobs: deps.blobs }).audit(
    world.tenantId,
  )
  return found.map(({ code }) => code)
}
const causes = async (taskId: string) =>
  (await world.events('signing.cancelled'))
    .filter(({ record }) => (record['subject'] as { task: string }).task === taskId)
    .map(({ record }) => (record['data'] as { cause: string }).cause)

describe('a signature that is kept and not yet completed', () => {
  it('is voided with the certificate, said to all, and the document is free for the next', async () => {
    const { documentId, taskId } = await newTask()
    world.timeStamps.down = true
    expect((await sign(deps, phone, taskId)).task.state).toBe('signed')
    const waiting = getSigningTask(deps, world.application, taskId, { wait: 20, state: 'signed' })
    await stop()
    const told = { state: 'cancelled', reason: 'certificate-stopped' }
    expect(await waiting).toMatchObject(told)
    expect(await seen(taskId)).toMatchObject(told)
    expect(await causes(taskId)).toEqual(['certificate-stopped'])
    world.timeStamps.down = false
    expect(await completeTasks(deps, world.tenantId)).toBe(0)
    expect(await getDocument(deps, world.application, documentId)).toMatchObject({ revision: 0 })
    expect(await findings()).toEqual([])
    resume()
    const again = await newTask(documentId)
    expect((await sign(deps, phone, again.taskId)).task.state).toBe('completed')
    expect(await getDocument(deps, world.application, documentId)).toMatchObject({ revision: 1 })
  })

  it('is as it was when the service dies before the commit that stops the certificate', async () => {
    const { taskId } = await newTask()
    world.timeStamps.down = true
    await sign(deps, phone, taskId)
    const died = stop(() => {
      throw new Error('dead')
    })
    await expect(died).rejects.toThrow('dead')
    expect(await causes(taskId)).toEqual([])
    world.timeStamps.down = false
    await completeTasks(await world.startProcess(), world.tenantId)
    expect(await seen(taskId)).toMatchObject({ state: 'completed' })
  })

  it('is not kept when the certificate stops between its timestamp and its commit', async () => {
    const { documentId, taskId } = await newTask()
    world.timeStamps.down = true
    await sign(deps, phone, taskId)
    world.timeStamps.down = false
    const slow: SigningDeps = {
      ...deps,
      certificates: {
        ...deps.certificates,
        revocationMaterial: async (wanted) => {
          await stop()
          return deps.certificates.revocationMaterial(wanted)
        },
      },
    }
    await completeTasks(slow, world.tenantId)
    expect(await seen(taskId)).toMatchObject({ state: 'cancelled', reason: 'certificate-stopped' })
    expect(await causes(taskId)).toEqual(['certificate-stopped'])
    expect(await getDocument(deps, world.application, documentId)).toMatchObject({ revision: 0 })
    expect(await findings()).toEqual([])
  })

  it('is voided by recovery when its certificate ran out, or an earlier version stopped it', async () => {
    const { taskId } = await newTask()
    world.timeStamps.down = true
    await sign(deps, phone, taskId)
    const { personId } = phone.doctor
    world.certificates.set(personId, { ...world.certificates.get(personId)!, state: 'expired' })
    await completeTasks(deps, world.tenantId)
    expect(await seen(taskId)).toMatchObject({ state: 'cancelled', reason: 'certificate-stopped' })
    expect(await causes(taskId)).toEqual(['certificate-stopped'])
    expect(await findings()).toEqual([])
  })

  it('is completed before a newer certificate takes over, unless that takes too long', async () => {
    const { taskId } = await newTask()
    world.timeStamps.down = true
    await sign(deps, phone, taskId)
    const stuck: SigningDeps = {
      ...deps,
      certificates: { ...deps.certificates, timeStamp: () => new Promise(() => undefined) },
    }
    await completeTasksOf(stuck, phone.doctor, 1)
    expect(await seen(taskId)).toMatchObject({ state: 'signed' })
    world.timeStamps.down = false
    await completeTasksOf(deps, phone.doctor, 60_000)
    expect(await seen(taskId)).toMatchObject({ state: 'completed' })
  })
})

describe('what is finished', () => {
  it('stays, and the certificate stops in a later second than the last of it', async () => {
    const { taskId } = await newTask()
    expect((await sign(deps, phone, taskId)).task.state).toBe('completed')
    const completedAt = world.clock.now()
    const at = await stop()
    expect(Math.floor(at.getTime() / 1000)).toBeGreaterThan(
      Math.floor(completedAt.getTime() / 1000),
    )
    expect(await seen(taskId)).toMatchObject({ state: 'completed' })
    // Of a key that signed nothing the moment is the one asked for.
    phone = await enrol(deps, await world.addDoctor('周启明'))
    expect(await stop()).toEqual(world.clock.now())
  })
})

describe('a task still to be signed', () => {
  it('stays open, and is signed once the certificate is valid again', async () => {
    const { taskId } = await newTask()
    await stop()
    await expect(sign(deps, phone, taskId)).rejects.toMatchObject({
      code: 'signing.certificate-not-valid',
    })
    expect(await seen(taskId)).toMatchObject({ state: 'waiting' })
    resume()
    expect((await sign(deps, phone, taskId)).task.state).toBe('completed')
  })

  it('whose session was answered takes no signature any more, and says that a phone may hold one', async () => {
    const { documentId, taskId } = await newTask()
    const opened = await open(deps, phone, taskId)
    const { message, finish } = opened.join()
    const { answer } = await joinSigning(deps, phone.doctor, { sid: opened.sid, message })
    await stop()
    const signature = finish(answer)
    const late = finishSigning(deps, phone.doctor, { sid: opened.sid, ...signature })
    await expect(late).rejects.toMatchObject({ code: 'signing.certificate-not-valid' })
    const aborted = (await world.events('signing.aborted')).at(-1)!.record
    expect(aborted).toMatchObject({
      subject: { session: opened.sid },
      data: { cause: 'certificate-stopped', possiblySigned: true },
    })
    await tidySigning(deps, world.tenantId)
    expect(await findings()).toEqual([])
    // The old answer is gone: valid again, the task is signed in a session of its own, at once.
    resume()
    const over = finishSigning(deps, phone.doctor, { sid: opened.sid, ...signature })
    await expect(over).rejects.toMatchObject({ code: 'signing.wrong-state' })
    expect((await sign(deps, phone, taskId)).task.state).toBe('completed')
    expect(await getDocument(deps, world.application, documentId)).toMatchObject({ revision: 1 })
  })
})
