import { randomBytes, randomUUIDv7 } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import type { Endpoint } from '@yunqian/api'
import type { Log } from '../log.ts'
import {
  answerOnce,
  readIdempotencyKey,
  recordKey,
  requestHash,
  type IdempotencyDeps,
  type StoredAnswer,
} from './idempotency.ts'
import { openApiDocument } from './openapi.ts'
import { HttpProblem, problemBody, refusalOf } from './problem.ts'
import { referencePage } from './reference-page.ts'
import {
  principalName,
  type ArrivedRequest,
  type Authenticators,
  type Principal,
} from './principal.ts'
import { createCall, type Handler } from './call.ts'
import { bodyCheck, replyCheck, textCheck } from './validation.ts'

export interface RateLimits {
  /** Requests a minute from one address that carry no credentials, or wrong ones. */
  readonly publicPerMinute: number
  /** Requests a minute of one device or member of staff. */
  readonly personPerMinute: number
  readonly applicationPerMinute: number
}

export interface HttpAppOptions extends IdempotencyDeps {
  readonly log: Log
  readonly publicUrl: string
  readonly version: string
  readonly rateLimits: RateLimits
  /** Addresses whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  readonly authenticators: Authenticators
}

/** What a room mounts its routes on. */
export interface HttpApp {
  /** One operation of the API: checked on the way in and out, refused with coded problems. */
  route<E extends Endpoint>(endpoint: E, handler: Handler<E>): void
  /** For what is not the API: OCSP, timestamps, pages. Bodies arrive as Buffer unless JSON. */
  readonly server: FastifyInstance
  /** Fires when the server begins to stop, so that held requests answer. */
  readonly stopping: AbortSignal
}

const defaultBodyLimit = 1_048_576

declare module 'fastify' {
  interface FastifyRequest {
    rawBody?: Buffer
    refusedAs?: string
  }
}

/** The HTTP face of the platform, without any room's routes yet. */
export async function buildHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  const server = fastify({
    bodyLimit: defaultBodyLimit,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    genReqId: (request) => traceIdOf(request.headers['traceparent']),
    // A held request (long poll) may answer; an idle connection may not hold up the end.
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
    connectionTimeout: 120_000,
    routerOptions: { maxParamLength: 200 },
  })
  const stop = new AbortController()
  const endpoints: Endpoint[] = []
  await server.register(helmet, helmetOptions(options.publicUrl))
  await server.register(rateLimit, { global: false })
  readBodies(server)
  answerErrors(server, options)
  closeSoon(server, stop)
  server.addHook('onSend', async (request, reply) => {
    reply.header('x-trace-id', request.id)
  })
  server.addHook('onResponse', async (request, reply) => {
    const { method, id: traceId } = request
    // The route, not the address: addresses carry tokens and ids.
    const route = request.routeOptions.url ?? 'none'
    const ms = Math.round(reply.elapsedTime)
    const code = request.refusedAs ? { code: request.refusedAs } : {}
    options.log.info({ method, route, status: reply.statusCode, ms, traceId, ...code }, 'request')
  })
  const limit = limiter(server, options.rateLimits)
  server.get('/openapi.json', async () =>
    openApiDocument(endpoints, { serverUrl: options.publicUrl, version: options.version }),
  )
  server.get('/reference', async (_request, reply) =>
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .send(referencePage(endpoints, options.publicUrl)),
  )
  return {
    server,
    stopping: stop.signal,
    route(endpoint, handler) {
      endpoints.push(endpoint)
      server.route({
        method: endpoint.method,
        url: endpoint.path,
        bodyLimit: endpoint.bodyLimitBytes ?? defaultBodyLimit,
        handler: operation(options, endpoint, handler, limit, stop.signal),
      })
    },
  }
}

