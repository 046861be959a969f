import { type BodyOf, type Enrollment, newDevice, phoneEndpoints } from '@yunqian/api'
import { toHex } from '@yunqian/sm'
import { toBase64, toBase64Url, utf8 } from './bytes.ts'
import { PhoneError } from './errors.ts'
import type { PlatformLink } from './platform-link.ts'
import type { PhonePorts } from './ports.ts'
import { forgetUnanswered, readUnanswered, writeEnrollment, writeUnanswered } from './records.ts'

export type Application = Omit<BodyOf<typeof phoneEndpoints.beginEnrollment>, 'device'> & {
  readonly deviceName: string
}

/**
 * Applies for a certificate. Until the platform has answered, the application keeps its Idempotency-Key, also across a
 * restart of the phone: whoever presses the button again has still applied once, and is sent one code.
 */
export async function beginEnrollment(
  ports: PhonePorts,
  link: PlatformLink,
  { deviceName, ...application }: Application,
): Promise<Enrollment> {
  const { storage } = ports
  const requestKey = toBase64(await ports.deviceKeys.requestPublicKey())
  const body = { ...application, device: { name: deviceName, requestKey } }
  const idempotencyKey = await keyFor(ports, JSON.stringify(body))
  try {
    const call = { device: newDevice, body, idempotencyKey }
    const enrollment = await link.call(phoneEndpoints.beginEnrollment, call)
    const { enrollmentId, deviceId } = enrollment
    await writeEnrollment(storage, { v: 1, enrollmentId, deviceId })
    await forgetUnanswered(storage)
    return enrollment
  } catch (error) {
    // Refused for good: what is sent next is another application.
    if (error instanceof PhoneError && !error.retryable) await forgetUnanswered(storage)
    throw error
  }
}

async function keyFor(ports: PhonePorts, body: string): Promise<string> {
  // The claim itself is not kept: it names a person.
  const markOf = async (key: string): Promise<string> =>
    toHex(await ports.sha256(utf8(`${key}\n${body}`)))
  const before = await readUnanswered(ports.storage)
  if (before && before.mark === (await markOf(before.idempotencyKey))) return before.idempotencyKey
  const idempotencyKey = toBase64Url(ports.random(16))
  await writeUnanswered(ports.storage, { v: 1, idempotencyKey, mark: await markOf(idempotencyKey) })
  return idempotencyKey
}
