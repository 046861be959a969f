import type { Tx } from '../../platform/index.ts'
import type { Sealer } from './ports.ts'
import type { TwoPartyKey, TwoPartyKeyState } from './two-party-key.ts'

interface KeyRow {
  tenant_id: string
  key_id: string
  person_id: string
  device_id: string
  epoch: number
  state: TwoPartyKeyState
  public_key: Uint8Array
  oprf_public_key: Uint8Array
  tries_in_row: number
  tries_in_life: number
  sessions: number
}

const columns = `tenant_id, key_id, person_id, device_id, epoch, state, public_key, oprf_public_key,
  tries_in_row, tries_in_life, sessions`

/** The server's secrets of one key; whoever asks for them wipes them. */
export interface KeySecrets {
  readonly d2: Uint8Array
  readonly P1: Uint8Array
  readonly oprfSecret: Uint8Array
}

// A sealed value opens only as what it was sealed as, for the key it was sealed for.
const purposes = {
  d2: (keyId: string) => `two-party/d2/${keyId}`,
  P1: (keyId: string) => `two-party/P1/${keyId}`,
  oprfSecret: (keyId: string) => `two-party/oprf/${keyId}`,
}

export async function insertKey(
  tx: Tx,
  sealer: Sealer,
  key: Omit<TwoPartyKey, 'state' | 'triesInRow' | 'triesInLife' | 'sessions'>,
  secrets: KeySecrets,
  at: Date,
): Promise<void> {
  await tx.execute(
    `insert into two_party_key (tenant_id, key_id, person_id, device_id, epoch, state, public_key,
       share_sealed, phone_point_sealed, oprf_secret_sealed, oprf_public_key, created_at)
     values ($1, $2, $3, $4, $5, 'active', $6, $7, $8, $9, $10, $11)`,
    [
      key.tenantId,
      key.keyId,
      key.personId,
      key.deviceId,
      key.epoch,
      key.publicKey,
      sealer.seal(purposes.d2(key.keyId), secrets.d2),
      sealer.seal(purposes.P1(key.keyId), secrets.P1),
      sealer.seal(purposes.oprfSecret(key.keyId), secrets.oprfSecret),
      key.oprfPublicKey,
      at,
    ],
  )
}

export async function keyById(
  tx: Tx,
  key: { readonly tenantId: string; readonly keyId: string },
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<TwoPartyKey | undefined> {
  const row = await tx.queryOne<KeyRow>(
    `select ${columns} from two_party_key where tenant_id = $1 and key_id = $2
     ${lock === 'for update' ? lock : ''}`,
    [key.tenantId, key.keyId],
  )
  return row && fromRow(row)
}

/** Undefined once the key is destroyed. */
export async function keySecrets(
  tx: Tx,
  sealer: Sealer,
  key: { readonly tenantId: string; readonly keyId: string },
): Promise<KeySecrets | undefined> {
  const row = await tx.queryOne<{
    share_sealed: Uint8Array | null
    phone_point_sealed: Uint8Array | null
    oprf_secret_sealed: Uint8Array | null
  }>(
    `select share_sealed, phone_point_sealed, oprf_secret_sealed from two_party_key
     where tenant_id = $1 and key_id = $2`,
    [key.tenantId, key.keyId],
  )
  if (!row?.share_sealed || !row.phone_point_sealed || !row.oprf_secret_sealed) return undefined
  return {
    d2: sealer.open(purposes.d2(key.keyId), row.share_sealed),
    P1: sealer.open(purposes.P1(key.keyId), row.phone_point_sealed),
    oprfSecret: sealer.open(purposes.oprfSecret(key.keyId), row.oprf_secret_sealed),
  }
}

type KeyName = Pick<TwoPartyKey, 'tenantId' | 'keyId'>

/** Charges one PIN try and counts the session it pays for; the caller holds the row's lock. */
export async function chargeTry(tx: Tx, key: KeyName): Promise<void> {
  await tx.execute(
    `update two_party_key set tries_in_row = tries_in_row + 1, tries_in_life = tries_in_life + 1,
       sessions = sessions + 1
     where tenant_id = $1 and key_id = $2`,
    [key.tenantId, key.keyId],
  )
}

/** Gives one charged try back: the session that paid it came to nothing through no fault of the holder. */
export async function refundTry(tx: Tx, key: KeyName): Promise<void> {
  await tx.execute(
    `update two_party_key set tries_in_row = greatest(tries_in_row - 1, 0),
       tries_in_life = greatest(tries_in_life - 1, 0)
     where tenant_id = $1 and key_id = $2`,
    [key.tenantId, key.keyId],
  )
}

/**
 * A right PIN: its own try is given back, and the row of wrong ones is over but for the tries that other open sessions
 * still owe.
 */
export async function clearTries(tx: Tx, key: KeyName, otherOpenSessions: number): Promise<void> {
  await tx.execute(
    `update two_party_key set tries_in_row = least(tries_in_row - 1, $3),
       tries_in_life = greatest(tries_in_life - 1, 0)
     where tenant_id = $1 and key_id = $2`,
    [key.tenantId, key.keyId, otherOpenSessions],
  )
}

/** Stops the key until it is resumed; nothing is deleted. A destroyed key stays destroyed. */
export async function suspendKey(
  tx: Tx,
  key: KeyName & { readonly reason: string; readonly at: Date },
): Promise<void> {
  await tx.execute(
    `update two_party_key set state = 'suspended', suspended_reason = $3, suspended_at = $4
     where tenant_id = $1 and key_id = $2 and state = 'active'`,
    [key.tenantId, key.keyId, key.reason, key.at],
  )
}

/** After fresh identity proofing: the key works again and the row of wrong PINs is over. */
export async function resumeKey(tx: Tx, key: KeyName): Promise<void> {
  await tx.execute(
    `update two_party_key set state = 'active', suspended_reason = null, suspended_at = null,
       tries_in_row = 0
     where tenant_id = $1 and key_id = $2 and state = 'suspended'`,
    [key.tenantId, key.keyId],
  )
}

/** Erases the server's half: whatever the phone still holds, the key is dead. */
export async function destroyKeyShare(tx: Tx, key: KeyName & { readonly at: Date }): Promise<void> {
  await tx.execute(
    `update two_party_key set state = 'destroyed', destroyed_at = $3, share_sealed = null,
       phone_point_sealed = null, oprf_secret_sealed = null
     where tenant_id = $1 and key_id = $2 and state <> 'destroyed'`,
    [key.tenantId, key.keyId, key.at],
  )
}

function fromRow(row: KeyRow): TwoPartyKey {
  return {
    tenantId: row.tenant_id,
    keyId: row.key_id,
    personId: row.person_id,
    deviceId: row.device_id,
    epoch: row.epoch,
    state: row.state,
    publicKey: row.public_key,
    oprfPublicKey: row.oprf_public_key,
    triesInRow: row.tries_in_row,
    triesInLife: row.tries_in_life,
    sessions: row.sessions,
  }
}