function operation<E extends Endpoint>(
  options: HttpAppOptions,
  endpoint: E,
  handler: Handler<E>,
  limit: Limiter,
  stopping: AbortSignal,
): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const checks = {
    params: endpoint.params ? textCheck('params', endpoint.params) : () => undefined,
    query: endpoint.query ? textCheck('query', endpoint.query) : () => undefined,
    body: endpoint.body ? bodyCheck(endpoint.body) : () => undefined,
  }
  const promised = endpoint.reply ? replyCheck(endpoint.reply) : () => undefined
  return async (request, reply) => {
    const arrived = arrivedRequest(request)
    const principal = await authenticate(options.authenticators, endpoint, arrived).catch(
      async (error: unknown) => {
        // Whoever guesses credentials is counted by address; whoever holds them, by name.
        await limit(request, undefined)
        throw error
      },
    )
    await limit(request, principal.kind === 'public' ? undefined : principal)
    const input = {
      params: checks.params(request.params),
      query: checks.query(request.query),
      body: checks.body(request.body),
    }
    const run = async (intentId: string): Promise<StoredAnswer> => {
      const call = createCall(arrived, request, reply, principal, input, intentId, stopping)
      const result = await handler(call as Parameters<Handler<E>>[0])
      return answerFrom(endpoint, result, promised)
    }
    const once = endpoint.method === 'POST' && endpoint.path.startsWith('/v1/')
    const answer = once
      ? await runOnce(options, endpoint, arrived, principal, request, run)
      : await run(randomUUIDv7())
    reply.code(answer.status)
    if (answer.status === 204) return reply.send()
    return reply.header('content-type', answer.mediaType).send(Buffer.from(answer.body))
  }
}

// A refusal is an answer like any other: the same key gets the same refusal.
async function runOnce(
  options: HttpAppOptions,
  endpoint: Endpoint,
  arrived: ArrivedRequest,
  principal: Principal,
  request: FastifyRequest,
  run: (intentId: string) => Promise<StoredAnswer>,
): Promise<StoredAnswer> {
  const key = readIdempotencyKey(arrived.headers['idempotency-key'])
  const record = recordKey(principalName(principal), endpoint.method, endpoint.path, key)
  const hash = await requestHash(arrived.path, arrived.rawBody)
  return answerOnce(options, record, hash, async (intentId) => {
    try {
      return await run(intentId)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.unforeseen) throw error
      request.refusedAs = refusal.code
      const body = problemBody(refusal, request.id, options.clock.now())
      return {
        status: body.status,
        mediaType: problemType,
        body: Buffer.from(JSON.stringify(body)),
      }
    }
  })
}

function answerFrom(
  endpoint: Endpoint,
  result: unknown,
  promised: (value: unknown) => string | undefined,
): StoredAnswer {
  const status = endpoint.status ?? 200
  if (endpoint.replyMediaType) {
    if (!(result instanceof Uint8Array))
      throw new TypeError(`${endpoint.operationId} must answer bytes`)
    return { status, mediaType: endpoint.replyMediaType, body: result }
  }
  if (!endpoint.reply)
    return { status: endpoint.status ?? 204, mediaType: jsonType, body: new Uint8Array() }
  const broken = promised(result)
  if (broken) throw new TypeError(`${endpoint.operationId} answers outside its schema: ${broken}`)
  return { status, mediaType: jsonType, body: Buffer.from(JSON.stringify(result)) }
}

async function authenticate(
  authenticators: Authenticators,
  endpoint: Endpoint,
  arrived: ArrivedRequest,
): Promise<Principal> {
  if (endpoint.principal === 'public') return { kind: 'public' }
  const authenticator = authenticators[endpoint.principal]
  if (!authenticator) throw new HttpProblem('platform.unauthenticated')
  const principal = await authenticator(arrived)
  if (principal.kind !== 'staff') return principal
  if (endpoint.method !== 'GET' && arrived.headers['x-csrf-token'] !== principal.csrfToken)
    throw new HttpProblem('platform.csrf')
  const { roles } = endpoint
  if (roles && !principal.roles.some(({ role }) => roles.includes(role)))
    throw new HttpProblem('platform.forbidden')
  return principal
}

type Limiter = (request: FastifyRequest, principal: Principal | undefined) => Promise<void>

