import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
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

const tries = 5
const pauseMs = 500

/**
 * One call as an integrator's program makes it: JSON over HTTP, an Idempotency-Key on every POST, and the very same
 * request again when the refusal says that it may be tried again.
 */
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
  const request = {
    method: endpoint.method,
    headers: {
      ...(endpoint.method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${baseUrl}${path}${search.size > 0 ? `?${search}` : ''}`, request)
    if (response.ok) return response
    const problem = (await response.json()) as Problem
    if (!problem.retryable || attempt === tries) throw new Refused(endpoint.operationId, problem)
    await pause(pauseMs * attempt)
  }
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
