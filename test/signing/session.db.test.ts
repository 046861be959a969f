import { randomUUID } from 'node:crypto'
import { oprfBlind } from '@yunqian/sm/oprf'
import { systemRandom } from '@yunqian/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  completeTasks,
  preparationOf,
  type SigningDeps,
  tidySigning,
} from '../../apps/server/src/signing/index.ts'
import { getTask } from '../../apps/server/src/signing/prepare-task.ts'
import { getSigningTask } from '../../apps/server/src/signing/signing-task-view.ts'
import { createDocument } from '../../apps/server/src/signing/create-document.ts'
import { createSigningTask } from '../../apps/server/src/signing/create-signing-task.ts'
import { finishSigning } from '../../apps/server/src/signing/finish-signing.ts'
import { joinSigning } from '../../apps/server/src/signing/join-signing.ts'
import { openSigning } from '../../apps/server/src/signing/open-signing.ts'
import { keyById, triesLeft } from '../../apps/server/src/keys/two-party/index.ts'
import { enrol, makeKey, open, type Phone, sign } from './phone.ts'
import { createWorld, type World } from './world.ts'

let world: World
let deps: SigningDeps
let phone: Phone

beforeAll(async () => {
  world = await createWorld()
  deps = await world.startProcess()
  phone = await enrol(deps, await world.addDoctor('陈静怡'))
})
afterAll(() => world.end())

async function newTask(of: Phone = phone): Promise<string> {
  const content = new TextEncoder().encode(`record ${Math.random()}`)
  const document = await createDocument(deps, world.application, {
    documentId: randomUUID(),
    title: '门诊病历',
    documentType: 'outpatient-record',
    mediaType: 'application/octet-stream',
    content,
  })
  const { personId } = of.doctor
  const task = await createSigningTask(deps, world.application, {
    taskId: randomUUID(),
    documentId: document.documentId,
    form: 'cms',
    signer: { personId },
  })
  return task.signingTaskId
}

const left = (of: Phone): Promise<number> =>
  world.database.db.tx({ tenantId: world.tenantId }, async (tx) =>
    triesLeft((await keyById(tx, { tenantId: world.tenantId, keyId: of.keyId }))!),
  )

describe('a signature', () => {
  it('is made by both halves, kept with its event, and completed', async () => {
    const { task } = await sign(deps, phone, await newTask())
    expect(task.state).toBe('completed')
    expect(await left(phone)).toBe(5)
    const types = (await world.events()).map((event) => event.type)
    for (const type of ['key.created', 'signing.opened', 'signing.answered', 'signing.signed'])
      expect(types).toContain(type)
  })
})

describe('the PIN', () => {
  it('counts down when it is wrong, is given back when it is right, and stops the key at five', async () => {
    const other = await enrol(deps, await world.addDoctor('周启明'))
    const taskId = await newTask(other)
    for (const triesLeft of [4, 3])
      await expect(sign(deps, other, taskId, '111222')).rejects.toMatchObject({
        code: 'keys.pin-wrong',
        details: { triesLeft },
      })
    expect((await sign(deps, other, taskId)).task.state).toBe('completed')
    expect(await left(other)).toBe(5)

    const next = await newTask(other)
    for (const triesLeft of [4, 3, 2, 1])
      await expect(sign(deps, other, next, '111222')).rejects.toMatchObject({
        code: 'keys.pin-wrong',
        details: { triesLeft },
      })
    await expect(sign(deps, other, next, '111222')).rejects.toMatchObject({
      code: 'keys.pin-exhausted',
    })
    // The right PIN comes too late, and the certificate stands suspended with the key.
    await expect(sign(deps, other, next)).rejects.toMatchObject({
      code: 'signing.certificate-not-valid',
    })
    expect(world.certificates.get(other.doctor.personId)?.state).toBe('suspended')
    const suspended = (await world.events('key.suspended')).map(({ record }) => record['subject'])
    expect(suspended).toContainEqual(expect.objectContaining({ key: other.keyId }))
    expect((await world.events('pin.failed')).length).toBe(7)
  })

  it('costs a try that stays spent when nobody joins in time', async () => {
    const other = await enrol(deps, await world.addDoctor('林晓芸'))
    const opened = await open(deps, other, await newTask(other))
    expect(opened.triesLeft).toBe(4)
    world.clock.pass(61_000)
    await tidySigning(deps, world.tenantId)
    const { message } = opened.join()
    await expect(
      joinSigning(deps, other.doctor, { sid: opened.sid, message }),
    ).rejects.toMatchObject({ code: 'signing.session-unknown' })
    expect(await left(other)).toBe(4)
  })
})

