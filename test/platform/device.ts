// A phone's request key, and requests signed with it: the part of a phone that reaches HTTP.
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { newDevice, phoneHeaders, phoneRequestText } from '@yunqian/api'
import type { HttpApp } from '@yunqian/server'

export interface Device {
  readonly requestKey: KeyObject
  /** P-256 SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  deviceId: string
}

export function newPhoneKey(): Device {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))
  return { requestKey: privateKey, spki, deviceId: newDevice }
}

/** Sends a request signed as of `now`. */
export async function asDevice(
  app: HttpApp,
  now: Date,
  phone: Pick<Device, 'requestKey' | 'deviceId'>,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
) {
  const payload = body ? JSON.stringify(body) : ''
  const time = now.toISOString()
  const nonce = randomBytes(16).toString('base64url')
  const idempotencyKey = method === 'POST' ? randomBytes(8).toString('hex') : ''
  const bodySha256Hex = createHash('sha256').update(payload).digest('hex')
  const device = phone.deviceId
  const text = phoneRequestText({
    method,
    path,
    bodySha256Hex,
    time,
    nonce,
    device,
    idempotencyKey,
  })
  const signature = sign('sha256', Buffer.from(text), {
    key: phone.requestKey,
    dsaEncoding: 'ieee-p1363',
  })
  return app.server.inject({
    method,
    url: path,
    headers: {
      [phoneHeaders.device]: device,
      [phoneHeaders.time]: time,
      [phoneHeaders.nonce]: nonce,
      [phoneHeaders.signature]: signature.toString('base64url'),
      ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
      ...(payload ? { 'content-type': 'application/json' } : {}),
    },
    ...(payload ? { payload } : {}),
  })
}
