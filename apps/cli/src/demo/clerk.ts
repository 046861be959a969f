import { consoleEndpoints, type Endpoint, type ReplyOf } from '@yunqian/api'
import { callPlatform, type CallOptions } from './http.ts'

/** A member of staff in front of the console, without the pages: session cookie and CSRF token. */
export interface Clerk {
  call<E extends Endpoint>(endpoint: E, options?: CallOptions<E>): Promise<ReplyOf<E>>
}

/** Accepts the one-time link of the first administrator and is signed in from then on. */
export async function acceptInvitation(
  baseUrl: string,
  link: string,
  account: { readonly login: string; readonly password: string; readonly name: string },
): Promise<Clerk> {
  const token = link.slice(link.lastIndexOf('/') + 1)
  const accepted = await callPlatform(baseUrl, consoleEndpoints.acceptInvitation, {
    params: { token },
    body: account,
  })
  const { csrfToken } = (await accepted.json()) as { csrfToken: string }
  const cookie = accepted.headers
    .getSetCookie()
    .map((line) => line.split(';')[0]!)
    .join('; ')
  return {
    call: async (endpoint, options = {}) => {
      const headers = { cookie, 'x-csrf-token': csrfToken }
      const response = await callPlatform(baseUrl, endpoint, { ...options, headers })
      return response.status === 204 ? undefined : await response.json()
    },
  }
}