describe('opening', () => {
  it('repeats its answer for the same blinded PIN and charges once, even when two copies race', async () => {
    const taskId = await newTask()
    const { e } = await open(deps, phone, taskId)
    const before = await left(phone)
    const { blinded } = oprfBlind(new TextEncoder().encode('x'), systemRandom)
    const command = { taskId, e, blinded }
    const [a, b] = await Promise.all([
      openSigning(deps, phone.doctor, command),
      openSigning(deps, phone.doctor, command),
    ])
    const again = await openSigning(deps, phone.doctor, command)
    for (const repeated of [b, again]) {
      expect(repeated.sid).toBe(a.sid)
      expect(Buffer.from(repeated.evaluation)).toEqual(Buffer.from(a.evaluation))
    }
    expect(await left(phone)).toBe(before - 1)
    await sign(deps, phone, taskId)
  })

  it('refuses another digest than what is to be signed, and uses no key', async () => {
    const taskId = await newTask()
    const { blinded } = oprfBlind(new TextEncoder().encode('x'), systemRandom)
    await getTask(deps, phone.doctor, taskId)
    await expect(
      openSigning(deps, phone.doctor, { taskId, e: new Uint8Array(32), blinded }),
    ).rejects.toMatchObject({ code: 'signing.digest-mismatch' })
  })

  it('refuses a blinded element off the curve before any charge', async () => {
    const opened = await open(deps, phone, await newTask())
    const before = await left(phone)
    const taskId = await newTask()
    await getTask(deps, phone.doctor, taskId)
    await expect(
      openSigning(deps, phone.doctor, {
        taskId,
        e: (await preparedDigest(taskId))!,
        blinded: new Uint8Array(33).fill(2),
      }),
    ).rejects.toMatchObject({ code: 'platform.request-invalid' })
    expect(await left(phone)).toBe(before)
    expect(opened.sid).toBeDefined()
  })

  it('holds at most four sessions of one key', async () => {
    const other = await enrol(deps, await world.addDoctor('何志强'))
    for (let i = 0; i < 4; i++) await open(deps, other, await newTask(other))
    await expect(open(deps, other, await newTask(other))).rejects.toMatchObject({
      code: 'keys.too-many-sessions',
    })
  })

  it('knows no task of another person', async () => {
    const other = await enrol(deps, await world.addDoctor('吴敏'))
    await expect(open(deps, other, await newTask())).rejects.toMatchObject({
      code: 'signing.task-unknown',
    })
  })

  it('knows no task of another district', async () => {
    const elsewhere = { ...phone.doctor, tenantId: '01900000-0000-7000-8000-00000000dead' }
    await expect(getTask(deps, elsewhere, await newTask())).rejects.toMatchObject({
      code: 'signing.task-unknown',
    })
  })

  it('is refused while the key is suspended', async () => {
    const other = await enrol(deps, await world.addDoctor('郑伟'))
    const taskId = await newTask(other)
    await world.suspendKeyOf(other.keyId)
    await expect(open(deps, other, taskId)).rejects.toMatchObject({ code: 'keys.suspended' })
  })
})

