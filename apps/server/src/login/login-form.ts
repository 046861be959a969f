import { canonicalJson } from '@yunqian/evidence'
import { CONTENT_TYPE } from '@yunqian/pki'
import { fromHex, sm3, toHex } from '@yunqian/sm'
import { appendEvent } from '../evidence/index.ts'
import {
  commitCompletion,
  makeCms,
  preparationOf,
  prepareAttributes,
  type Signer,
  type SigningDeps,
  type SigningTask,
  type TaskForm,
} from '../signing/index.ts'
import type { LoginRecord, LoginRequest } from './login-request.ts'
import { loginRequestById, markApproved, markRefused } from './store.ts'

/** Approving a login is signing its record: CMS with a content type of its own, so that it never passes for a document. */
export const loginForm: TaskForm = {
  prepare: async (deps, task, signer) => {
    const record = canonicalJson({ ...(await recordOf(deps, task, signer)) } as never)
    const { sm3Hex } = await deps.blobs.put(record)
    const content = { mediaType: 'application/json', sm3: fromHex(sm3Hex), bytes: record.length }
    const contentType = CONTENT_TYPE.loginRecord
    return prepareAttributes(deps, signer, { contentType, content, signingTime: true })
  },
  complete: async (deps, task) => {
    const record = await deps.blobs.get(await recordDigest(deps, task))
    const { cms, completion, certificateId } = await makeCms(deps, task, {
      contentType: CONTENT_TYPE.loginRecord,
      content: record,
    })
    await commitCompletion(deps, task, completion, async (tx, at) => {
      const loginRequestId = task.loginRequestId!
      await markApproved(tx, { ...task, loginRequestId }, { recordCms: cms, certificateId, at })
      await appendEvent(tx, {
        type: 'login.approved',
        at,
        subject: { login: loginRequestId, task: task.taskId, person: task.personId },
        data: { record: toHex(sm3(record)), cms: toHex(sm3(cms)) },
      })
      await deps.signals.notify(tx, `login:${loginRequestId}`)
    })
  },
  voided: async (deps, tx, task, cause) => {
    const loginRequestId = task.loginRequestId!
    await markRefused(tx, { ...task, loginRequestId }, cause)
    await deps.signals.notify(tx, `login:${loginRequestId}`)
  },
  refused: async (deps, tx, task, reason, at) => {
    const loginRequestId = task.loginRequestId!
    await markRefused(tx, { ...task, loginRequestId }, reason)
    await appendEvent(tx, {
      type: 'login.refused',
      at,
      subject: { login: loginRequestId, task: task.taskId, person: task.personId },
    })
    await deps.signals.notify(tx, `login:${loginRequestId}`)
  },
}

async function recordOf(
  deps: SigningDeps,
  task: SigningTask,
  signer: Signer,
): Promise<LoginRecord> {
  const name = { tenantId: task.tenantId, loginRequestId: task.loginRequestId! }
  return deps.db.tx(name, async (tx) => {
    const request = await loginRequestById(tx, name)
    const names = await tx.queryOne<{ application: string; centre: string }>(
      `select a.name as application, c.name as centre from application a
       join centre c on c.tenant_id = a.tenant_id and c.centre_id = $3
       where a.tenant_id = $1 and a.application_id = $2`,
      [task.tenantId, task.applicationId, task.centreId],
    )
    if (!request || !names || !signer.certificate) throw new Error('a login task without its login')
    return loginRecord(request, names, signer, signer.certificate.serialNumberHex)
  })
}

function loginRecord(
  request: LoginRequest,
  names: { readonly application: string; readonly centre: string },
  signer: Signer,
  certificateSerialHex: string,
): LoginRecord {
  return {
    v: 1,
    type: 'login',
    loginRequestId: request.loginRequestId,
    application: { id: request.applicationId, name: names.application },
    centre: { id: request.centreId, name: names.centre },
    workstation: request.workstation,
    person: { id: signer.personId, name: signer.name },
    certificateSerialHex,
    matchCode: request.matchCode,
    requestedAt: request.requestedAt.toISOString(),
    scannedAt: request.scannedAt!.toISOString(),
    challenge: Buffer.from(request.challenge).toString('base64url'),
    expiresAt: request.expiresAt.toISOString(),
  }
}

async function recordDigest(deps: SigningDeps, task: SigningTask): Promise<string> {
  const prepared = await deps.db.tx(task, (tx) => preparationOf(tx, task))
  if (!prepared) throw new Error('a login task without its record')
  return toHex(prepared.content.sm3)
}
