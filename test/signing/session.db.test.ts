import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SigningDeps } from '../../apps/server/src/signing/index.ts'
import { createDocument } from '../../apps/server/src/signing/create-document.ts'
import { createSigningTask } from '../../apps/server/src/signing/create-signing-task.ts'
import { finishSigning } from '../../apps/server/src/signing/finish-signing.ts'
import { joinSigning } from '../../apps/server/src/signing/join-signing.ts'
import { openSigning } from '../../apps/server/src/signing/open-signing.ts'
import { keyById, triesLeft } from '../../apps/server/src/keys/two-party/index.ts'
import { enrol, open, type Phone, sign } from './phone.ts'
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
    title: '门诊病历',
    documentType: 'outpatient-record',
    mediaType: 'application/octet-stream',
    content,
  })
  const { personId } = of.doctor
  const task = await createSigningTask(deps, world.application, {
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