describe('joining', () => {
  it('answers a byte-identical repeat from store and refuses a different one', async () => {
    const opened = await open(deps, phone, await newTask())
    const { message, finish } = opened.join()
    const first = await joinSigning(deps, phone.doctor, { sid: opened.sid, message })
    const again = await joinSigning(deps, phone.doctor, { sid: opened.sid, message })
    expect(Buffer.from(again.answer)).toEqual(Buffer.from(first.answer))
    const other = opened.join().message
    await expect(
      joinSigning(deps, phone.doctor, { sid: opened.sid, message: other }),
    ).rejects.toMatchObject({ code: 'signing.join-differs' })
    const done = await finishSigning(deps, phone.doctor, {
      sid: opened.sid,
      ...finish(again.answer),
    })
    expect(done.task.state).toBe('completed')
  })

  it('gives exactly one answer when two different joins race for one nonce', async () => {
    const opened = await open(deps, phone, await newTask())
    const joins = [opened.join(), opened.join(), opened.join()]
    const settled = await Promise.allSettled(
      joins.map(({ message }) => joinSigning(deps, phone.doctor, { sid: opened.sid, message })),
    )
    const answered = settled.filter((one) => one.status === 'fulfilled')
    const refused = settled.filter((one) => one.status === 'rejected')
    expect(answered.length).toBe(1)
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'signing.join-differs' })
  })

  it('leaves the session as it was when the message is malformed', async () => {
    const opened = await open(deps, phone, await newTask())
    await expect(
      joinSigning(deps, phone.doctor, { sid: opened.sid, message: new Uint8Array(161) }),
    ).rejects.toMatchObject({ code: 'platform.request-invalid' })
    const { message } = opened.join()
    const { answer } = await joinSigning(deps, phone.doctor, { sid: opened.sid, message })
    expect(answer.length).toBe(161)
  })

  it('knows no session of another phone', async () => {
    const opened = await open(deps, phone, await newTask())
    const stranger = { ...phone.doctor, deviceId: '01900000-0000-7000-8000-0000000000aa' }
    const { message } = opened.join()
    await expect(joinSigning(deps, stranger, { sid: opened.sid, message })).rejects.toMatchObject({
      code: 'signing.session-unknown',
    })
    await joinSigning(deps, phone.doctor, { sid: opened.sid, message })
  })
})

describe('a restart', () => {
  it('loses open sessions and gives their tries back, and keeps answered ones', async () => {
    const first = await world.startProcess()
    const other = await enrol(first, await world.addDoctor('黄海燕'))
    const lost = await open(first, other, await newTask(other))
    const answered = await open(first, other, await newTask(other))
    const { message, finish } = answered.join()
    const { answer } = await joinSigning(first, other.doctor, { sid: answered.sid, message })
    expect(await left(other)).toBe(4)
    await first.signals.close()

    const second = await world.startProcess()
    await expect(
      joinSigning(second, other.doctor, { sid: lost.sid, message: lost.join().message }),
    ).rejects.toMatchObject({ code: 'signing.session-lost' })
    expect(await left(other)).toBe(5)
    const again = await joinSigning(second, other.doctor, { sid: answered.sid, message })
    expect(Buffer.from(again.answer)).toEqual(Buffer.from(answer))
    const done = await finishSigning(second, other.doctor, { sid: answered.sid, ...finish(answer) })
    expect(done.task.state).toBe('completed')
  })

  it('buys no free guess: a request to another living process gives no try back', async () => {
    const second = await world.startProcess()
    const other = await enrol(deps, await world.addDoctor('罗建国'))
    const opened = await open(deps, other, await newTask(other), '999888')
    const { message } = opened.join()
    await expect(
      joinSigning(second, other.doctor, { sid: opened.sid, message }),
    ).rejects.toMatchObject({ code: 'platform.overloaded' })
    expect(await left(other)).toBe(4)
  })

  it('issues for a request that was signed while nobody could issue', async () => {
    world.issuing.down = true
    const other = await makeKey(deps, await world.addDoctor('梁小燕'))
    await expect(sign(deps, other, other.csrTaskId)).rejects.toMatchObject({
      code: 'issuance.unavailable',
    })
    world.issuing.down = false
    expect(await completeTasks(deps, world.tenantId)).toBe(1)
    expect(world.certificates.get(other.doctor.personId)?.keyId).toBe(other.keyId)
    expect((await sign(deps, other, await newTask(other))).task.state).toBe('completed')
  })

  it('finishes what was signed and not completed', async () => {
    const taskId = await newTask()
    world.timeStamps.down = true
    const { task } = await sign(deps, phone, taskId)
    expect(task.state).toBe('signed')
    world.timeStamps.down = false
    expect(await completeTasks(await world.startProcess(), world.tenantId)).toBe(1)
    expect((await getSigningTask(deps, world.application, taskId)).state).toBe('completed')
  })
})

