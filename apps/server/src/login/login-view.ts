import type { LoginRequest as LoginRequestView, LoginState, Subject } from '@yunqian/api'
import { longPoll, type Tx } from '../platform/index.ts'
import { type ApplicationCaller, qrText } from '../signing/index.ts'
import { LoginError } from './errors.ts'
import { type LoginRequest, stateAt } from './login-request.ts'
import type { LoginDeps } from './ports.ts'
import { boundUser, loginRequestById } from './store.ts'

/** A login request of the calling application; another's does not exist for it. */
export async function ownLoginRequest(
  tx: Tx,
  caller: ApplicationCaller,
  loginRequestId: string,
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<LoginRequest> {
  const request = await loginRequestById(tx, { ...caller, loginRequestId }, lock)
  if (!request || request.applicationId !== caller.applicationId)
    throw new LoginError('login.request-unknown')
  return request
}

/** State of a login; with `wait`, held until it differs from `state`. */
export async function getLoginRequest(
  deps: LoginDeps,
  caller: ApplicationCaller,
  loginRequestId: string,
  poll: {
    readonly wait?: number | undefined
    readonly state?: LoginState | undefined
    readonly abort?: AbortSignal
  } = {},
): Promise<LoginRequestView> {
  return longPoll(
    deps.signals,
    {
      topics: [`login:${loginRequestId}`],
      waitSeconds: poll.wait ?? 0,
      ...(poll.abort ? { abort: poll.abort } : {}),
    },
    () =>
      deps.db.tx({ tenantId: caller.tenantId }, async (tx) =>
        loginView(deps, tx, await ownLoginRequest(tx, caller, loginRequestId)),
      ),
    (request) => request.state !== poll.state,
  )
}

/** A login as the application that asked for it sees it; the record only once it is signed. */
export async function loginView(
  deps: LoginDeps,
  tx: Tx,
  request: LoginRequest,
): Promise<LoginRequestView> {
  const state = stateAt(request, deps.clock.now())
  return {
    loginRequestId: request.loginRequestId,
    state,
    qr: qrText(deps.publicUrl, 'L', request.qrToken),
    matchCode: request.matchCode,
    expiresAt: request.expiresAt.toISOString(),
    ...(state === 'approved' && request.recordCms
      ? {
          subject: await subjectOf(deps, tx, request),
          loginRecord: Buffer.from(request.recordCms).toString('base64'),
        }
      : {}),
    ...(request.reason === undefined ? {} : { reason: request.reason }),
  }
}

/** The person who approved a login, as the application may know them. */
export async function subjectOf(deps: LoginDeps, tx: Tx, request: LoginRequest): Promise<Subject> {
  const { tenantId, applicationId, personId, certificateId } = request
  if (personId === undefined || certificateId === undefined)
    throw new LoginError('login.not-approved')
  return subject(deps, tx, { tenantId, applicationId, personId, certificateId })
}

/** A person and one certificate of theirs. */
export async function subject(
  deps: LoginDeps,
  tx: Tx,
  named: {
    readonly tenantId: string
    readonly applicationId: string
    readonly personId: string
    readonly certificateId: string
  },
): Promise<Subject> {
  const { tenantId, personId, certificateId } = named
  const certificate = await deps.certificates.view(tx, { tenantId, certificateId })
  if (!certificate) throw new Error('a login without its certificate')
  const { name } = await deps.people.describe(tx, { tenantId, personId })
  const hisUserId = await boundUser(tx, named)
  return {
    personId,
    name,
    certificateSerialHex: certificate.serialNumberHex,
    certificateId,
    ...(hisUserId === undefined ? {} : { hisUserId }),
  }
}
