import type { Subject } from '@yunqian/api'
import { appendEvent } from '../evidence/index.ts'
import type { ApplicationCaller } from '../signing/index.ts'
import { LoginError } from './errors.ts'
import { stateAt } from './login-request.ts'
import { ownLoginRequest, subject, subjectOf } from './login-view.ts'
import type { LoginDeps } from './ports.ts'
import { bindUser as insertBinding, boundPerson } from './store.ts'

export interface Binding {
  readonly hisUserId: string
  readonly subject: Subject
}

/** Binds a user of the calling application to the person who approved a login there (clause 1.3.1). */
export async function bindUser(
  deps: LoginDeps,
  caller: ApplicationCaller,
  command: { readonly hisUserId: string; readonly loginRequestId: string },
): Promise<Binding> {
  const { hisUserId, loginRequestId } = command
  return deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const at = deps.clock.now()
    const request = await ownLoginRequest(tx, caller, loginRequestId, 'for update')
    if (stateAt(request, at) !== 'approved') throw new LoginError('login.not-approved')
    const { personId } = await subjectOf(deps, tx, request)
    const { tenantId, applicationId } = caller
    const bound = await insertBinding(tx, {
      tenantId,
      applicationId,
      hisUserId,
      personId,
      loginRequestId,
      at,
    })
    if (bound.personId !== personId) throw new LoginError('login.binding-taken')
    if (bound.isNew)
      await appendEvent(tx, {
        type: 'login.bound',
        at,
        subject: { login: loginRequestId, application: applicationId, person: personId },
        personal: { sealer: deps.sealer, values: { hisUserId } },
      })
    return { hisUserId, subject: await subjectOf(deps, tx, request) }
  })
}

/** Who a user of the calling application is. Throws `login.binding-unknown`. */
export async function getBinding(
  deps: LoginDeps,
  caller: ApplicationCaller,
  hisUserId: string,
): Promise<Binding> {
  const { tenantId, applicationId } = caller
  return deps.db.tx({ tenantId }, async (tx) => {
    const personId = await boundPerson(tx, { tenantId, applicationId, hisUserId })
    if (personId === undefined) throw new LoginError('login.binding-unknown')
    const certificate = await deps.certificates.ofPerson(tx, { tenantId, personId })
    if (!certificate) throw new LoginError('login.binding-unknown')
    const { certificateId } = certificate
    const named = { tenantId, applicationId, personId, certificateId }
    return { hisUserId, subject: { ...(await subject(deps, tx, named)), hisUserId } }
  })
}
