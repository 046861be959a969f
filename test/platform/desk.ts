// Members of staff at their desks: they accept invitations and call the console's API.
import type { StaffRole } from '@yunqian/api'
import type { HttpApp, Platform } from '@yunqian/server'
import { invite } from '../../apps/server/src/accounts/index.ts'

export const password = 'correct horse battery'

export interface Staff {
  readonly login: string
  readonly cookie: string
  readonly csrf: string
}

type Answer = Awaited<ReturnType<typeof call>>

/** One call of the console's API, as a member of staff or as nobody. */
export const call = (
  app: HttpApp,
  as: Pick<Staff, 'cookie' | 'csrf'> | undefined,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  body?: object,
) =>
  app.server.inject({
    method,
    url: `/console/api${url}`,
    headers: {
      ...(as ? { cookie: as.cookie, 'x-csrf-token': as.csrf } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { payload: JSON.stringify(body) } : {}),
  })

let logins = 0

/** Accepts an invitation under a login nobody has. */
export async function accept(app: HttpApp, token: string, name = '陈静怡'): Promise<Staff> {
  const login = `staff${++logins}`
  const answer = await call(app, undefined, 'POST', `/invitations/${token}`, {
    login,
    password,
    name,
  })
  if (answer.statusCode !== 201) throw new Error(answer.body)
  return { login, ...sessionOf(answer) }
}

/** What a browser keeps of an answer that opened a session. */
export function sessionOf(answer: Answer): { cookie: string; csrf: string } {
  const set = [answer.headers['set-cookie'] ?? []].flat()
  const cookie = set.map((one) => one.split(';')[0]).join('; ')
  return { cookie, csrf: answer.json().csrfToken }
}

/** Invites and lets accept in one go. */
export async function hire(
  platform: Platform,
  app: HttpApp,
  tenantId: string,
  role: StaffRole,
  centreId?: string,
): Promise<Staff> {
  const { link } = await platform.db.tx({ tenantId }, (tx) =>
    invite(platform, tx, tenantId, { role, ...(centreId ? { centreId } : {}) }),
  )
  return accept(app, link.split('/').at(-1)!)
}
