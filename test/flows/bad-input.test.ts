// Bad input and limits, through the phone's own package against a whole platform: each a coded refusal in both
// languages, nothing lost, no key used.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Phone, PhoneError } from '@yunqian/client'
import {
  asAdministrator,
  callerWith,
  type Caller,
  doctor,
  enrol,
  newPhone,
  pin,
  startPlatform,
  type WholePlatform,
} from './platform.ts'

const third = { name: '林晓芸', idNumber: '440524188001010014', mobile: '13700137000' }
const other = { name: '周启明', idNumber: '440304188801010016', mobile: '13900139000' }
let platform: WholePlatform
let clinic: Caller
let phone: Phone
let stranger: Phone
let personId: string
/** Keeps to the protocol where the platform is made not to: its tries go, and nobody else's. */
let wronged: { readonly phone: Phone; readonly personId: string }
/** What happens to the phone's requests and their answers; each test puts its own here. */
let onTheWay: (send: () => Promise<Response>, path: string, init: RequestInit) => Promise<Response>
const untouched: typeof onTheWay = (send) => send()

beforeAll(async () => {
  platform = await startPlatform()
  const administrator = await asAdministrator(platform)
  clinic = callerWith(platform.url, { authorization: `Bearer ${platform.server.clinicKey}` })
  onTheWay = untouched
  const bent: typeof fetch = (input, init = {}) =>
    onTheWay(() => fetch(input, init), new URL(String(input)).pathname, init)
  ;({ phone, personId } = await enrol(platform, administrator, doctor, bent))
  wronged = await enrol(platform, administrator, third, bent)
  ;({ phone: stranger } = await enrol(platform, administrator, other))
})
afterAll(() => platform.stop())

async function newTask(signer = personId): Promise<string> {
  const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
    title: '处方',
    documentType: 'prescription',
    mediaType: 'application/octet-stream',
    content: Buffer.from('处方：阿莫西林 0.5 g').toString('base64'),
  })
  const task = await clinic<{ signingTaskId: string }>('POST', '/v1/signing-tasks', {
    documentId,
    form: 'cms',
    signer: { personId: signer },
  })
  return task.signingTaskId
}

const triesLeft = async () => (await phone.state()).key?.triesLeft

async function refusal(work: Promise<unknown>): Promise<PhoneError> {
  const caught = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(caught).toBeInstanceOf(PhoneError)
  const refused = caught as PhoneError
  expect(refused.zh).toMatch(/\p{Script=Han}/u)
  expect(refused.en).toMatch(/[a-z]/)
  return refused
}

/** Does `change` to what the platform answers at addresses that end so. */
const altering =
  (suffix: string, change: (bytes: Uint8Array) => Uint8Array): typeof onTheWay =>
  async (send, path) => {
    const answer = await send()
    if (!path.endsWith(suffix) || !answer.ok) return answer
    return new Response(change(await answer.bytes()).slice(), answer)
  }
const flipped = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, at) => (at === bytes.length - 2 ? byte ^ 1 : byte))
const json = (change: (body: Record<string, unknown>) => object) => (bytes: Uint8Array) =>
  new TextEncoder().encode(JSON.stringify(change(JSON.parse(new TextDecoder().decode(bytes)))))

describe('what is not one’s own', () => {
  it('another person’s task does not exist: to look at, to sign, to refuse', async () => {
    const taskId = await newTask()
    expect((await refusal(stranger.openTask(taskId))).code).toBe('signing.task-unknown')
    expect((await refusal(stranger.refuse(taskId, 'x'))).code).toBe('signing.task-unknown')
    const opened = await phone.openTask(taskId)
    expect((await refusal(stranger.sign(opened, pin))).code).toBe('signing.task-unknown')
    expect((await refusal(stranger.signedContent(taskId))).code).toBe('signing.task-unknown')
    expect((await stranger.state()).key?.triesLeft).toBe(5)
    expect((await phone.sign(opened, pin)).task.state).toBe('completed')
  })

  it('a QR code that somebody else has scanned is theirs, and scanned twice by one opens one task', async () => {
    const login = await clinic<{ qr: string }>('POST', '/v1/login-requests', { workstation: '1' })
    const task = await stranger.scan(login.qr)
    expect((await stranger.scan(login.qr)).taskId).toBe(task.taskId)
    expect((await refusal(phone.scan(login.qr))).code).toBe('login.already-scanned')
  })
})

