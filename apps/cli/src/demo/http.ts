import { randomUUID } from 'node:crypto'
import type { BodyOf, Endpoint, ParamsOf, Problem, QueryOf, ReplyOf } from '@yunqian/api'

/** A refusal of the platform, in its own words. */
class Refused extends Error {
  readonly code: string

  constructor(operation: string, problem: Problem) {
    super(`${operation}: ${problem.code} ${problem.detail} ${problem.detailEn}`)
    this.name = 'Refused'
    this.code = problem.code
  }
}

export interface CallOptions<E> {
  readonly params?: ParamsOf<E>
  readonly query?: QueryOf<E>
  readonly body?: BodyOf<E>
  readonly headers?: Readonly<Record<string, string>>
}

/** One call as an integrator's program makes it: JSON over HTTP, an Idempotency-Key on every POST. */
export async function callPlatform<E extends Endpoint>(
  baseUrl: string,
  endpoint: E,
  { params, query, body, headers }: CallOptions<E>,
): Promise<Response> {
  const path = endpoint.path.replaceAll(/:([A-Za-z]+)/g, (_, name: string) =>
    encodeURIComponent((params as Record<string, string> | undefined)?.[name] ?? ''),
  )
  const search = new URLSearchParams(
    Object.entries((query ?? {}) as Record<string, unknown>).map(([name, value]) => [
      name,
      String(value),
    ]),
  )
  const response = await fetch(`${baseUrl}${path}${search.size > 0 ? `?${search}` : ''}`, {
    method: endpoint.method,
    headers: {
      ...(endpoint.method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Refused(endpoint.operationId, (await response.json()) as Problem)
  return response
}

export async function callJson<E extends Endpoint>(
  baseUrl: string,
  endpoint: E,
  options: CallOptions<E>,
): Promise<ReplyOf<E>> {
  const response = await callPlatform(baseUrl, endpoint, options)
  return (response.status === 204 ? undefined : await response.json()) as ReplyOf<E>
}

export async function callBytes<E extends Endpoint>(
  baseUrl: string,
  endpoint: E,
  options: CallOptions<E>,
): Promise<Uint8Array> {
  const response = await callPlatform(baseUrl, endpoint, options)
  return new Uint8Array(await response.arrayBuffer())
}
