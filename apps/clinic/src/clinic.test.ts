import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type ClinicConfig, startClinic } from './index.ts'

const config: ClinicConfig = {
  platformUrl: 'http://platform.invalid',
  verifierUrl: 'http://platform.invalid/verify/',
  applicationKey: 'yq_key',
  host: '127.0.0.1',
  port: 0,
  dataFolder: ':memory:',
  centreName: '示例社康',
  workstation: '诊室 1',
}
const subject = { personId: 'p1', name: '陈雨晴', certificateSerialHex: '0a' }

interface Received {
  readonly path: string
  readonly key: string | null
  readonly body: Record<string, unknown>
}

/** A platform as the public documentation describes it, enough for one doctor; `fail` breaks its next answer. */
function platformOfOne() {
  const received: Received[] = []
  const used = new Set<string>()
  let fail = ''
  let failure = ''
  let refused = false
  let tasks = 0
  const answers: Record<string, (body: Record<string, unknown>) => unknown> = {
    'POST /v1/login-requests': () => ({
      loginRequestId: 'l1',
      state: 'waiting',
      qr: 'http://platform.invalid/m/#/scan/YQ1:L:x',
      matchCode: '47',
      expiresAt: '2026-11-24T02:00:00.000Z',
    }),
    'GET /v1/login-requests/l1': () => ({
      loginRequestId: 'l1',
      state: 'approved',
      qr: 'q',
      matchCode: '47',
      expiresAt: '2026-11-24T02:00:00.000Z',
      subject: { ...subject, name: 'not to be trusted' },
      loginRecord: 'AAAA',
    }),
    'POST /v1/login-verifications': ({ loginRecord }) => {
      if (used.has(String(loginRecord))) return { status: 409, code: 'login.record-used' }
      used.add(String(loginRecord))
      return { subject, signedAt: '2026-11-24T01:59:00.000Z', report: {} }
    },
    'POST /v1/user-bindings': ({ hisUserId }) => ({ hisUserId, subject }),
    'POST /v1/documents': () => ({ documentId: 'd1' }),
    'POST /v1/signing-tasks': () => ({
      signingTaskId: `t${(tasks += 1)}`,
      documentId: 'd1',
      state: 'waiting',
      qr: 'q2',
    }),
    'GET /v1/signing-tasks/t1': () => ({
      signingTaskId: 't1',
      ...(refused
        ? { state: 'refused' }
        : { state: 'completed', signedAt: '2026-11-24T02:10:00.000Z' }),
    }),
  }
  const fetch = async (address: string | URL | Request, init: RequestInit = {}) => {
    const { pathname } = new URL(String(address))
    const headers = new Headers(init.headers)
    expect(headers.get('authorization')).toBe('Bearer yq_key')
    const body = init.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {}
    received.push({ path: pathname, key: headers.get('idempotency-key'), body })
    if (fail === pathname) {
      fail = ''
      if (failure === 'clinic.platform-unreachable') throw new TypeError('connection lost')
      const status = { 'platform.rate-limited': 429, 'platform.unauthenticated': 401 }[failure]
      return Response.json(
        { code: failure, detail: 'zh', detailEn: 'en' },
        { status: status ?? 409 },
      )
    }
    const found = answers[`${init.method} ${pathname}`]?.(body) as { status?: number } | undefined
    if (!found) return Response.json({ code: 'platform.not-found' }, { status: 404 })
    return typeof found.status === 'number'
      ? Response.json(found, { status: found.status })
      : Response.json(found)
  }
  return {
    fetch: fetch as typeof globalThis.fetch,
    received,
    failOn: (path: string, code = 'clinic.platform-unreachable') => {
      fail = path
      failure = code
    },
    refuse: () => (refused = true),
  }
}

const running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const clinic of running.splice(0)) await clinic.stop()
})

async function open(
  dataFolder = ':memory:',
  platform = platformOfOne(),
  jar = new Map<string, string>(),
) {
  const clinic = await startClinic({ ...config, dataFolder }, { fetch: platform.fetch })
  running.push(clinic)
  const browser = browserOf(clinic.url, jar)
  return { platform, clinic, jar, browser, other: browserOf(clinic.url) }
}

