/** Header names of a phone's signed request. */
export const phoneHeaders = {
  device: 'yunqian-device',
  time: 'yunqian-time',
  nonce: 'yunqian-nonce',
  signature: 'yunqian-signature',
} as const

/** Device id in requests made before the platform has given one. */
export const newDevice = 'new'

/** How far the phone's clock may be from the server's. */
export const phoneClockToleranceMs = 5 * 60_000

/**
 * The text a phone signs with its request key (ECDSA P-256, SHA-256, r‖s 64 bytes, base64url in the header):
 * whoever can change method, address, body, time, nonce or idempotency key must hold the key.
 */
export function phoneRequestText(request: {
  readonly method: string
  /** Path with query, as sent. */
  readonly path: string
  /** Lower-case hex SHA-256 of the body; of the empty string when there is none. */
  readonly bodySha256Hex: string
  readonly time: string
  /** 16 random bytes, base64url. */
  readonly nonce: string
  readonly device: string
  readonly idempotencyKey: string
}): string {
  return [
    'yunqian-request-v1',
    request.method,
    request.path,
    request.bodySha256Hex,
    request.time,
    request.nonce,
    request.device,
    request.idempotencyKey,
  ].join('\n')
}
