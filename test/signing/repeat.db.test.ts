// What an application repeats because the process that served it died before the answer left: the intent is the same, so
// the second run finds what the first one wrote.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLoginRequest } from '../../apps/server/src/login/create-login-request.ts'
import { createDocument } from '../../apps/server/src/signing/create-document.ts'
import { createSigningTask } from '../../apps/server/src/signing/create-signing-task.ts'
import type { SigningDeps } from '../../apps/server/src/signing/index.ts'
import { cancelSigningTask } from '../../apps/server/src/signing/signing-task-view.ts'
import { enrol, type Phone } from './phone.ts'
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

const newDocument = (documentId: string) =>
  createDocument(deps, world.application, {
    documentId,
    title: '处方',
    documentType: 'prescription',
    mediaType: 'application/octet-stream',
    content: new TextEncoder().encode('rx'),
  })

it('makes one document, one signing task and one login of an intent that runs twice', async () => {
  const documentId = randomUUID()
  expect(await newDocument(documentId)).toEqual(await newDocument(documentId))
  expect((await world.events('document.added')).length).toBe(1)

  const command = {
    taskId: randomUUID(),
    documentId,
    form: 'cms',
    signer: { personId: phone.doctor.personId },
  } as const
  const task = await createSigningTask(deps, world.application, command)
  expect(await createSigningTask(deps, world.application, command)).toEqual(task)
  expect((await world.events('signing.requested')).length).toBe(1)

  const asked = { loginRequestId: randomUUID(), workstation: '诊室 3' }
  const login = { ...deps, verifyRecord: () => Promise.reject(new Error('unused')) }
  const request = await createLoginRequest(login, world.application, asked)
  // The same QR code and the same challenge: the screen that shows it need not change.
  expect(await createLoginRequest(login, world.application, asked)).toEqual(request)
  expect((await world.events('login.opened')).length).toBe(1)
})

it('withdraws once, and says so as often as it is asked', async () => {
  const { documentId } = await newDocument(randomUUID())
  const { signingTaskId } = await createSigningTask(deps, world.application, {
    taskId: randomUUID(),
    documentId,
    form: 'cms',
    signer: { personId: phone.doctor.personId },
  })
  const cancel = () => cancelSigningTask(deps, world.application, signingTaskId)
  expect((await cancel()).state).toBe('cancelled')
  expect((await cancel()).state).toBe('cancelled')
  expect((await world.events('signing.cancelled')).length).toBe(1)
})
