import {
  type BodyOf,
  type Endpoint,
  type ParamsOf,
  phoneHeaders,
  phoneRequestText,
  type QueryOf,
  type ReplyOf,
} from '@yunqian/api'
import { concatBytes, toHex } from '@yunqian/sm'
import { toBase64Url, utf8 } from './bytes.ts'
import { isProblemCode, PhoneError } from './errors.ts'
import type { PhonePorts } from './ports.ts'

/** Attempts of one call whose answer was lost or told to try again; each attempt is signed anew. */
const maxAttempts = 4
const worthAnother: ReadonlySet<string> = new Set([
  'phone.offline',
  'platform.request-in-progress',
  'platform.overloaded',
  'platform.internal',
])

interface Call<E> {
  readonly device: string
  readonly params?: ParamsOf<E>
  readonly query?: QueryOf<E>
  readonly body?: BodyOf<E>
  /** Given by a caller that may repeat the call after a restart; otherwise fresh. */
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}

/**
 * The phone's signed line to the platform. A lost answer is asked for again under the same Idempotency-Key with a
 * fresh signature, so that nothing happens twice; a clock that is off is corrected from the server's and retried.
 */
export class PlatformLink {
  readonly #ports: PhonePorts
  /** Server clock minus phone clock, learnt from a refusal. */
  #clockOffsetMs = 0

  constructor(ports: PhonePorts) {
    this.#ports = ports
  }

  /** The server's time as far as the phone knows it. */
  now(): Date {
    return new Date(this.#ports.now().getTime() + this.#clockOffsetMs)
  }

  async call<E extends Endpoint>(endpoint: E, call: Call<E>): Promise<ReplyOf<E>> {
    const text = await this.#send(endpoint, call, (response) => response.text())
    if (text === '') return undefined as ReplyOf<E>
    try {
      return JSON.parse(text) as ReplyOf<E>
    } catch (cause) {
      throw new PhoneError('phone.answer-malformed', { cause })
    }
  }

  /** For endpoints that answer bytes; `onBytes` is told how many have come. */
  async download<E extends Endpoint>(
    endpoint: E,
    call: Call<E>,
    onBytes?: (received: number) => void,
  ): Promise<Uint8Array> {
    return this.#send(endpoint, call, async (response) => {
      const parts: Uint8Array[] = []
      let received = 0
      for (const reader = response.body!.getReader(); ;) {
        const { done, value } = await reader.read()
        if (done) return concatBytes(...parts)
        parts.push(value)
        onBytes?.((received += value.length))
      }
    })
  }

  async #send<E extends Endpoint, T>(
    endpoint: E,
    call: Call<E>,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const idempotencyKey =
      endpoint.method === 'POST' ? (call.idempotencyKey ?? toBase64Url(this.#ports.random(16))) : ''
    let clockCorrected = false
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(endpoint, call, idempotencyKey, read)
      if (!(outcome instanceof PhoneError)) return outcome.value
      if (outcome.code === 'phone.clock-skew' && !clockCorrected && this.#correctClock(outcome)) {
        clockCorrected = true
        continue
      }
      if (!worthAnother.has(outcome.code) || attempt >= maxAttempts || call.signal?.aborted)
        throw outcome
      await this.#ports.sleep(200 * 2 ** attempt)
    }
  }

  /** One signed request. An answer cut off in the middle is as good as none. */
  async #attempt<E extends Endpoint, T>(
    endpoint: E,
    call: Call<E>,
    idempotencyKey: string,
    read: (response: Response) => Promise<T>,
  ): Promise<{ readonly value: T } | PhoneError> {
    const path = pathOf(endpoint, call)
    const body = call.body === undefined ? '' : JSON.stringify(call.body)
    const headers = await this.#signedHeaders(
      endpoint.method,
      path,
      body,
      call.device,
      idempotencyKey,
    )
    try {
      const response = await this.#ports.fetch(this.#ports.baseUrl + path, {
        method: endpoint.method,
        headers,
        ...(call.body === undefined ? {} : { body }),
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      })
      return response.ok ? { value: await read(response) } : await refusalOf(response)
    } catch (cause) {
      return new PhoneError('phone.offline', { cause })
    }
  }

  async #signedHeaders(method: string, path: string, body: string, device: string, key: string) {
    const time = this.now().toISOString()
    const nonce = toBase64Url(this.#ports.random(16))
    const bodySha256Hex = toHex(await this.#ports.sha256(utf8(body)))
    const text = phoneRequestText({
      method,
      path,
      bodySha256Hex,
      time,
      nonce,
      device,
      idempotencyKey: key,
    })
    const signature = await this.#ports.deviceKeys.signRequest(utf8(text))
    return {
      [phoneHeaders.device]: device,
      [phoneHeaders.time]: time,
      [phoneHeaders.nonce]: nonce,
      [phoneHeaders.signature]: toBase64Url(signature),
      ...(key === '' ? {} : { 'idempotency-key': key }),
      ...(body === '' ? {} : { 'content-type': 'application/json' }),
    }
  }

  #correctClock(refusal: PhoneError): boolean {
    const serverTime = Date.parse(String(refusal.details['serverTime']))
    if (Number.isNaN(serverTime)) return false
    this.#clockOffsetMs = serverTime - this.#ports.now().getTime()
    return true
  }
}

function pathOf<E extends Endpoint>(endpoint: E, call: Call<E>): string {
  const params = (call.params ?? {}) as Record<string, string>
  const path = endpoint.path.replaceAll(/:([A-Za-z]+)/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  )
  const query = Object.entries((call.query ?? {}) as Record<string, unknown>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

async function refusalOf(response: Response): Promise<PhoneError> {
  const problem = (await response.json().catch(() => undefined)) as
    | Record<string, unknown>
    | undefined
  if (problem === undefined || !isProblemCode(problem['code'])) {
    // A proxy's own page, or a server going down: as good as no answer.
    return new PhoneError(response.status >= 500 ? 'phone.offline' : 'phone.answer-malformed')
  }
  return new PhoneError(problem['code'], {
    details: { ...(problem['details'] as object | undefined), serverTime: problem['serverTime'] },
    ...(typeof problem['traceId'] === 'string' ? { traceId: problem['traceId'] } : {}),
  })
}
