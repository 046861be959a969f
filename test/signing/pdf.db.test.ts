import { randomUUID } from 'node:crypto'
import { changesAfter, listSignatures, readDss, readPdf } from '@yunqian/documents'
import { parseSignedData, verifySignerInfo } from '@yunqian/pki'
import { coveredBytes } from '@yunqian/documents'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDocument } from '../../apps/server/src/signing/create-document.ts'
import { createSigningTask } from '../../apps/server/src/signing/create-signing-task.ts'
import { getDocument, getDocumentContent } from '../../apps/server/src/signing/document-view.ts'
import { setHandwriting } from '../../apps/server/src/signing/handwriting.ts'
import { joinSigning } from '../../apps/server/src/signing/join-signing.ts'
import { finishSigning } from '../../apps/server/src/signing/finish-signing.ts'
import { getTask, getTaskContent } from '../../apps/server/src/signing/prepare-task.ts'
import { refuseTask, listTasks } from '../../apps/server/src/signing/phone-tasks.ts'
import {
  cancelSigningTask,
  getSignature,
  getSigningTask,
} from '../../apps/server/src/signing/signing-task-view.ts'
import type { DocumentReader } from '../../apps/server/src/evidence/index.ts'
import { signedDocuments, type SigningDeps } from '../../apps/server/src/signing/index.ts'
import { samplePdf } from '../documents/samples.ts'
import { enrol, open, type Phone, sign } from './phone.ts'
import { createWorld, type World } from './world.ts'

const original = await samplePdf()

let world: World
let deps: SigningDeps
let chen: Phone
let zhou: Phone

beforeAll(async () => {
  world = await createWorld()
  deps = await world.startProcess()
  chen = await enrol(deps, await world.addDoctor('陈静怡'))
  zhou = await enrol(deps, await world.addDoctor('周启明'))
})
afterAll(() => world.end())

async function addPdf(content: Uint8Array = original) {
  return createDocument(deps, world.application, {
    documentId: randomUUID(),
    title: '门诊病历',
    documentType: 'outpatient-record',
    mediaType: 'application/pdf',
    content,
  })
}

async function ask(phone: Phone, documentId: string, more: object = {}): Promise<string> {
  const task = await createSigningTask(deps, world.application, {
    taskId: randomUUID(),
    documentId,
    form: 'pdf',
    signer: { personId: phone.doctor.personId },
    ...more,
  })
  return task.signingTaskId
}

const content = async (documentId: string, revision?: number): Promise<Uint8Array> =>
  (await getDocumentContent(deps, world.tenantId, world.application, { documentId, revision }))
    .bytes

describe('a PDF signature', () => {
  it('extends the very bytes that came, and a second one leaves the first intact', async () => {
    const { documentId } = await addPdf(original)
    await setHandwriting(deps, chen.doctor, {
      width: 300,
      height: 120,
      strokes: [
        [
          { x: 10, y: 20, t: 0 },
          { x: 120, y: 90, t: 80 },
        ],
      ],
    })
    await sign(deps, chen, await ask(chen, documentId, { reason: '本人书写' }))
    await sign(deps, zhou, await ask(zhou, documentId))

    const once = await content(documentId, 1)
    const twice = await content(documentId)
    expect(Buffer.from(twice.subarray(0, original.length))).toEqual(Buffer.from(original))
    expect(Buffer.from(twice.subarray(0, once.length))).toEqual(Buffer.from(once))
    const pdf = readPdf(twice)
    const signatures = listSignatures(pdf)
    expect(signatures.length).toBe(2)
    for (const signature of signatures) {
      if (signature.kind === 'broken') throw new Error(signature.reason)
      const signedData = parseSignedData(signature.contents)
      const facts = verifySignerInfo({
        signedData,
        signerInfo: signedData.signerInfos[0]!,
        content: coveredBytes(twice, signature.byteRange),
      })
      expect(facts).toMatchObject({ signatureValid: true, messageDigestMatches: true })
      expect(changesAfter(pdf, signature).filter((change) => !change.allowed)).toEqual([])
    }
    expect(readDss(pdf)?.ocsps.length).toBeGreaterThan(0)
    const view = await getDocument(deps, world.application, documentId)
    expect(view.revision).toBe(2)
    expect(view.signatures.map(({ signer, revision }) => [signer, revision])).toEqual([
      ['陈静怡', 1],
      ['周启明', 2],
    ])
  })

  it('lets two doctors queue: the second is busy, then sees the new head', async () => {
    const { documentId } = await addPdf()
    const [first, second] = [await ask(chen, documentId), await ask(zhou, documentId)]
    const shownBefore = await getTask(deps, zhou.doctor, second)
    const opened = await open(deps, chen, first)
    await expect(open(deps, zhou, second)).rejects.toMatchObject({
      code: 'signing.document-busy',
    })
    const { message, finish } = opened.join()
    const { answer } = await joinSigning(deps, chen.doctor, { sid: opened.sid, message })
    await finishSigning(deps, chen.doctor, { sid: opened.sid, ...finish(answer) })

    const shownAfter = await getTask(deps, zhou.doctor, second)
    expect(shownAfter.baseLength).toBeGreaterThan(shownBefore.baseLength!)
    expect(shownAfter.toBeSigned).not.toBe(shownBefore.toBeSigned)
    await sign(deps, zhou, second)
    expect(listSignatures(readPdf(await content(documentId))).length).toBe(2)
  })

  it('refuses the digest of a head that moved between showing and signing', async () => {
    const { documentId } = await addPdf()
    const second = await ask(zhou, documentId)
    const opened = await open(deps, zhou, second)
    world.clock.pass(61_000)
    await sign(deps, chen, await ask(chen, documentId))
    const { openSigning } = await import('../../apps/server/src/signing/open-signing.ts')
    await expect(
      openSigning(deps, zhou.doctor, { taskId: second, e: opened.e, blinded: opened.blinded }),
    ).rejects.toMatchObject({ code: 'signing.head-moved' })
  })

  it('gives evidence what it is made of', async () => {
    const { documentId } = await addPdf()
    const readBy = (reader: DocumentReader) =>
      signedDocuments(deps).read(world.tenantId, documentId, undefined, reader)
    expect(await readBy(world.application)).toBeUndefined()
    await sign(deps, chen, await ask(chen, documentId))
    const read = await readBy(world.application)
    expect(Buffer.from(read!.signedPdf!)).toEqual(Buffer.from(await content(documentId)))
    expect(Buffer.from(read!.original)).toEqual(Buffer.from(await content(documentId, 0)))
    const elsewhere = world.tenantId
    expect(await readBy({ applicationId: elsewhere })).toBeUndefined()
    expect(await readBy({ centreIds: [elsewhere] })).toBeUndefined()
    expect(await readBy({ centreIds: null })).toEqual(read)
  })
})

