import { createHash, webcrypto } from 'node:crypto'
import { phoneEndpoints } from '@yunqian/api'
import { describe, expect, it } from 'vitest'
import { memoryKeyStore, webCryptoDeviceKeys } from './device-keys.ts'
import { memoryStorage } from './memory-storage.ts'
import { Phone } from './phone.ts'
import { PlatformLink } from './platform-link.ts'
import type { PhonePorts } from './ports.ts'

interface Sent {
  readonly url: string
  readonly body: string
  readonly headers: Record<string, string>
}

/** A platform that answers as the list says, one after the other, and remembers what it was sent. */
function platform(...answers: readonly (() => Response)[]): { ports: PhonePorts; sent: Sent[] } {
  const sent: Sent[] = []
  const fetch = (async (url: string, init: RequestInit) => {
    sent.push({ url, body: init.body as string, headers: init.headers as Record<string, string> })
    return answers[sent.length - 1]!()
  }) as typeof globalThis.fetch
  const ports: PhonePorts = {
    fetch,
    storage: memoryStorage(),
    deviceKeys: webCryptoDeviceKeys(webcrypto.subtle as never, memoryKeyStore()),
    random: (length) => webcrypto.getRandomValues(new Uint8Array(length)),
    now: () => new Date(),
    sha256: async (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
    sleep: async () => undefined,
    baseUrl: 'http://platform',
  }
  return { ports, sent }
}

const lost = (): Response => {
  throw new TypeError('fetch failed')
}
const brokenOff = (): Response =>
  new Response(
    new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('{"answer":"q'))
        controller.error(new TypeError('terminated'))
      },
    }),
  )
const refusal = (code: string, status: number) => (): Response =>
  Response.json({ code }, { status })
const answered = (): Response => Response.json({ answer: 'AAAA', triesLeft: 5 })
const gatewayPage = (): Response => new Response('<html>502</html>', { status: 502 })

const join = (ports: PhonePorts) =>
  new PlatformLink(ports).call(phoneEndpoints.joinSigning, {
    device: 'd',
    params: { sid: 's' },
    body: { message: 'bWVzc2FnZQ==' },
  })

describe('a call whose answer is lost', () => {
  it.each([
    ['with the line', lost],
    ['in the middle', brokenOff],
    ['behind a gateway’s page', gatewayPage],
    ['because the first is still worked on', refusal('platform.request-in-progress', 409)],
  ])('%s is repeated to the byte, under its key, signed anew', async (_, loss) => {
    const { ports, sent } = platform(loss, loss, answered)
    expect(await join(ports)).toEqual({ answer: 'AAAA', triesLeft: 5 })
    expect(sent.length).toBe(3)
    const once = (pick: (one: Sent) => string | undefined): number => new Set(sent.map(pick)).size
    expect(once(({ url }) => url)).toBe(1)
    expect(once(({ body }) => body)).toBe(1)
    expect(once(({ headers }) => headers['idempotency-key'])).toBe(1)
    // A request is let in once: each repeat carries a nonce and a signature of its own.
    expect(once(({ headers }) => headers['yunqian-nonce'])).toBe(3)
    expect(once(({ headers }) => headers['yunqian-signature'])).toBe(3)
  })

  it('is given up after four, and says that nothing was completed', async () => {
    const { ports, sent } = platform(lost, lost, brokenOff, lost)
    await expect(join(ports)).rejects.toMatchObject({ code: 'phone.offline', retryable: true })
    expect(sent.length).toBe(4)
  })

  it('is not repeated when it was refused: only the person may begin again', async () => {
    const { ports, sent } = platform(refusal('signing.session-lost', 409))
    await expect(join(ports)).rejects.toMatchObject({ code: 'signing.session-lost' })
    expect(sent.length).toBe(1)
  })
})

describe('an application for a certificate', () => {
  const application = {
    centreCode: 'LH01',
    name: '陈静怡',
    idNumber: '11010519491231002X',
    mobile: '13812345678',
    deviceName: '手机',
  }
  const taken = (): Response =>
    Response.json({ enrollmentId: 'e', deviceId: 'd', state: 'code-sent' })
  const four = [lost, lost, lost, lost]
  const keyOf = (sent: readonly Sent[], at: number) => sent[at]!.headers['idempotency-key']

  it('that nobody answered is the same when it is sent again, also by a phone that restarted', async () => {
    const { ports, sent } = platform(...four, taken, taken)
    const phone = new Phone(ports)
    await expect(phone.beginEnrollment(application)).rejects.toMatchObject({
      code: 'phone.offline',
    })
    await new Phone(ports).beginEnrollment(application)
    expect(keyOf(sent, 4)).toBe(keyOf(sent, 0))
    // Answered: whoever applies once more, applies anew.
    await phone.beginEnrollment(application)
    expect(keyOf(sent, 5)).not.toBe(keyOf(sent, 0))
  })

  it('that was corrected, or refused before, is another', async () => {
    const refused = refusal('enrollment.id-number-invalid', 400)
    const { ports, sent } = platform(...four, refused, taken)
    const phone = new Phone(ports)
    await expect(phone.beginEnrollment(application)).rejects.toMatchObject({
      code: 'phone.offline',
    })
    const corrected = { ...application, mobile: '13812345679' }
    await expect(phone.beginEnrollment(corrected)).rejects.toMatchObject({ retryable: false })
    await phone.beginEnrollment(corrected)
    expect(new Set([keyOf(sent, 0), keyOf(sent, 4), keyOf(sent, 5)]).size).toBe(3)
  })
})
