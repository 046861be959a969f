import type { RevocationReasonWord } from '@yunqian/api'
import { parseCrl } from '@yunqian/pki'
import type { RevokedEntry } from '@yunqian/pki/write'
import { IssuanceError, type Issuer } from '../issuance/index.ts'
import type { Clock, Database, Log, Tx } from '../platform/index.ts'

export interface RevocationListDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly issuer: Issuer
}

const validMs = 24 * 3_600_000
const renewBeforeMs = 12 * 3_600_000
// Advisory lock: whoever changes a certificate's state shares it, whoever makes a list holds it alone.
const listLock = [0x79756e71, 4]

interface ListRow {
  crl_number: number
  this_update: Date
  next_update: Date
  der: Uint8Array
}

/**
 * The issuing CA's newest list, made anew when a certificate changed its state since or half its life is over.
 * Made under a lock, whoever asks first; the CA gives the number. While it is out of reach the last list stands until its
 * time is over.
 */
export async function currentRevocationList(deps: RevocationListDeps): Promise<Uint8Array> {
  try {
    return await freshList(deps)
  } catch (error) {
    if (!(error instanceof IssuanceError)) throw error
    const last = await deps.db.tx('no-tenant', newest)
    if (!last || last.next_update <= deps.clock.now()) throw error
    const { code, details } = error
    deps.log.warn({ code, details, crlNumber: last.crl_number }, 'the last revocation list stands')
    return new Uint8Array(last.der)
  }
}

async function freshList(deps: RevocationListDeps): Promise<Uint8Array> {
  const [listed] = await deps.db.once<FreshRow>('no-tenant', newestWithChange)
  const fresh = ifFresh(listed, deps.clock.now())
  if (fresh) return fresh
  return deps.db.tx('no-tenant', async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1, $2)', listLock)
    const row = await tx.queryOne<FreshRow>(newestWithChange)
    return ifFresh(row, deps.clock.now()) ?? makeList(deps, tx)
  })
}

/**
 * To be called before a certificate's state changes: gives the moment of the change, never before the newest list.
 * Without it a change that commits while a list is made could carry an earlier time than that list, and be missed.
 */
export async function momentOfChange(tx: Tx, at: Date): Promise<Date> {
  await tx.query('select pg_advisory_xact_lock_shared($1, $2)', listLock)
  const listed = (await newest(tx))?.this_update
  return listed && listed > at ? listed : at
}

type FreshRow = ListRow & { readonly changed_at: Date | null }

const newestWithChange = `select *, last_status_change() as changed_at
  from revocation_list order by crl_number desc limit 1`

function ifFresh(row: FreshRow | undefined, now: Date): Uint8Array | undefined {
  if (!row || row.next_update.getTime() - now.getTime() < renewBeforeMs) return undefined
  // Lists carry whole seconds: a change within the same second is not surely in it.
  if (row.changed_at && row.changed_at.getTime() >= row.this_update.getTime()) return undefined
  return new Uint8Array(row.der)
}

async function makeList({ clock, issuer }: RevocationListDeps, tx: Tx): Promise<Uint8Array> {
  const before = await newest(tx)
  const now = clock.now()
  const thisUpdate = new Date(Math.floor(now.getTime() / 1000) * 1000)
  const nextUpdate = new Date(thisUpdate.getTime() + validMs)
  const rows = await tx.query<RevocationRow & { serial_number_hex: string }>(
    'select * from list_revocations($1)',
    [before?.this_update ?? now],
  )
  const der = await issuer.signList({
    thisUpdate,
    nextUpdate,
    after: BigInt(before?.crl_number ?? 0),
    entries: rows.map(entryOf),
  })
  // Death before the commit: the CA has given a number away that no list here carries, and gives the next a larger one.
  const { crlNumber } = parseCrl(der)
  await tx.execute('insert into revocation_list values ($1, $2, $3, $4)', [
    Number(crlNumber),
    thisUpdate,
    nextUpdate,
    der,
  ])
  return der
}

const newest = (tx: Tx): Promise<ListRow | undefined> =>
  tx.queryOne<ListRow>('select * from revocation_list order by crl_number desc limit 1')

/** What a certificate's row says to those who ask about it by its serial number. */
export interface RevocationRow {
  readonly state: string
  readonly state_since: Date
  readonly revocation_reason: RevocationReasonWord | null
}

/** One reason for OCSP and CRL alike. */
export function reasonOf(row: RevocationRow): RevokedEntry['reason'] {
  if (row.state === 'suspended') return 'certificateHold'
  return row.revocation_reason ?? 'unspecified'
}

// A resumed certificate is simply no longer in the next list: removeFromCRL is for delta lists (RFC 5280 §5.3.1).
function entryOf(row: RevocationRow & { readonly serial_number_hex: string }): RevokedEntry {
  return {
    serialNumberHex: row.serial_number_hex,
    revocationDate: row.state_since,
    reason: reasonOf(row),
  }
}
