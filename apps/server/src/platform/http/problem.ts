import { problems, type Problem, type ProblemCode } from '@yunqian/api'

/** A refusal by the HTTP layer itself. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly code: ProblemCode
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: ProblemCode, details?: Readonly<Record<string, unknown>>) {
    super(code)
    this.code = code
    this.details = details
  }
}

// What the HTTP server says for itself, in the table's words.
const serverErrors: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'platform.body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'platform.media-type-unsupported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'platform.body-malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'platform.body-malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'platform.body-malformed',
  FST_ERR_BAD_URL: 'platform.not-found',
}

// The database cannot write: disk_full, io_error.
const databaseFull = new Set(['53100', '58030'])

// The database is away or busy: the caller may simply ask again.
const databaseAway = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08006',
  '08001',
])

export interface Refusal {
  readonly code: ProblemCode
  readonly details?: Readonly<Record<string, unknown>>
  /** An error operations must hear of: it is logged, the caller learns the trace id alone. */
  readonly unforeseen: boolean
}

/** What an error means to the caller. Only codes in the table speak for themselves. */
export function refusalOf(error: unknown): Refusal {
  const { code, details, message } = error as {
    code?: unknown
    details?: unknown
    message?: unknown
  }
  if (typeof code === 'string' && Object.hasOwn(problems, code)) {
    // Whoever runs the platform must make room; the caller can only wait.
    if (code === 'platform.storage-unavailable') return { code, unforeseen: true }
    const shown = details !== null && typeof details === 'object' && Object.keys(details).length > 0
    return {
      code: code as ProblemCode,
      ...(shown ? { details: details as Record<string, unknown> } : {}),
      unforeseen: false,
    }
  }
  const known = typeof code === 'string' ? serverErrors[code] : undefined
  if (known) return { code: known, unforeseen: false }
  if (typeof code === 'string' && databaseFull.has(code))
    return { code: 'platform.storage-unavailable', unforeseen: true }
  const lost =
    (typeof code === 'string' && databaseAway.has(code)) ||
    (typeof message === 'string' &&
      /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/.test(
        message,
      ))
  if (lost) return { code: 'platform.overloaded', unforeseen: true }
  return { code: 'platform.internal', unforeseen: true }
}

/** The body of a refusal. */
export function problemBody(refusal: Refusal, traceId: string, now: Date): Problem {
  const text = problems[refusal.code]
  return {
    type: `urn:yunqian:problem:${refusal.code}`,
    title: text.en,
    status: text.status,
    code: refusal.code,
    detail: text.zh,
    detailEn: text.en,
    retryable: text.retryable,
    traceId,
    serverTime: now.toISOString(),
    ...(refusal.details ? { details: refusal.details } : {}),
  }
}
