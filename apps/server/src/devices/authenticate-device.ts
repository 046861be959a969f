import { createHash } from 'node:crypto'
import { newDevice, phoneClockToleranceMs } from '@yunqian/api'
import type { Clock, Database } from '../platform/index.ts'
import type { Device } from './device.ts'
import { DeviceError } from './errors.ts'
import {
  type ArrivedRequest,
  checkSignedRequest,
  readRequestKey,
  readSignedHeaders,
} from './signed-request.ts'
import { forgetNonces, resolveDevice, takeNonce } from './store.ts'

export interface DeviceAuthenticationDeps {
  readonly db: Database
  readonly clock: Clock
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
// A nonce must outlive the window on both sides of the clock.
const keepNoncesMs = 2 * phoneClockToleranceMs + 60_000

/**
 * Lets a phone's signed request in, once: the nonce is committed before the request is carried out, so a copy of it is
 * refused even if we die in between. The database may write it down a moment later (see takeNonce). Throws DeviceError.
 */
export async function authenticateDevice(
  deps: DeviceAuthenticationDeps,
  request: ArrivedRequest,
): Promise<Device> {
  const headers = readSignedHeaders(request)
  if (!uuid.test(headers.device)) throw new DeviceError('phone.device-unknown')
  const device = await resolveDevice(deps.db, headers.device)
  if (!device) throw new DeviceError('phone.device-unknown')
  checkSignedRequest(request, headers, readRequestKey(device.requestKey), deps.clock.now())
  if (device.state !== 'active') throw new DeviceError('phone.device-retired')
  await spendNonce(deps, device.requestKey, headers.nonce)
  return device
}

/**
 * For the first request of a phone nobody knows: signed by the very key it carries, which proves possession of it.
 * Throws DeviceError.
 */
export async function verifySelfSignedRequest(
  deps: DeviceAuthenticationDeps,
  request: ArrivedRequest,
  requestKey: Uint8Array,
): Promise<void> {
  const headers = readSignedHeaders(request)
  if (headers.device !== newDevice) throw new DeviceError('phone.signature-invalid')
  checkSignedRequest(request, headers, readRequestKey(requestKey), deps.clock.now())
  await spendNonce(deps, requestKey, headers.nonce)
}

async function spendNonce(
  deps: DeviceAuthenticationDeps,
  requestKey: Uint8Array,
  nonce: Uint8Array,
): Promise<void> {
  const at = deps.clock.now()
  const signer = createHash('sm3').update(requestKey).digest()
  // One request in 256 sweeps what the window refuses anyway.
  if (nonce[0] === 0) await forgetNonces(deps.db, new Date(at.getTime() - keepNoncesMs))
  const fresh = await takeNonce(deps.db, { signer, nonce, at })
  if (!fresh) throw new DeviceError('phone.request-replayed')
}
