import type { RunningPlatform } from './running-platform.ts'

type Answer = Record<string, never> & { readonly [key: string]: unknown }

/** A centre's clerk at the console's API: cookie, CSRF token, one call after another. */
export async function clerkOf({ url, invitation }: RunningPlatform) {
  let cookie = ''
  let csrf = ''
  async function call<T = Answer>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { cookie, 'x-csrf-token': csrf, origin: url }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const request = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(`${url}/console/api${path}`, { method, headers, ...request })
    const [set] = answer.headers.getSetCookie()
    if (set) cookie = set.split(';')[0]!
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const account = { login: 'clerk', password: 'seven-quiet-lanterns-1', name: '林主任' }
  csrf = (await call<{ csrfToken: string }>('POST', `/invitations/${invitation}`, account))
    .csrfToken
  const { centres } = await call<{ centres: { centreId: string; code: string }[] }>(
    'GET',
    '/centres',
  )
  const centre = centres[0]!

  return {
    centreCode: centre.code,
    register: (doctor: { name: string; idNumber: string; mobile: string }) =>
      call('POST', '/people', { ...doctor, centreId: centre.centreId, role: 'doctor' }),
    /** The newest one-time code in the trial outbox. */
    newestCode: async () => {
      const { messages } = await call<{ messages: { text: string }[] }>('GET', '/trial-outbox')
      return /\d{6}/.exec(messages[0]!.text)![0]
    },
    approveWaiting: async () => {
      const { enrollments } = await call<{ enrollments: { enrollmentId: string }[] }>(
        'GET',
        '/enrollments?state=proofed',
      )
      for (const { enrollmentId } of enrollments)
        await call('POST', `/enrollments/${enrollmentId}/approve`, {})
      return enrollments.length
    },
  }
}
