import { createHash, randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ClinicError } from './errors.ts'
import type { Store } from './store.ts'

const sessionHours = 12

export interface HisUser {
  readonly hisUserId: string
  readonly personId: string
  readonly name: string
  readonly certificateSerial: string
}

/** Only the hash of a cookie is kept: a stolen database logs nobody in. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

export function freshToken(): string {
  return randomBytes(32).toString('base64url')
}

export function cookie(request: FastifyRequest, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=')
    if (key === name) return value.join('=')
  }
  return undefined
}

export function setCookie(
  reply: FastifyReply,
  name: string,
  value: string,
  maxAgeSeconds: number,
): void {
  const secure = reply.request.protocol === 'https' ? '; Secure' : ''
  const text = `${name}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${maxAgeSeconds}${secure}`
  void reply.header('set-cookie', text)
}

export function beginSession(
  store: Store,
  reply: FastifyReply,
  hisUserId: string,
  now: Date,
): void {
  const token = freshToken()
  const expiresAt = new Date(now.getTime() + sessionHours * 3_600_000).toISOString()
  store.run(
    'insert into session (token_hash, his_user_id, expires_at) values (?, ?, ?)',
    hashOf(token),
    hisUserId,
    expiresAt,
  )
  setCookie(reply, 'clinic_session', token, sessionHours * 3600)
}

/** The doctor behind the request's cookie; refuses when there is none. */
export function requireUser(store: Store, request: FastifyRequest, now: Date): HisUser {
  const token = cookie(request, 'clinic_session')
  const user =
    token &&
    store.one<HisUser>(
      `select u.his_user_id as hisUserId, u.person_id as personId, u.name, u.certificate_serial as certificateSerial
       from session s join his_user u using (his_user_id) where s.token_hash = ? and s.expires_at > ?`,
      hashOf(token),
      now.toISOString(),
    )
  if (!user) throw new ClinicError('clinic.not-signed-in')
  return user
}

export function endSession(store: Store, request: FastifyRequest, reply: FastifyReply): void {
  const token = cookie(request, 'clinic_session')
  if (token) store.run('delete from session where token_hash = ?', hashOf(token))
  setCookie(reply, 'clinic_session', '', 0)
}
