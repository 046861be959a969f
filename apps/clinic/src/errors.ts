const refusals = {
  'clinic.not-signed-in': {
    status: 401,
    zh: '请先扫码登录。',
    en: 'Log in with your phone first.',
  },
  'clinic.foreign-origin': {
    status: 403,
    zh: '请求来自其他网站，已拒绝。',
    en: 'The request came from another site and was refused.',
  },
  'clinic.unknown': { status: 404, zh: '没有这个对象。', en: 'There is no such object.' },
  'clinic.login-unknown': {
    status: 404,
    zh: '登录请求已失效，请刷新二维码。',
    en: 'This login request is gone. Refresh the code.',
  },
  'clinic.record-incomplete': {
    status: 422,
    zh: '主诉、现病史和诊断不能为空。',
    en: 'Chief complaint, present illness and diagnosis must be filled in.',
  },
  'clinic.glyph-missing': {
    status: 422,
    zh: '病历中有字库没有的字，印不到纸上，未送签：{characters}。请换一种写法后再签。',
    en: 'The record has characters that the font lacks and paper would not show; it was not handed in: {characters}. Write them another way and sign again.',
  },
  'clinic.record-locked': {
    status: 409,
    zh: '病历已提交签名，不能再改。',
    en: 'The record has been handed in for signing and can no longer be changed.',
  },
  'clinic.not-the-author': {
    status: 403,
    zh: '这份病历由另一位医生书写。',
    en: 'Another doctor wrote this record.',
  },
  'clinic.signing-under-way': {
    status: 409,
    zh: '已经请这位医生签名，请等待或先撤回。',
    en: 'This doctor has been asked already. Wait, or withdraw the request.',
  },
  'clinic.nothing-signed': { status: 409, zh: '还没有签名。', en: 'Nothing is signed yet.' },
  'clinic.platform-unreachable': {
    status: 502,
    zh: '签名平台暂时连接不上。',
    en: 'The signing platform is out of reach for now.',
  },
  'clinic.request-invalid': { status: 400, zh: '请求内容不对。', en: 'The request is not right.' },
  'clinic.internal': { status: 500, zh: '系统内部错误，已记录。', en: 'Internal error, recorded.' },
} as const

export type ClinicErrorCode = keyof typeof refusals

/** A refusal of the clinic itself. */
export class ClinicError extends Error {
  readonly code: ClinicErrorCode
  /** What stands in the places of the words. */
  readonly details: Readonly<Record<string, string>>

  constructor(
    code: ClinicErrorCode,
    options: { details?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(code, { cause: options.cause })
    this.name = 'ClinicError'
    this.code = code
    this.details = options.details ?? {}
  }
}

/** A refusal of the platform, handed through to the page with its own code and words. */
export class PlatformRefusal extends Error {
  readonly status: number
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly traceId: string | undefined
  readonly retryable: boolean

  constructor(problem: Readonly<Record<string, unknown>>, status: number) {
    const text = (key: string) => (typeof problem[key] === 'string' ? problem[key] : undefined)
    super(text('code') ?? `HTTP ${status}`)
    this.name = 'PlatformRefusal'
    this.status = status
    this.code = text('code') ?? 'platform.unreadable-answer'
    this.zh = text('detail') ?? '签名平台的回答无法识别。'
    this.en = text('detailEn') ?? 'The signing platform’s answer could not be read.'
    this.traceId = text('traceId')
    this.retryable = problem['retryable'] === true || status >= 500 || status === 429
  }
}

/**
 * Whether the same wish may be granted later without anybody changing it: the platform is away, busy or restarting,
 * or our own key is not accepted, which is for whoever runs the clinic to mend and not for the doctor.
 */
export function mayPass(error: unknown): boolean {
  if (error instanceof PlatformRefusal) return error.retryable || error.status === 401
  return error instanceof ClinicError && error.code === 'clinic.platform-unreachable'
}

export interface ShownProblem {
  readonly status: number
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly traceId?: string
}

/** What the page is told: refusals in their words, everything else as an internal error and nothing more. */
export function shownProblem(error: unknown): ShownProblem {
  if (error instanceof ClinicError) {
    const { status, zh, en } = refusals[error.code]
    const filled = (text: string) =>
      text.replaceAll(/\{(\w+)\}/g, (_, name: string) => error.details[name] ?? '')
    return { code: error.code, status, zh: filled(zh), en: filled(en) }
  }
  if (error instanceof PlatformRefusal) {
    const { code, zh, en, traceId } = error
    const status = error.status >= 500 || error.status === 401 ? 502 : error.status
    return traceId ? { status, code, zh, en, traceId } : { status, code, zh, en }
  }
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { code: 'clinic.request-invalid', ...refusals['clinic.request-invalid'], status }
  return { code: 'clinic.internal', ...refusals['clinic.internal'] }
}