// Counted per process: a limit against floods, not a quota.
function limiter(server: FastifyInstance, limits: RateLimits): Limiter {
  const principals = new WeakMap<FastifyRequest, Principal>()
  const keyGenerator = (request: FastifyRequest): string => {
    const principal = principals.get(request)
    return principal ? principalName(principal) : `address:${request.ip}`
  }
  const window = { timeWindow: 60_000, keyGenerator }
  const checks = {
    public: server.createRateLimit({ ...window, max: limits.publicPerMinute }),
    person: server.createRateLimit({ ...window, max: limits.personPerMinute }),
    application: server.createRateLimit({ ...window, max: limits.applicationPerMinute }),
  }
  return async (request, principal) => {
    if (principal) principals.set(request, principal)
    const kind = principal
      ? principal.kind === 'application'
        ? 'application'
        : 'person'
      : 'public'
    const found = await checks[kind](request)
    if (!found.isAllowed && found.isExceeded)
      throw new HttpProblem('platform.rate-limited', { retryAfterSeconds: found.ttlInSeconds })
  }
}

const jsonType = 'application/json; charset=utf-8'
const problemType = 'application/problem+json; charset=utf-8'

// Signatures of phones cover the very bytes, so the bytes are kept; text that is not UTF-8 is not JSON.
function readBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error')
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    request.rawBody = body as Buffer
    let text: string
    try {
      text = utf8.decode(body as Buffer)
    } catch {
      return done(new HttpProblem('platform.body-malformed'))
    }
    if (text === '') return done(null, undefined)
    void parse(request, text, (error, value) =>
      error ? done(new HttpProblem('platform.body-malformed')) : done(null, value),
    )
  })
}

function arrivedRequest(request: FastifyRequest): ArrivedRequest {
  return {
    method: request.method,
    path: request.raw.url ?? '',
    headers: request.headers,
    rawBody: request.rawBody ?? new Uint8Array(),
  }
}

function answerErrors(server: FastifyInstance, { clock, log }: HttpAppOptions): void {
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const refusal = refusalOf(error)
    const traceId = request.id
    request.refusedAs = refusal.code
    if (refusal.unforeseen) {
      const { name, code, stack, cause } = error as Error & { code?: string }
      // Of a full disk or a lost connection: errno or SQLSTATE.
      const because = (cause as { code?: unknown } | undefined)?.code
      // The stack, not the message: messages of others quote values.
      const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line))
      log.error({ traceId, name, code, because, frames: frames?.slice(0, 8) }, 'unforeseen error')
    }
    const body = problemBody(refusal, traceId, clock.now())
    const wait = refusal.details?.['retryAfterSeconds']
    if (typeof wait === 'number') reply.header('retry-after', String(wait))
    return reply.code(body.status).header('content-type', problemType).send(JSON.stringify(body))
  }
  server.setErrorHandler(refuse)
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const other = (['GET', 'POST', 'PATCH', 'DELETE'] as const).filter(
      (method) => method !== request.method && server.findRoute({ method, url: path }) !== null,
    )
    if (other.length === 0) return refuse(new HttpProblem('platform.not-found'), request, reply)
    reply.header('allow', other.join(', '))
    return refuse(new HttpProblem('platform.method-not-allowed'), request, reply)
  })
}

function closeSoon(server: FastifyInstance, stop: AbortController): void {
  server.addHook('preClose', async () => {
    stop.abort()
    const idle = setInterval(() => server.server.closeIdleConnections(), 50)
    const end = setTimeout(() => server.server.closeAllConnections(), 5_000)
    server.server.once('close', () => {
      clearInterval(idle)
      clearTimeout(end)
    })
  })
}

function traceIdOf(traceparent: string | string[] | undefined): string {
  const given = typeof traceparent === 'string' ? traceparent : ''
  return (
    /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(given)?.[1] ??
    randomBytes(16).toString('hex')
  )
}

function helmetOptions(publicUrl: string): object {
  const secure = publicUrl.startsWith('https:')
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: [`'self'`],
        // The PDF pages are drawn by WebAssembly decoders and a worker.
        scriptSrc: [`'self'`, `'wasm-unsafe-eval'`],
        workerSrc: [`'self'`, 'blob:'],
        styleSrc: [`'self'`, `'unsafe-inline'`],
        imgSrc: [`'self'`, 'data:', 'blob:'],
        fontSrc: [`'self'`, 'data:'],
        connectSrc: [`'self'`, 'blob:', 'data:'],
        objectSrc: [`'none'`],
        baseUri: [`'none'`],
        formAction: [`'self'`],
        frameAncestors: [`'none'`],
        ...(secure ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    hsts: secure ? { maxAge: 31_536_000 } : false,
    crossOriginEmbedderPolicy: false,
    originAgentCluster: false,
  }
}
