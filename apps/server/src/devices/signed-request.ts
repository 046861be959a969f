import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { phoneClockToleranceMs, phoneHeaders, phoneRequestText } from '@yunqian/api'
import { DeviceError } from './errors.ts'

/** A request as it arrived: the signature covers exactly these bytes. */
export interface ArrivedRequest {
  readonly method: string
  /** Path with query, as sent. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly rawBody: Uint8Array
}

/** The headers of a signed request, read but not yet believed. */
export interface SignedHeaders {
  readonly device: string
  readonly time: Date
  readonly timeText: string
  readonly nonce: Uint8Array
  readonly nonceText: string
  readonly signature: Uint8Array
}

/** Reads the four headers; throws `phone.request-unsigned` or `phone.signature-invalid`. */
export function readSignedHeaders(request: ArrivedRequest): SignedHeaders {
  const [device, timeText, nonceText, signatureText] = [
    phoneHeaders.device,
    phoneHeaders.time,
    phoneHeaders.nonce,
    phoneHeaders.signature,
  ].map((name) => request.headers[name])
  if (
    typeof device !== 'string' ||
    typeof timeText !== 'string' ||
    typeof nonceText !== 'string' ||
    typeof signatureText !== 'string'
  )
    throw new DeviceError('phone.request-unsigned')
  const time = new Date(timeText)
  const nonce = base64url(nonceText, 16)
  const signature = base64url(signatureText, 64)
  if (Number.isNaN(time.getTime()) || !nonce || !signature)
    throw new DeviceError('phone.signature-invalid', { malformed: true })
  return { device, time, timeText, nonce, nonceText, signature }
}

/** The request key of a phone; throws `phone.signature-invalid` for anything but a P-256 SubjectPublicKeyInfo. */
export function readRequestKey(spki: Uint8Array): KeyObject {
  let key: KeyObject
  try {
    key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  } catch {
    throw new DeviceError('phone.signature-invalid', { requestKey: 'malformed' })
  }
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new DeviceError('phone.signature-invalid', { requestKey: 'not P-256' })
  return key
}

/** Holds signature and clock; the nonce is the caller's to take. Throws `phone.signature-invalid`, `phone.clock-skew`. */
export function checkSignedRequest(
  request: ArrivedRequest,
  headers: SignedHeaders,
  requestKey: KeyObject,
  now: Date,
): void {
  const idempotencyKey = request.headers['idempotency-key']
  const text = phoneRequestText({
    method: request.method,
    path: request.path,
    bodySha256Hex: createHash('sha256').update(request.rawBody).digest('hex'),
    time: headers.timeText,
    nonce: headers.nonceText,
    device: headers.device,
    idempotencyKey: typeof idempotencyKey === 'string' ? idempotencyKey : '',
  })
  const valid = verify(
    'sha256',
    Buffer.from(text, 'utf8'),
    { key: requestKey, dsaEncoding: 'ieee-p1363' },
    headers.signature,
  )
  if (!valid) throw new DeviceError('phone.signature-invalid')
  if (Math.abs(now.getTime() - headers.time.getTime()) > phoneClockToleranceMs)
    throw new DeviceError('phone.clock-skew', { toleranceSeconds: phoneClockToleranceMs / 1000 })
}

function base64url(text: string, length: number): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  // One text for one value: a second spelling of a nonce would pass for a new one.
  if (bytes.length !== length || bytes.toString('base64url') !== text) return undefined
  return new Uint8Array(bytes)
}