/** A browser keeps cookies and sends its origin. */
function browserOf(url: string, jar = new Map<string, string>()) {
  return async (method: string, path: string, body?: unknown, origin = url) => {
    const headers: Record<string, string> = { origin }
    if (body !== undefined) headers['content-type'] = 'application/json'
    headers['cookie'] = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';')
      const [name, value] = pair!.split('=')
      jar.set(name!, value!)
    }
    const text = await answer.text()
    return { status: answer.status, body: text ? JSON.parse(text) : undefined }
  }
}

type Browser = ReturnType<typeof browserOf>

async function logIn(browser: Browser) {
  const begun = await browser('POST', '/api/logins', {})
  return browser('GET', `/api/logins/${begun.body.attemptId}?state=waiting`)
}

const written = {
  allergies: '',
  chiefComplaint: '咳嗽 3 天',
  presentIllness: '受凉后咳嗽。',
  pastHistory: '',
  examination: '',
  diagnosis: '急性上呼吸道感染',
  prescription: [],
  advice: '',
}

describe('logging in by QR', () => {
  it('takes the person from the verified record, not from what stands beside the state', async () => {
    const { platform, browser } = await open()
    expect((await logIn(browser)).body).toMatchObject({ state: 'approved', name: '陈雨晴' })
    expect((await browser('GET', '/api/session')).body).toMatchObject({ name: '陈雨晴' })
    expect(platform.received.map(({ path }) => path)).toContain('/v1/user-bindings')
  })

  it('belongs to the browser that asked, once', async () => {
    const { browser, other } = await open()
    const { attemptId } = (await browser('POST', '/api/logins', {})).body
    await other('POST', '/api/logins', {})
    const stolen = await other('GET', `/api/logins/${attemptId}?state=waiting`)
    expect(stolen).toMatchObject({ status: 404, body: { code: 'clinic.login-unknown' } })
    expect((await other('GET', '/api/session')).body.code).toBe('clinic.not-signed-in')
    expect((await browser('GET', `/api/logins/${attemptId}`)).status).toBe(200)
    expect((await browser('GET', `/api/logins/${attemptId}`)).body.code).toBe(
      'clinic.login-unknown',
    )
  })

  it('refuses a request that another site sends', async () => {
    const { browser } = await open()
    const refused = await browser('POST', '/api/logins', {}, 'https://elsewhere.example')
    expect(refused).toMatchObject({ status: 403, body: { code: 'clinic.foreign-origin' } })
  })
})

