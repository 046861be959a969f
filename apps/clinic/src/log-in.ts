import { randomUUID } from 'node:crypto'
import { ClinicError } from './errors.ts'
import type { LoginRequest, Platform, Subject } from './platform.ts'
import type { Store } from './store.ts'
import { hashOf } from './sessions.ts'

export interface ShownLogin {
  readonly attemptId: string
  readonly state: LoginRequest['state']
  readonly qr: string
  readonly matchCode: string
  readonly expiresAt: string
}

export async function beginLogin(
  store: Store,
  platform: Platform,
  input: { readonly workstation: string; readonly browserToken: string },
): Promise<ShownLogin> {
  const request = await platform.beginLogin(input.workstation)
  const attemptId = randomUUID()
  store.run(
    'insert into login_attempt (attempt_id, browser_hash, login_request_id) values (?, ?, ?)',
    attemptId,
    hashOf(input.browserToken),
    request.loginRequestId,
  )
  return { ...shown(request), attemptId }
}

/**
 * Waits for the phone and, once it has approved, turns the signed record into a user of this clinic.
 * 1. Only the browser that asked may claim the attempt. 2. The record goes back to the platform to be verified,
 * which it does once; the name beside the state is not trusted. 3. The person is bound to a user of ours.
 */
export async function continueLogin(
  store: Store,
  platform: Platform,
  input: { readonly attemptId: string; readonly browserToken: string; readonly state?: string },
): Promise<{ login: ShownLogin; hisUserId?: string; name?: string }> {
  const attempt = store.one<{ loginRequestId: string }>(
    `select login_request_id as loginRequestId from login_attempt
     where attempt_id = ? and browser_hash = ? and used = 0`,
    input.attemptId,
    hashOf(input.browserToken),
  )
  if (!attempt) throw new ClinicError('clinic.login-unknown')
  const request = await platform.login(attempt.loginRequestId, input.state)
  const login = { ...shown(request), attemptId: input.attemptId }
  if (request.state !== 'approved' || !request.loginRecord) return { login }

  const { subject } = await platform.verifyLogin(request.loginRequestId, request.loginRecord)
  const taken = store.run(
    'update login_attempt set used = 1 where attempt_id = ? and used = 0',
    input.attemptId,
  )
  if (taken !== 1) throw new ClinicError('clinic.login-unknown')
  const hisUserId = await userOf(store, platform, request.loginRequestId, subject)
  return { login, hisUserId, name: subject.name }
}

async function userOf(
  store: Store,
  platform: Platform,
  loginRequestId: string,
  subject: Subject,
): Promise<string> {
  const known = store.one<{ id: string }>(
    'select his_user_id as id from his_user where person_id = ?',
    subject.personId,
  )
  const hisUserId = known?.id ?? subject.hisUserId ?? `his-${randomUUID().slice(0, 8)}`
  if (subject.hisUserId !== hisUserId) await platform.bindUser(hisUserId, loginRequestId)
  store.run(
    `insert into his_user (his_user_id, person_id, name, certificate_serial) values (?, ?, ?, ?)
     on conflict (his_user_id) do update set name = excluded.name, certificate_serial = excluded.certificate_serial`,
    hisUserId,
    subject.personId,
    subject.name,
    subject.certificateSerialHex,
  )
  return hisUserId
}

function shown(request: LoginRequest) {
  const { state, qr, matchCode, expiresAt } = request
  return { state, qr, matchCode, expiresAt }
}
