import { phoneEndpoints as api } from '@yunqian/api'
import type { DevicePrincipal, HttpApp } from '../platform/http/index.ts'
import { SigningError } from './errors.ts'
import { finishSigning } from './finish-signing.ts'
import { setHandwriting } from './handwriting.ts'
import { joinSigning } from './join-signing.ts'
import { beginKey, shareKey } from './make-key.ts'
import { openSigning } from './open-signing.ts'
import { getPhoneState } from './phone-state.ts'
import { listTasks, refuseTask } from './phone-tasks.ts'
import type { SigningDeps } from './ports.ts'
import { getSignedContent, getTask, getTaskContent } from './prepare-task.ts'

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

/** What phones call about keys, tasks and signatures. */
export function mountPhoneRoutes(app: HttpApp, deps: SigningDeps): void {
  mountKeyRoutes(app, deps)
  mountTaskRoutes(app, deps)
  mountSessionRoutes(app, deps)
}

function mountKeyRoutes(app: HttpApp, deps: SigningDeps): void {
  app.route(api.beginKey, async ({ device, params }) => {
    const begun = await beginKey(deps, device, params.enrollmentId)
    return {
      keyId: begun.keyId,
      sid: begun.sid,
      context: base64(begun.context),
      commitment: base64(begun.commitment),
      oprfPublicKey: base64(begun.oprfPublicKey),
      expiresAt: begun.expiresAt.toISOString(),
    }
  })
  app.route(api.shareKey, async ({ device, params, body }) => {
    const made = await shareKey(deps, device, params.enrollmentId, {
      sid: body.sid,
      share: bytes(body.share),
      blinded: bytes(body.blinded),
    })
    return {
      opening: base64(made.opening),
      evaluation: base64(made.evaluation),
      evaluationProof: base64(made.evaluationProof),
      publicKey: base64(made.publicKey),
      csrTaskId: made.csrTaskId,
    }
  })
  app.route(api.getPhoneState, ({ device }) => getPhoneState(deps, device))
  app.route(api.setHandwriting, async ({ device, body }) => {
    await setHandwriting(deps, holder(device), body)
  })
}

function mountTaskRoutes(app: HttpApp, deps: SigningDeps): void {
  app.route(api.listTasks, ({ device, query, signal: abort }) => {
    const { before, ...rest } = query
    return listTasks(deps, device, {
      ...rest,
      ...(before === undefined ? {} : { before: new Date(before) }),
      abort,
    })
  })
  app.route(api.getTask, ({ device, params }) => getTask(deps, device, params.taskId))
  app.route(api.getTaskContent, ({ device, params }) => getTaskContent(deps, device, params.taskId))
  app.route(api.getSignedContent, ({ device, params }) =>
    getSignedContent(deps, device, params.taskId),
  )
  app.route(api.refuseTask, ({ device, params, body }) =>
    refuseTask(deps, device, params.taskId, body.reason),
  )
}

function mountSessionRoutes(app: HttpApp, deps: SigningDeps): void {
  app.route(api.openSigning, async ({ device, body }) => {
    const session = await openSigning(deps, device, {
      taskId: body.taskId,
      e: bytes(body.e),
      blinded: bytes(body.blinded),
    })
    return {
      sid: session.sid,
      context: base64(session.context),
      evaluation: base64(session.evaluation),
      evaluationProof: base64(session.evaluationProof),
      commitment: base64(session.commitment),
      triesLeft: session.triesLeft,
      expiresAt: session.expiresAt.toISOString(),
    }
  })
  app.route(api.joinSigning, async ({ device, params, body }) => {
    const message = bytes(body.message)
    const joined = await joinSigning(deps, device, { sid: params.sid, message })
    return { answer: base64(joined.answer), triesLeft: joined.triesLeft }
  })
  app.route(api.finishSigning, ({ device, params, body }) =>
    finishSigning(deps, device, { sid: params.sid, r: bytes(body.r), s: bytes(body.s) }),
  )
}

function holder(device: DevicePrincipal): Required<Omit<DevicePrincipal, 'kind'>> {
  const { tenantId, deviceId, personId } = device
  if (personId === undefined) throw new SigningError('certificates.none')
  return { tenantId, deviceId, personId }
}