describe('finishing', () => {
  it('refuses a signature that does not verify, and keeps the session', async () => {
    const opened = await open(deps, phone, await newTask())
    const { message, finish } = opened.join()
    const { answer } = await joinSigning(deps, phone.doctor, { sid: opened.sid, message })
    const { r, s } = finish(answer)
    const bent = Uint8Array.from(s, (byte, i) => (i === 31 ? byte ^ 1 : byte))
    await expect(
      finishSigning(deps, phone.doctor, { sid: opened.sid, r, s: bent }),
    ).rejects.toMatchObject({ code: 'signing.signature-invalid' })
    const done = await finishSigning(deps, phone.doctor, { sid: opened.sid, r, s })
    const again = await finishSigning(deps, phone.doctor, { sid: opened.sid, r, s })
    expect(again).toEqual(done)
  })

  it('keeps the first of two signatures for one task and tells the second that it is over', async () => {
    const other = await enrol(deps, await world.addDoctor('苏文'))
    const taskId = await newTask(other)
    const both = [await open(deps, other, taskId), await open(deps, other, taskId)]
    const answered = await Promise.all(
      both.map(async ({ sid, join }) => {
        const { message, finish } = join()
        const { answer } = await joinSigning(deps, other.doctor, { sid, message })
        return { sid, ...finish(answer) }
      }),
    )
    const settled = await Promise.allSettled(
      answered.map((signature) => finishSigning(deps, other.doctor, signature)),
    )
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(settled.find((one) => one.status === 'rejected')?.reason).toMatchObject({
      code: 'signing.task-closed',
    })
  })

  it('that never comes is recorded as possibly signed', async () => {
    const opened = await open(deps, phone, await newTask())
    const { message } = opened.join()
    await joinSigning(deps, phone.doctor, { sid: opened.sid, message })
    world.clock.pass(7 * 60_000)
    await tidySigning(deps, world.tenantId)
    const aborted = (await world.events('signing.aborted')).map(({ record }) => record)
    expect(aborted).toContainEqual(
      expect.objectContaining({
        subject: expect.objectContaining({ session: opened.sid }),
        data: { cause: 'not-finished', possiblySigned: true },
      }),
    )
  })
})

describe('what is kept', () => {
  it('holds no share, nonce, PIN or answer in any log line', async () => {
    await sign(deps, phone, await newTask())
    const text = JSON.stringify(world.log)
    for (const secret of ['493027', '111222', Buffer.from(phone.wrapped).toString('hex')])
      expect(text).not.toContain(secret)
  })

  it('erases the stored answer once the signature is in', async () => {
    await sign(deps, phone, await newTask())
    const rows = await world.database.db.tx({ tenantId: world.tenantId }, (tx) =>
      tx.query(
        `select 1 from signing_session where state = 'finished' and answer_sealed is not null`,
      ),
    )
    expect(rows).toEqual([])
  })
})

const preparedDigest = (taskId: string) =>
  world.database.db.tx({ tenantId: world.tenantId }, async (tx) => {
    const prepared = await preparationOf(tx, { tenantId: world.tenantId, taskId })
    return prepared?.digest
  })