describe('a document altered between showing and signing', () => {
  it.each<[string, string, (bytes: Uint8Array) => Uint8Array]>([
    ['other bytes than the platform named', '/content', flipped],
    ['fewer bytes', '/content', (bytes) => bytes.subarray(0, -1)],
    [
      'bytes that fit their digest, and not what would be signed',
      '',
      json((body) => ({ ...body, toBeSigned: Buffer.from('31', 'hex').toString('base64') })),
    ],
  ])('%s: the phone refuses before it asks for a PIN', async (_, suffix, change) => {
    const taskId = await newTask()
    onTheWay = altering(suffix || taskId, change)
    expect((await refusal(phone.openTask(taskId))).code).toBe('phone.content-mismatch')
    onTheWay = untouched
    expect(await triesLeft()).toBe(5)
    expect((await phone.sign(await phone.openTask(taskId), pin)).task.state).toBe('completed')
  })

  it('is found by the platform too, when the phone shows another e', async () => {
    const opened = await phone.openTask(await newTask())
    const e = opened.e.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
    expect((await refusal(phone.sign({ ...opened, e }, pin))).code).toBe('signing.digest-mismatch')
    expect(await triesLeft()).toBe(5)
    await phone.sign(opened, pin)
  })
})

describe('a platform that does not keep to the protocol', () => {
  it.each<[string, string, string]>([
    ['another evaluation of the PIN', '/signing-sessions', 'evaluationProof'],
    ['another commitment', '/signing-sessions', 'commitment'],
    ['another answer', '/join', 'answer'],
  ])('%s gets no signature', async (_, suffix, field) => {
    const opened = await wronged.phone.openTask(await newTask(wronged.personId))
    const change = json((body) => {
      const bytes = Buffer.from(String(body[field]), 'base64')
      bytes[bytes.length - 1]! ^= 1
      return { ...body, [field]: bytes.toString('base64') }
    })
    const released: string[] = []
    const bending = altering(suffix, change)
    onTheWay = (send, path, init) => {
      if (path.endsWith('/finish')) released.push(path)
      return bending(send, path, init)
    }
    // A bent commitment makes the phone's proof fit another session: to the platform that is a wrong PIN.
    const expected = field === 'commitment' ? 'keys.pin-wrong' : 'phone.server-dishonest'
    expect((await refusal(wronged.phone.sign(opened, pin))).code).toBe(expected)
    onTheWay = untouched
    expect(released).toEqual([])
    expect((await wronged.phone.state()).certificate?.state).toBe('valid')
  })
})

describe('answers that get lost', () => {
  it.each(['/signing-sessions', '/join', '/finish'])(
    'the answer of …%s: asked for again, signed once, no try lost',
    async (suffix) => {
      const opened = await phone.openTask(await newTask())
      const keys: (string | null)[] = []
      onTheWay = async (send, path, init) => {
        const answer = await send()
        if (!path.endsWith(suffix)) return answer
        keys.push(new Headers(init.headers).get('idempotency-key'))
        if (keys.length === 1) throw new TypeError('the connection was cut')
        if (keys.length > 2) return answer
        // Cut in the middle of the body.
        const cut = new ReadableStream({
          start: (stream) => stream.enqueue(new Uint8Array([0x7b])),
          pull: (stream) => stream.error(new TypeError('cut')),
        })
        return new Response(cut, { headers: { 'content-type': 'application/json' } })
      }
      expect((await phone.sign(opened, pin)).task.state).toBe('completed')
      onTheWay = untouched
      expect(keys).toHaveLength(3)
      expect(new Set(keys).size).toBe(1)
      expect(await triesLeft()).toBe(5)
    },
  )

  it('no network at all says so and leaves the task as it was', async () => {
    const taskId = await newTask()
    const opened = await phone.openTask(taskId)
    onTheWay = () => Promise.reject(new TypeError('no route'))
    expect(await refusal(phone.sign(opened, pin))).toMatchObject({
      code: 'phone.offline',
      retryable: true,
    })
    // A page of a hotel's network instead of the platform's answer.
    onTheWay = async () => new Response('<html>log in', { status: 200 })
    expect((await refusal(phone.state())).code).toBe('phone.answer-malformed')
    onTheWay = async () => new Response('bad gateway', { status: 502 })
    expect((await refusal(phone.state())).code).toBe('phone.offline')
    onTheWay = untouched
    await phone.sign(await phone.openTask(taskId), pin)
  })
})