describe('what the phone downloads', () => {
  it('is what getTask named, byte for byte', async () => {
    const taskId = await ask(chen, (await addPdf()).documentId)
    const detail = await getTask(deps, chen.doctor, taskId)
    const bytes = await getTaskContent(deps, chen.doctor, taskId)
    expect(bytes.length).toBe(detail.content.bytes)
    const again = await getTask(deps, chen.doctor, taskId)
    expect(again.toBeSigned).toBe(detail.toBeSigned)
  })
})

describe('a document that cannot be signed', () => {
  it.each([
    ['documents.empty', 'application/octet-stream', new Uint8Array(0)],
    ['documents.not-a-pdf', 'application/pdf', new TextEncoder().encode('hello')],
    ['documents.pdf-malformed', 'application/pdf', original.subarray(0, 300)],
  ] as const)('is refused as %s', async (code, mediaType, bytes) => {
    await expect(
      createDocument(deps, world.application, {
        documentId: randomUUID(),
        title: 'x',
        documentType: 'other',
        mediaType,
        content: bytes,
      }),
    ).rejects.toMatchObject({ code })
  })

  it('refuses a page that is not there, and a PDF form for what is no PDF', async () => {
    const { documentId } = await addPdf()
    const appearance = { page: 9, x: 10, y: 10, width: 100, height: 40 }
    await expect(ask(chen, documentId, { appearance })).rejects.toMatchObject({
      code: 'documents.page-unknown',
    })
    const text = await createDocument(deps, world.application, {
      documentId: randomUUID(),
      title: 'x',
      documentType: 'other',
      mediaType: 'application/octet-stream',
      content: new TextEncoder().encode('hello'),
    })
    await expect(ask(chen, text.documentId)).rejects.toMatchObject({
      code: 'documents.not-a-pdf',
    })
  })

  it('is not there for another application', async () => {
    const { documentId } = await addPdf()
    const stranger = { ...world.application, applicationId: '01900000-0000-7000-8000-0000000000bb' }
    await expect(getDocument(deps, stranger, documentId)).rejects.toMatchObject({
      code: 'documents.unknown',
    })
  })
})

describe('a task', () => {
  it('wakes the waiting phone and the waiting clinic, in another process too', async () => {
    const second = await world.startProcess()
    const { version } = await listTasks(deps, chen.doctor, {})
    const waiting = listTasks(second, chen.doctor, { wait: 20, since: version, state: 'open' })
    const taskId = await ask(chen, (await addPdf()).documentId)
    expect((await waiting).tasks.map((task) => task.taskId)).toContain(taskId)

    const watched = getSigningTask(second, world.application, taskId, {
      wait: 20,
      state: 'waiting',
    })
    await refuseTask(deps, chen.doctor, taskId, '内容有误')
    expect(await watched).toMatchObject({ state: 'refused', reason: '内容有误' })
    await expect(open(deps, chen, taskId)).rejects.toMatchObject({ code: 'signing.task-closed' })
  })

  it('may be withdrawn, and expires', async () => {
    const { documentId } = await addPdf()
    const taskId = await ask(chen, documentId)
    expect((await cancelSigningTask(deps, world.application, taskId)).state).toBe('cancelled')
    await expect(open(deps, chen, taskId)).rejects.toMatchObject({ code: 'signing.task-closed' })
    await expect(getSignature(deps, world.application, taskId)).rejects.toMatchObject({
      code: 'signing.not-finished',
    })
    const short = await ask(chen, documentId, { expiresInSeconds: 60 })
    world.clock.pass(61_000)
    expect((await getSigningTask(deps, world.application, short)).state).toBe('expired')
    await expect(open(deps, chen, short)).rejects.toMatchObject({ code: 'signing.task-closed' })
  })
})
