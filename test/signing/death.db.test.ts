// The service dies before or right after its n-th commit, for every n of a signature. Memory is gone, a new process
// starts on the same database, and the phone begins again where it was told to.
import { randomUUID } from 'node:crypto'
import { listSignatures, readPdf } from '@yunqian/documents'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyById, triesLeft } from '../../apps/server/src/keys/two-party/index.ts'
import { createDocument } from '../../apps/server/src/signing/create-document.ts'
import { createSigningTask } from '../../apps/server/src/signing/create-signing-task.ts'
import { getDocument, getDocumentContent } from '../../apps/server/src/signing/document-view.ts'
import {
  completeTasks,
  type SigningDeps,
  taskById,
  tidySigning,
} from '../../apps/server/src/signing/index.ts'
import { samplePdf } from '../documents/samples.ts'
import { enrol, type Phone, sign } from './phone.ts'
import { createWorld, type World } from './world.ts'

class Death extends Error {}

let world: World
let phone: Phone
let original: Uint8Array

beforeAll(async () => {
  world = await createWorld()
  original = await samplePdf()
  phone = await enrol(await world.startProcess(), await world.addDoctor('陈静怡'))
})
afterAll(() => world.end())

/** The same process, whose n-th transaction is its last thing: not committed, or committed and never heard of. */
function mortal(deps: SigningDeps, n: number, when: 'before' | 'after'): SigningDeps {
  let transactions = 0
  return {
    ...deps,
    db: {
      ...deps.db,
      tx: async (scope, work, options) => {
        transactions += 1
        if (transactions > n) throw new Death()
        const last = transactions === n
        const result = await deps.db.tx(
          scope,
          async (tx) => {
            const made = await work(tx)
            if (last && when === 'before') throw new Death()
            return made
          },
          options,
        )
        if (last) throw new Death()
        return result
      },
    },
  }
}

async function newTask(deps: SigningDeps) {
  const { documentId } = await createDocument(deps, world.application, {
    documentId: randomUUID(),
    title: '门诊病历',
    documentType: 'outpatient-record',
    mediaType: 'application/pdf',
    content: original,
  })
  const { signingTaskId: taskId } = await createSigningTask(deps, world.application, {
    taskId: randomUUID(),
    documentId,
    form: 'pdf',
    signer: { personId: phone.doctor.personId },
  })
  return { documentId, taskId }
}

const commitsOfASignature = 16

describe.each(['before', 'after'] as const)('a death right %s commit', (when) => {
  it.each(Array.from({ length: commitsOfASignature }, (_, i) => i + 1))(
    'number %i loses nothing acknowledged and signs once',
    async (n) => {
      const first = await world.startProcess()
      const { documentId, taskId } = await newTask(first)
      const died = await sign(mortal(first, n, when), phone, taskId).then(
        ({ task }) => task.state,
        (error: unknown) => {
          if (!(error instanceof Death)) throw error
          return 'dead' as const
        },
      )
      await first.signals.close()

      const second = await world.startProcess()
      await tidySigning(second, world.tenantId)
      await completeTasks(second, world.tenantId)
      const scope = { tenantId: world.tenantId }
      const after = await world.database.db.tx(scope, (tx) => taskById(tx, { ...scope, taskId }))
      // What was told to the phone holds; what was kept without being told is finished all the same.
      if (died !== 'dead') expect(after?.state).toBe('completed')
      if (after?.state !== 'completed') {
        // An answered session keeps the head until its time is up.
        world.clock.pass(61_000)
        expect((await sign(second, phone, taskId)).task.state).toBe('completed')
      }
      const view = await getDocument(second, world.application, documentId)
      expect(view).toMatchObject({ revision: 1, signatures: [{ signer: '陈静怡' }] })
      const { bytes } = await getDocumentContent(second, world.tenantId, world.application, {
        documentId,
      })
      expect(listSignatures(readPdf(bytes)).length).toBe(1)
      const key = await world.database.db.tx(scope, (tx) =>
        keyById(tx, { ...scope, keyId: phone.keyId }),
      )
      expect(triesLeft(key!)).toBe(5)
      await second.signals.close()
    },
  )
})

it('the counted deaths reach past the end of a signature', async () => {
  const deps = await world.startProcess()
  const { taskId } = await newTask(deps)
  const beyond = mortal(deps, commitsOfASignature + 1, 'after')
  expect((await sign(beyond, phone, taskId)).task.state).toBe('completed')
  const nonces = await world.database.db.tx({ tenantId: world.tenantId }, (tx) =>
    tx.query('select commitment from signing_session group by commitment having count(*) > 1'),
  )
  expect(nonces).toEqual([])
})
