import {
  consoleEndpoints,
  type BodyOf,
  type Endpoint,
  type ParamsOf,
  type QueryOf,
  type ReplyOf,
} from '@yunqian/api'

type Operations = typeof consoleEndpoints
export type Operation = keyof Operations
type Part<Name extends string, Value> = [Value] extends [never] ? unknown : Record<Name, Value>
type Given<O extends Operation> = Part<'params', ParamsOf<Operations[O]>> &
  Part<'body', BodyOf<Operations[O]>> &
  ([QueryOf<Operations[O]>] extends [never] ? unknown : { query?: QueryOf<Operations[O]> })
type Arguments<O extends Operation> = unknown extends Given<O> ? [] : [Given<O>]
/** What the platform answers to an operation. */
export type Reply<O extends Operation> = ReplyOf<Operations[O]>

/** A refusal, in the platform's words; `details` names the fields that did not fit. */
export class PlatformRefusal extends Error {
  override readonly name = 'PlatformRefusal'
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly status: number
  readonly traceId: string | undefined

  constructor(given: { code: string; zh: string; en: string; status: number; traceId?: string }) {
    super(given.code)
    this.code = given.code
    this.zh = given.zh
    this.en = given.en
    this.status = given.status
    this.traceId = given.traceId
  }
}

let csrfToken: string | undefined
let signedOut: () => void = () => {}

/** The token of the session that every changing call must carry. */
export function carryCsrfToken(token: string | undefined): void {
  csrfToken = token
}

/** Called when the platform says that nobody is signed in any more. */
export function whenSignedOut(run: () => void): void {
  signedOut = run
}

/** Calls one operation of the console; throws `PlatformRefusal`. */
export async function ask<O extends Operation>(
  operation: O,
  ...given: Arguments<O>
): Promise<Reply<O>> {
  const response = await send(operation, given[0])
  return (response.status === 204 ? undefined : await response.json()) as Reply<O>
}

/** Calls an operation that answers a file; throws `PlatformRefusal`. */
export async function askFile<O extends Operation>(
  operation: O,
  ...given: Arguments<O>
): Promise<Blob> {
  return (await send(operation, given[0])).blob()
}

async function send(operation: Operation, given: unknown): Promise<Response> {
  const endpoint: Endpoint = consoleEndpoints[operation]
  const { params, query, body } = (given ?? {}) as {
    params?: Record<string, string>
    query?: Record<string, string | number | undefined>
    body?: unknown
  }
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (endpoint.method !== 'GET' && csrfToken) headers['x-csrf-token'] = csrfToken
  const response = await fetch(address(endpoint.path, params, query), {
    method: endpoint.method,
    headers,
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new PlatformRefusal(unreachable)
  })
  if (response.ok) return response
  const refusal = await readRefusal(response)
  if (endpoint.principal === 'staff' && refusal.code === 'platform.unauthenticated') signedOut()
  throw refusal
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

const unreachable = {
  code: 'console.unreachable',
  zh: '连不上平台。请检查网络，然后重试。',
  en: 'The platform cannot be reached. Check the network and try again.',
  status: 0,
}

async function readRefusal(response: Response): Promise<PlatformRefusal> {
  const told = (await response.json().catch(() => ({}))) as Record<string, unknown>
  const text = (name: string, otherwise: string) =>
    typeof told[name] === 'string' ? told[name] : otherwise
  const traceId = text('traceId', '')
  return new PlatformRefusal({
    code: text('code', `http.${response.status}`),
    zh: text('detail', '平台没有给出可读的回答，请稍后重试。'),
    en: text('detailEn', 'The platform gave no readable answer. Try again shortly.'),
    status: response.status,
    ...(traceId ? { traceId } : {}),
  })
}