describe('requests', () => {
  it('two signings of one task at once: one signature, and the other is told', async () => {
    const opened = await phone.openTask(await newTask())
    const settled = await Promise.allSettled([phone.sign(opened, pin), phone.sign(opened, pin)])
    const done = settled.filter((one) => one.status === 'fulfilled')
    expect(done.length).toBeGreaterThan(0)
    for (const one of settled)
      if (one.status === 'rejected')
        expect(['signing.task-closed', 'signing.document-busy']).toContain(one.reason.code)
    const { tasks } = await phone.tasks({ state: 'finished' })
    const task = tasks.find((each) => each.taskId === opened.detail.task.taskId)
    expect(task?.state).toBe('completed')
    expect(await triesLeft()).toBe(5)
  })

  it('are refused unsigned, altered, replayed and from a clock that is off; a corrected clock loosens nothing', async () => {
    const sent: [string, RequestInit][] = []
    onTheWay = (send, path, init) => {
      sent.push([path, init])
      return send()
    }
    await phone.state()
    const [path, init] = sent[0]!
    const again = async (change: (headers: Headers) => void) => {
      const headers = new Headers(init.headers)
      change(headers)
      return ((await (await fetch(platform.url + path, { headers })).json()) as { code: string })
        .code
    }
    expect(await again(() => undefined)).toBe('phone.request-replayed')
    expect(await again((headers) => headers.delete('yunqian-signature'))).toBe(
      'phone.request-unsigned',
    )
    for (const hours of [-1, 1])
      expect(
        await again((headers) =>
          headers.set('yunqian-time', new Date(Date.now() + hours * 3_600_000).toISOString()),
        ),
      ).toMatch(/^phone\.(clock-skew|signature-invalid)$/)
    expect(await again((headers) => headers.set('yunqian-nonce', 'A'.repeat(22)))).toBe(
      'phone.signature-invalid',
    )
  })

  it('the server’s time is taken once and from that refusal alone', async () => {
    let skewed = 0
    const lying = newPhone(platform.url, async () => {
      skewed += 1
      const serverTime = new Date(Date.now() + skewed * 86_400_000).toISOString()
      return Response.json({ code: 'phone.clock-skew', serverTime }, { status: 401 })
    })
    const { code } = await refusal(
      lying.beginEnrollment({ ...doctor, centreCode: 'X1', deviceName: 'x' }),
    )
    expect(code).toBe('phone.clock-skew')
    expect(skewed).toBe(2)
    onTheWay = async () =>
      Response.json(
        { code: 'platform.overloaded', serverTime: '2030-01-01T00:00:00.000Z' },
        { status: 503 },
      )
    await refusal(phone.state())
    onTheWay = untouched
    expect(Math.abs(phone.now().getTime() - Date.now())).toBeLessThan(60_000)
  })

  it('over the limit or outside the agreement are refused by name, and the device stays welcome', async () => {
    const point = { x: 1, y: 1, t: 1, p: 0.5 }
    const strokes = Array.from({ length: 200 }, () => Array.from({ length: 4000 }, () => point))
    expect((await refusal(phone.setHandwriting({ width: 300, height: 120, strokes }))).code).toBe(
      'platform.body-too-large',
    )
    const outside = { width: 1, height: 120, strokes: [[point]] }
    expect((await refusal(phone.setHandwriting(outside))).code).toBe('platform.request-invalid')
    onTheWay = (send, path, init) =>
      path.endsWith('/handwriting')
        ? fetch(platform.url + path, { ...init, body: `${String(init.body)}}` })
        : send()
    const malformed = await refusal(
      phone.setHandwriting({ width: 300, height: 120, strokes: [[point]] }),
    )
    expect(['phone.signature-invalid', 'platform.body-malformed']).toContain(malformed.code)
    onTheWay = untouched
    expect((await phone.state()).certificate?.state).toBe('valid')
  })
})

it('five wrong PINs stop the key, by count, in words, and for the right PIN too', async () => {
  const opened = await phone.openTask(await newTask())
  for (const left of [4, 3, 2, 1])
    expect(await refusal(phone.sign(opened, '111222'))).toMatchObject({
      code: 'keys.pin-wrong',
      details: { triesLeft: left },
    })
  expect((await refusal(phone.sign(opened, '111222'))).code).toBe('keys.pin-exhausted')
  expect((await refusal(phone.sign(opened, pin))).code).toBe('signing.certificate-not-valid')
  expect((await phone.state()).certificate).toMatchObject({
    state: 'suspended',
    reason: 'pin-exhausted',
  })
  const logged = platform.logged()
  for (const secret of [pin, '111222', doctor.idNumber, doctor.mobile])
    expect(logged).not.toContain(secret)
})
