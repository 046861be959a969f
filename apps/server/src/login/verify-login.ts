import type { integratorEndpoints, ReplyOf } from '@yunqian/api'
import { CONTENT_TYPE, parseSignedData, type SignedData } from '@yunqian/pki'
import { appendEvent } from '../evidence/index.ts'
import type { ApplicationCaller } from '../signing/index.ts'
import { LoginError } from './errors.ts'
import type { LoginRecord, LoginRequest } from './login-request.ts'
import { ownLoginRequest, subjectOf } from './login-view.ts'
import type { LoginDeps } from './ports.ts'
import { markVerified } from './store.ts'

export type LoginVerification = ReplyOf<typeof integratorEndpoints.verifyLogin>

/**
 * Verifies a signed login record for the application it was made for, once: signature, chain and certificate status now,
 * then that it answers this very request. Throws LoginError.
 */
export async function verifyLogin(
  deps: LoginDeps,
  caller: ApplicationCaller,
  command: {
    readonly intentId: string
    readonly loginRequestId: string
    readonly loginRecord: Uint8Array
  },
): Promise<LoginVerification> {
  // 1. The request, as we stored it.
  const scope = { tenantId: caller.tenantId }
  const request = await deps.db.tx(scope, (tx) =>
    ownLoginRequest(tx, caller, command.loginRequestId),
  )
  // 2. That it is the record of this request, and the record as anyone would verify it. Anything else that can be
  // verified, a document or an archive, would take the time of those who sign.
  requireRecordOf(request, command.loginRecord)
  const verification = await deps.verifyRecord(command.loginRecord)
  if (verification.verdict !== 'valid')
    throw new LoginError('login.record-invalid', { report: verification.report })
  if (request.expiresAt <= deps.clock.now()) throw new LoginError('login.record-expired')
  // 3. Use it up, with its event, in one commit: of two callers with the same record one is refused.
  return deps.db.tx(scope, async (tx) => {
    const at = deps.clock.now()
    const locked = await ownLoginRequest(tx, caller, command.loginRequestId, 'for update')
    const subject = await subjectOf(deps, tx, locked)
    const certificate = await deps.certificates.ofPerson(tx, { ...scope, ...subject })
    if (certificate?.certificateId !== subject.certificateId || certificate.state !== 'valid')
      throw new LoginError('login.record-invalid', {
        certificate: certificate?.state ?? 'replaced',
      })
    const answer = {
      subject,
      signedAt: locked.approvedAt!.toISOString(),
      report: verification.report,
    }
    // The caller that used it up never got its answer: it is given again, to that one.
    if (locked.verifiedBy === command.intentId) return answer
    if (!(await markVerified(tx, locked, { at, by: command.intentId })))
      throw new LoginError('login.record-used')
    await appendEvent(tx, {
      type: 'login.verified',
      at,
      subject: {
        login: locked.loginRequestId,
        application: caller.applicationId,
        person: subject.personId,
      },
    })
    return answer
  })
}

/** The record inside must answer this request's challenge for this person; throws `login.record-invalid`. */
function requireRecordOf(request: LoginRequest, cms: Uint8Array): void {
  const record = readRecord(cms)
  const answers =
    record !== undefined &&
    record.loginRequestId === request.loginRequestId &&
    record.application?.id === request.applicationId &&
    record.person?.id === request.personId &&
    record.challenge === Buffer.from(request.challenge).toString('base64url') &&
    record.workstation === request.workstation
  if (!answers) throw new LoginError('login.record-invalid', { record: 'of another request' })
}

function readRecord(cms: Uint8Array): Partial<LoginRecord> | undefined {
  let signed: SignedData
  try {
    signed = parseSignedData(cms)
    if (signed.contentType !== CONTENT_TYPE.loginRecord || !signed.content) return undefined
    const text = new TextDecoder('utf-8', { fatal: true }).decode(signed.content)
    return JSON.parse(text) as Partial<LoginRecord>
  } catch {
    return undefined
  }
}
