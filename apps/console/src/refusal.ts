/** A refusal, in the platform's words or the page's own. */
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

/** No answer came at all. */
export function unreachable(): PlatformRefusal {
  return new PlatformRefusal({
    code: 'console.unreachable',
    zh: '连不上平台。请检查网络，然后重试。',
    en: 'The platform cannot be reached. Check the network and try again.',
    status: 0,
  })
}

export async function readRefusal(response: Response): Promise<PlatformRefusal> {
  const told = (await response.json().catch(() => ({}))) as Record<string, unknown>
  const text = (name: string, otherwise: string) =>
    typeof told[name] === 'string' ? told[name] : otherwise
  const traceId = text('traceId', '')
  const waits = Number(response.headers.get('retry-after'))
  return new PlatformRefusal({
    code: text('code', `http.${response.status}`),
    zh: text('detail', '平台没有给出可读的回答，请稍后重试。'),
    en: text('detailEn', 'The platform gave no readable answer. Try again shortly.'),
    status: response.status,
    ...(response.status === 429 && waits > 0 ? tooFast(waits) : {}),
    ...(traceId ? { traceId } : {}),
  })
}

// The platform's own words name the header, which a person does not see.
function tooFast(seconds: number): { zh: string; en: string } {
  return {
    zh: `请求过于频繁，请在 ${seconds} 秒后重试。`,
    en: `Too many requests. Try again in ${seconds} seconds.`,
  }
}
