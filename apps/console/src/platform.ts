import {
  consoleEndpoints,
  type BodyOf,
  type Endpoint,
  type ParamsOf,
  type QueryOf,
  type ReplyOf,
} from '@yunqian/api'
import { readRefusal, unreachable } from './refusal.ts'

type Operations = typeof consoleEndpoints
export type Operation = keyof Operations
type Part<Name extends string, Value> = [Value] extends [never] ? unknown : Record<Name, Value>
type Given<O extends Operation> = Part<'params', ParamsOf<Operations[O]>> &
  Part<'body', BodyOf<Operations[O]>> &
  ([QueryOf<Operations[O]>] extends [never] ? unknown : { query?: QueryOf<Operations[O]> })
type Arguments<O extends Operation> = unknown extends Given<O> ? [] : [Given<O>]
/** What the platform answers to an operation. */
export type Reply<O extends Operation> = ReplyOf<Operations[O]>

let csrfToken: string | undefined
let sessionLost: () => void = () => {}

/** The token of the session that every changing call must carry. */
export function carryCsrfToken(token: string | undefined): void {
  csrfToken = token
}

/** Called when the platform says that this session is not, or no longer, the browser's. */
export function whenSessionLost(run: () => void): void {
  sessionLost = run
}

/** Calls one operation of the console; throws `PlatformRefusal`. */
export async function ask<O extends Operation>(
  operation: O,
  ...given: Arguments<O>
): Promise<Reply<O>> {
  const response = await call(consoleEndpoints[operation], given[0])
  return (response.status === 204 ? undefined : await response.json()) as Reply<O>
}

/** Calls an operation that answers a file; throws `PlatformRefusal`. */
export async function askFile<O extends Operation>(
  operation: O,
  ...given: Arguments<O>
): Promise<Blob> {
  return (await call(consoleEndpoints[operation], given[0])).blob()
}

/** Calls any endpoint from this page; throws `PlatformRefusal`. */
export async function call(endpoint: Endpoint, given: unknown): Promise<Response> {
  const { params, query, body } = (given ?? {}) as {
    params?: Record<string, string>
    query?: Record<string, string | number | undefined>
    body?: unknown
  }
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (endpoint.principal === 'staff' && endpoint.method !== 'GET' && csrfToken)
    headers['x-csrf-token'] = csrfToken
  if (endpoint.method === 'POST' && endpoint.path.startsWith('/v1/'))
    headers['idempotency-key'] = newIdempotencyKey()
  const response = await fetch(address(endpoint.path, params, query), {
    method: endpoint.method,
    headers,
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw unreachable()
  })
  if (response.ok) return response
  const refusal = await readRefusal(response)
  const lost = refusal.code === 'platform.unauthenticated' || refusal.code === 'platform.csrf'
  if (endpoint.principal === 'staff' && lost) sessionLost()
  throw refusal
}

// `randomUUID` exists on secure origins alone, and a trial may run on a plain address of the house.
function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

function address(
  path: string,
  params: Record<string, string> = {},
  query: Record<string, string | number | undefined> = {},
): string {
  const filled = path.replace(/:(\w+)/g, (_whole, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  )
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') asked.set(name, String(value))
  return asked.size > 0 ? `${filled}?${asked}` : filled
}
