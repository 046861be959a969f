import { problems, type Endpoint, type ProblemCode } from '@yunqian/api'

/** The OpenAPI 3.1 description of exactly the operations that are mounted, from the schemas that check them. */
export function openApiDocument(
  endpoints: readonly Endpoint[],
  about: { readonly serverUrl: string; readonly version: string },
): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Yunqian 云签',
      version: about.version,
      description:
        'Mobile certificates, login and signatures for community health centres. 社康移动证书、登录与电子签名。',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: about.serverUrl }],
    paths,
    components: { schemas: { Problem: problemSchema }, securitySchemes },
  }
}

function operation(endpoint: Endpoint): object {
  const once = endpoint.method === 'POST' && endpoint.path.startsWith('/v1/')
  const codes = new Set<ProblemCode>([
    ...(endpoint.problems ?? []),
    'platform.request-invalid',
    ...(endpoint.principal === 'public' ? [] : (['platform.unauthenticated'] as const)),
    ...(endpoint.principal === 'staff' ? (['platform.forbidden', 'platform.csrf'] as const) : []),
    ...(once ? onceProblems : []),
    'platform.rate-limited',
  ])
  const refusals: Record<string, { description: string; content: object }> = {}
  for (const code of codes) {
    const { status, en } = problems[code]
    const before = refusals[status]?.description
    refusals[status] = {
      description: `${before ? `${before}\n\n` : ''}\`${code}\`: ${en}`,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    }
  }
  return {
    operationId: endpoint.operationId,
    summary: `${endpoint.summary.en} ${endpoint.summary.zh}`,
    tags: [endpoint.principal],
    ...(endpoint.principal === 'public'
      ? { security: [] }
      : { security: [{ [endpoint.principal]: [] }] }),
    parameters: [
      ...parameters('path', endpoint.params),
      ...parameters('query', endpoint.query),
      ...(once ? [idempotencyKey] : []),
    ],
    ...(endpoint.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: endpoint.body } },
          },
        }
      : {}),
    responses: { [success(endpoint)]: answer(endpoint), ...refusals },
  }
}

function success(endpoint: Endpoint): number {
  return endpoint.status ?? (endpoint.reply || endpoint.replyMediaType ? 200 : 204)
}

function answer(endpoint: Endpoint): object {
  if (endpoint.replyMediaType)
    return { description: 'OK', content: { [endpoint.replyMediaType]: {} } }
  if (!endpoint.reply) return { description: 'Done' }
  return { description: 'OK', content: { 'application/json': { schema: endpoint.reply } } }
}

function parameters(where: 'path' | 'query', schema: unknown): object[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, object>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: required.includes(name),
    schema: property,
  }))
}

const onceProblems = [
  'platform.idempotency-key-missing',
  'platform.idempotency-key-reused',
  'platform.request-in-progress',
] as const satisfies readonly ProblemCode[]

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description:
    'The same key with the same request gets the same answer for 24 hours. 相同的键与相同的请求在 24 小时内得到相同的回答。',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
}

const securitySchemes = {
  application: { type: 'http', scheme: 'bearer', description: 'yq_<application>_<secret>' },
  staff: { type: 'apiKey', in: 'cookie', name: 'yq_session' },
  device: {
    type: 'apiKey',
    in: 'header',
    name: 'yunqian-signature',
    description:
      'A phone’s request signature over method, path, body, time, nonce and key (ECDSA P-256).',
  },
}

const problemSchema = {
  type: 'object',
  required: [
    'type',
    'title',
    'status',
    'code',
    'detail',
    'detailEn',
    'retryable',
    'traceId',
    'serverTime',
  ],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(problems) },
    detail: { type: 'string' },
    detailEn: { type: 'string' },
    retryable: { type: 'boolean' },
    traceId: { type: 'string' },
    serverTime: { type: 'string', format: 'date-time' },
    details: { type: 'object' },
  },
}
