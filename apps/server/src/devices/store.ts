import type { Database, Tx } from '../platform/index.ts'
import type { Device } from './device.ts'

interface DeviceRow {
  tenant_id: string
  person_id: string | null
  request_key: Uint8Array
  state: 'active' | 'retired'
}

/** Finds a device whoever's it is: the one look-up before the tenant is known. */
export async function resolveDevice(db: Database, deviceId: string): Promise<Device | undefined> {
  const [row] = await db.once<DeviceRow>('no-tenant', 'select * from resolve_device($1)', [
    deviceId,
  ])
  return (
    row && {
      tenantId: row.tenant_id,
      deviceId,
      ...(row.person_id === null ? {} : { personId: row.person_id }),
      requestKey: row.request_key,
      state: row.state,
    }
  )
}

/** Registers a phone with the key that signs its requests. */
export async function insertDevice(
  tx: Tx,
  device: {
    readonly tenantId: string
    readonly deviceId: string
    readonly name: string
    readonly requestKey: Uint8Array
    readonly at: Date
  },
): Promise<void> {
  await tx.execute(
    `insert into device (tenant_id, device_id, name, request_key, state, created_at)
     values ($1, $2, $3, $4, 'active', $5)`,
    [device.tenantId, device.deviceId, device.name, device.requestKey, device.at],
  )
}

/** Records whose phone it is; a phone that already is somebody else's stays theirs. */
export async function assignDevice(
  tx: Tx,
  device: { readonly tenantId: string; readonly deviceId: string; readonly personId: string },
): Promise<void> {
  const written = await tx.execute(
    `update device set person_id = $3
     where tenant_id = $1 and device_id = $2 and (person_id is null or person_id = $3)`,
    [device.tenantId, device.deviceId, device.personId],
  )
  if (written !== 1) throw new Error('the device belongs to somebody else')
}

/** Puts a person's phones but one out of use for good: their requests are refused from the next one on. */
export async function retireOtherDevices(
  tx: Tx,
  kept: {
    readonly tenantId: string
    readonly personId: string
    readonly deviceId: string
    readonly at: Date
  },
): Promise<void> {
  await tx.execute(
    `update device set state = 'retired', retired_at = $4
     where tenant_id = $1 and person_id = $2 and device_id <> $3 and state = 'active'`,
    [kept.tenantId, kept.personId, kept.deviceId, kept.at],
  )
}

/**
 * False when this signer has used the nonce before; of two racing copies one waits for the other and loses. The commit
 * does not wait for the disk: every request that changes anything commits its idempotency record durably before it runs,
 * and the log is written in order, so the nonce is on disk with it. What a power cut can forget within a second are
 * nonces of requests that only read.
 */
export async function takeNonce(
  db: Database,
  request: { readonly signer: Uint8Array; readonly nonce: Uint8Array; readonly at: Date },
): Promise<boolean> {
  const written = await db.once(
    'no-tenant',
    `with quick as (select set_config('synchronous_commit', 'off', true))
     insert into phone_request_nonce (signer, nonce, seen_at)
     select $1::bytea, $2::bytea, $3::timestamptz from quick on conflict do nothing returning true`,
    [request.signer, request.nonce, request.at],
  )
  return written.length === 1
}

/** Forgets nonces whose requests the clock window refuses anyway. */
export async function forgetNonces(db: Database, before: Date): Promise<void> {
  await db.once('no-tenant', 'delete from phone_request_nonce where seen_at < $1', [before])
}