describe('signing a record', () => {
  async function visitOf(browser: Browser) {
    await logIn(browser)
    return (await browser('GET', '/api/visits')).body.visits[0].visitId as string
  }

  it('locks the record, hands it in and follows the signature', async () => {
    const { browser } = await open()
    const path = `/api/visits/${await visitOf(browser)}`
    expect((await browser('POST', `${path}/signings`, {})).body.code).toBe(
      'clinic.record-incomplete',
    )
    await browser('PUT', `${path}/record`, written)
    const asked = await browser('POST', `${path}/signings`, {})
    expect(asked.body.signings[0]).toMatchObject({ state: 'waiting', place: 'author', qr: 'q2' })
    expect((await browser('PUT', `${path}/record`, written)).body.code).toBe('clinic.record-locked')
    const signed = await browser('GET', `${path}/signings/${asked.body.signings[0].signingId}`)
    expect(signed.body.signings[0].state).toBe('completed')
  })

  it('takes a refused record back for correction, and hands it in as another paper', async () => {
    const { platform, browser } = await open()
    const path = `/api/visits/${await visitOf(browser)}`
    await browser('PUT', `${path}/record`, written)
    const asked = await browser('POST', `${path}/signings`, {})
    expect((await browser('POST', `${path}/record/reopen`, {})).body.code).toBe(
      'clinic.record-locked',
    )
    platform.refuse()
    await browser('GET', `${path}/signings/${asked.body.signings[0].signingId}`)
    expect((await browser('POST', `${path}/record/reopen`, {})).body.record.state).toBe('draft')
    await browser('PUT', `${path}/record`, { ...written, diagnosis: '急性支气管炎' })
    const again = await browser('POST', `${path}/signings`, {})
    expect(again.body.signings.map((each: { state: string }) => each.state)).toEqual([
      'refused',
      'waiting',
    ])
    const keys = platform.received.filter((sent) => sent.path === '/v1/documents')
    expect(new Set(keys.map((sent) => sent.key)).size).toBe(2)
  })

  it('goes on without the platform and hands in later, same bytes under the same key', async () => {
    const { platform, browser } = await open()
    const path = `/api/visits/${await visitOf(browser)}`
    await browser('PUT', `${path}/record`, written)
    for (const [broken, code] of [
      ['/v1/documents', 'clinic.platform-unreachable'],
      ['/v1/signing-tasks', 'clinic.platform-unreachable'],
      ['/v1/signing-tasks', 'platform.rate-limited'],
      ['/v1/signing-tasks', 'platform.unauthenticated'],
    ] as const) {
      platform.failOn(broken, code)
      const asked = await browser('POST', `${path}/signings`, {})
      expect(asked.body.signings).toMatchObject([{ state: 'asking', problem: { code } }])
    }
    // Who looks at it waits for it: the page's own request hands it in.
    const [{ signingId }] = (await browser('GET', path)).body.signings
    const later = await browser('GET', `${path}/signings/${signingId}`)
    expect(later.body.signings).toMatchObject([{ state: 'waiting', qr: 'q2', problem: null }])
    for (const [asked, times] of [
      ['/v1/documents', 2],
      ['/v1/signing-tasks', 4],
    ] as const) {
      const sent = platform.received.filter(({ path }) => path === asked)
      expect(sent).toHaveLength(times)
      for (const again of sent) expect(again).toEqual(sent[0])
    }
  })

  it('collects after a restart what was asked for before it, and loses nothing', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'clinic-'))
    const first = await open(dataFolder)
    const path = `/api/visits/${await visitOf(first.browser)}`
    await first.browser('PUT', `${path}/record`, written)
    first.platform.failOn('/v1/documents')
    await first.browser('POST', `${path}/signings`, {})
    await first.clinic.stop()
    // A clinic that starts again collects at once.
    const second = await open(dataFolder, first.platform, first.jar)
    await expect
      .poll(async () => (await second.browser('GET', path)).body.signings[0].state)
      .toBe('waiting')
    expect((await second.browser('GET', path)).body.record.body).toEqual(written)
    await second.clinic.stop()
    const third = await open(dataFolder, first.platform, first.jar)
    await expect
      .poll(async () => (await third.browser('GET', path)).body.signings[0].state)
      .toBe('completed')
    await third.clinic.stop()
    rmSync(dataFolder, { recursive: true })
  })

  it('is told when the platform refuses for good, and may correct and sign again', async () => {
    const { platform, browser } = await open()
    const path = `/api/visits/${await visitOf(browser)}`
    await browser('PUT', `${path}/record`, written)
    platform.failOn('/v1/signing-tasks', 'signing.certificate-not-valid')
    const asked = await browser('POST', `${path}/signings`, {})
    const problem = { code: 'signing.certificate-not-valid', zh: 'zh', en: 'en' }
    expect(asked.body.signings).toMatchObject([{ state: 'undeliverable', problem }])
    expect((await browser('POST', `${path}/record/reopen`, {})).body.record.state).toBe('draft')
    const again = await browser('POST', `${path}/signings`, {})
    expect(again.body.signings).toMatchObject([{ state: 'undeliverable' }, { state: 'waiting' }])
  })

  it('may be withdrawn before it ever reached the platform', async () => {
    const { platform, browser } = await open()
    const path = `/api/visits/${await visitOf(browser)}`
    await browser('PUT', `${path}/record`, written)
    platform.failOn('/v1/documents')
    const [{ signingId }] = (await browser('POST', `${path}/signings`, {})).body.signings
    const withdrawn = await browser('POST', `${path}/signings/${signingId}/cancel`, {})
    expect(withdrawn.body.signings).toMatchObject([{ state: 'cancelled' }])
    expect((await browser('POST', `${path}/record/reopen`, {})).body.record.state).toBe('draft')
  })

  it('refuses characters that paper cannot show, and leaves the record open for another way to write them', async () => {
    const { platform, browser } = await open()
    const path = `/api/visits/${await visitOf(browser)}`
    await browser('PUT', `${path}/record`, { ...written, diagnosis: '患者𠮷𬎼，😀' })
    const refused = await browser('POST', `${path}/signings`, {})
    expect(refused).toMatchObject({ status: 422, body: { code: 'clinic.glyph-missing' } })
    expect(refused.body.zh).toContain('U+1F600')
    expect((await browser('GET', path)).body).toMatchObject({
      record: { state: 'draft' },
      signings: [],
    })
    expect(platform.received.filter((sent) => sent.path === '/v1/documents')).toEqual([])
  })
})
