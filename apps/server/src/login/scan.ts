import type { TaskSummary } from '@yunqian/api'
import { newId, type Tx } from '../platform/index.ts'
import {
  insertTask,
  isMember,
  type PhoneCaller,
  scanSigningTask,
  taskSummary,
  taskTopics,
} from '../signing/index.ts'
import { LoginError } from './errors.ts'
import { approvalValidMs, type LoginRequest, stateAt } from './login-request.ts'
import type { LoginDeps } from './ports.ts'
import { loginRequestByQr, markScanned } from './store.ts'

/** `YQ1:L:…` asks for a login, `YQ1:S:…` for a signature; alone or at the end of the address that carries it. */
const ours = /(?:^|\/)YQ1:([LS]):([A-Za-z0-9_-]{22})$/

/** Opens what a QR code asks for. Throws LoginError, SigningError. */
export async function scan(deps: LoginDeps, caller: PhoneCaller, qr: string): Promise<TaskSummary> {
  const [, kind, text] = ours.exec(qr.trim()) ?? []
  if (text === undefined) throw new LoginError('login.qr-unknown')
  const qrToken = new Uint8Array(Buffer.from(text, 'base64url'))
  return kind === 'S' ? scanSigningTask(deps, caller, qrToken) : scanLogin(deps, caller, qrToken)
}

async function scanLogin(
  deps: LoginDeps,
  caller: PhoneCaller,
  qrToken: Uint8Array,
): Promise<TaskSummary> {
  const { tenantId, personId } = caller
  return deps.db.tx({ tenantId }, async (tx) => {
    const now = deps.clock.now()
    const request = await loginRequestByQr(tx, { tenantId, qrToken })
    if (!request || personId === undefined) throw new LoginError('login.qr-unknown')
    // The same person again is shown the same task; anybody else comes too late.
    if (request.personId !== undefined && request.personId !== personId)
      throw new LoginError('login.already-scanned')
    if (stateAt(request, now) === 'expired') throw new LoginError('login.qr-expired')
    if (request.taskId !== undefined)
      return taskSummary(tx, { tenantId, taskId: request.taskId }, now)
    if (!(await isMember(tx, { tenantId, personId, centreId: request.centreId })))
      throw new LoginError('login.not-a-member')
    return takeRequest(deps, tx, request, personId, now)
  })
}

async function takeRequest(
  deps: LoginDeps,
  tx: Tx,
  request: LoginRequest,
  personId: string,
  now: Date,
): Promise<TaskSummary> {
  const expiresAt = new Date(now.getTime() + approvalValidMs)
  const task = {
    tenantId: request.tenantId,
    taskId: newId(deps),
    kind: 'login',
    state: 'scanned',
    personId,
    centreId: request.centreId,
    applicationId: request.applicationId,
    title: '登录 Log in',
    loginRequestId: request.loginRequestId,
    workstation: request.workstation,
    matchCode: request.matchCode,
    createdAt: now,
    expiresAt,
  } as const
  await insertTask(tx, task)
  await markScanned(tx, request, { personId, taskId: task.taskId, at: now, expiresAt })
  await deps.signals.notify(tx, `login:${request.loginRequestId}`, ...taskTopics(task))
  return taskSummary(tx, task, now)
}
