import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { PlatformError } from '../../platform/index.ts'
import { IssuanceError } from '../errors.ts'

const skewMs = 10 * 60_000

/** What is about to be signed, written down before it is. */
export interface Intent {
  readonly keyId: string
  readonly tenantId: string
  /** SM3 of what was asked, so that another question under the same key id is noticed. */
  readonly askedSm3: Uint8Array
  readonly publicKeySm3: Uint8Array
  readonly serialHex: string
  readonly notAfter: Date
  readonly at: Date
}

interface Row {
  asked_sm3: Uint8Array
  serial_hex: string
  der: Uint8Array | null
}

/**
 * What this CA has signed and is about to sign: its own memory, in a file beside its key, so that it takes nobody's word
 * for what was issued before. Every change is durable when the call returns; several processes of one host may share it.
 */
export class Ledger {
  readonly #database: DatabaseSync

  private constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Makes an empty one; only where a CA begins. */
  static create(file: string): void {
    if (existsSync(file)) throw new TypeError('there is a ledger already')
    const database = new DatabaseSync(file)
    database.exec(durable)
    database.exec(schema)
    database.close()
  }

  /** Throws `platform.key-missing` where there is none: a CA that forgot what it issued must not go on as if new. */
  static open(file: string): Ledger {
    if (!existsSync(file))
      throw new PlatformError(
        'platform.key-missing',
        `the ledger of the CA is missing; restore it with the CA’s keys 缺少 CA 签发台账，请与 CA 密钥一并恢复: ${file}`,
        { file },
      )
    const database = new DatabaseSync(file, { timeout: 5_000 })
    database.exec(durable)
    return new Ledger(database)
  }

  close(): void {
    this.#database.close()
  }

  /** The certificate of a key, when exactly this was asked and answered before. Throws `issuance.key-reused`. */
  answered(keyId: string, askedSm3: Uint8Array): Uint8Array | undefined {
    const row = this.#rowOf(keyId)
    if (!row) return undefined
    if (!Buffer.from(row.asked_sm3).equals(askedSm3))
      throw new IssuanceError('issuance.key-reused', { by: 'key-id' })
    return row.der ?? undefined
  }

  /**
   * Writes down a serial before it is signed for. What an earlier attempt left unfinished is abandoned with its serial.
   * Throws `issuance.key-reused`, `issuance.too-many`.
   */
  intend(intent: Intent, mostPerHour: number): void {
    this.#inTransaction(() => {
      const { keyId, askedSm3, publicKeySm3, serialHex } = intent
      const before = this.#rowOf(keyId)
      if (before && !Buffer.from(before.asked_sm3).equals(askedSm3))
        throw new IssuanceError('issuance.key-reused', { by: 'key-id' })
      if (before?.der) throw new IssuanceError('issuance.unavailable', { attempt: 'superseded' })
      this.#requireNewKey(publicKeySm3, keyId)
      this.#requireRoom(intent.at, mostPerHour)
      if (before) this.#abandon(keyId, before.serial_hex, intent.at)
      this.#run(
        `insert into issuance (key_id, tenant_id, asked_sm3, public_key_sm3, serial_hex, not_after, intended_at)
         values (?, ?, ?, ?, ?, ?, ?)`,
        [
          keyId,
          intent.tenantId,
          askedSm3,
          publicKeySm3,
          serialHex,
          intent.notAfter.toISOString(),
          intent.at.toISOString(),
        ],
      )
    })
  }

  /** Keeps what was signed for an intent; false when another attempt has taken its place. */
  keep(keyId: string, serialHex: string, der: Uint8Array): boolean {
    const kept = this.#run(
      'update issuance set der = ? where key_id = ? and serial_hex = ? and der is null',
      [der, keyId, serialHex],
    )
    return kept === 1
  }

  /**
   * Takes the next list number above `after`, and remembers what the list revokes for good until it expires. Of
   * certificates older than this ledger nobody here knows when that is: of them the caller's word stands, for a list
   * refused after their expiry would leave every later revocation unpublished.
   * Throws `issuance.list-refused` for a list that forgets a revocation.
   */
  takeListNumber(list: {
    readonly after: bigint
    readonly serials: ReadonlySet<string>
    readonly revoked: readonly string[]
    readonly at: Date
  }): bigint {
    return this.#inTransaction(() => {
      const now = list.at.toISOString()
      // The caller drops what has expired by its own clock, which may be ahead of ours.
      const expired = new Date(list.at.getTime() + skewMs).toISOString()
      this.#run('delete from revoked where keep_until < ?', [expired])
      const forgotten = this.#database
        .prepare('select serial_hex from revoked')
        .all()
        .map((row) => String(row['serial_hex']))
        .filter((serial) => !list.serials.has(serial))
      if (forgotten.length > 0)
        throw new IssuanceError('issuance.list-refused', {
          finding: 'forgets',
          serials: forgotten.slice(0, 10),
        })
      for (const serial of list.revoked)
        this.#run(
          `insert into revoked select serial_hex, not_after from issuance where serial_hex = ?
           on conflict do nothing`,
          [serial],
        )
      const last = this.#database.prepare('select max(crl_number) as last from list').get()
      const next = Math.max(Number(last?.['last'] ?? 0), Number(list.after)) + 1
      this.#run('insert into list values (?, ?)', [next, now])
      return BigInt(next)
    })
  }

  #requireNewKey(publicKeySm3: Uint8Array, keyId: string): void {
    const known = this.#database
      .prepare('select key_id from issuance where public_key_sm3 = ? and key_id <> ?')
      .get(publicKeySm3, keyId)
    if (known) throw new IssuanceError('issuance.key-reused', { by: 'public-key' })
  }

  #abandon(keyId: string, serialHex: string, at: Date): void {
    this.#run('insert into abandoned_serial values (?, ?, ?)', [serialHex, keyId, at.toISOString()])
    this.#run('delete from issuance where key_id = ?', [keyId])
  }

  #requireRoom(at: Date, mostPerHour: number): void {
    const since = new Date(at.getTime() - 3_600_000).toISOString()
    const row = this.#database
      .prepare('select count(*) as n from issuance where intended_at > ?')
      .get(since)
    if (Number(row?.['n']) >= mostPerHour)
      throw new IssuanceError('issuance.too-many', { mostPerHour })
  }

  #rowOf(keyId: string): Row | undefined {
    return this.#database
      .prepare('select asked_sm3, serial_hex, der from issuance where key_id = ?')
      .get(keyId) as Row | undefined
  }

  #run(sql: string, values: (string | number | Uint8Array)[]): number {
    return Number(this.#database.prepare(sql).run(...values).changes)
  }

  #inTransaction<T>(work: () => T): T {
    this.#database.exec('begin immediate')
    try {
      const result = work()
      this.#database.exec('commit')
      return result
    } catch (error) {
      this.#database.exec('rollback')
      throw error
    }
  }
}

// A rollback journal with EXTRA: file, journal and folder are flushed before a commit returns.
const durable = 'pragma journal_mode = delete; pragma synchronous = extra; pragma foreign_keys = on'

const schema = `
create table issuance (
  key_id text primary key,
  tenant_id text not null,
  asked_sm3 blob not null,
  public_key_sm3 blob not null unique,
  serial_hex text not null unique,
  not_after text not null,
  intended_at text not null,
  der blob
) strict;
create index issuance_intended on issuance (intended_at);
-- Drawn and perhaps signed for, in an attempt that died; never given to anybody.
create table abandoned_serial (serial_hex text primary key, key_id text not null, at text not null) strict;
create table list (crl_number integer primary key, at text not null) strict;
-- Revoked for good and listed: no later list may leave it out before it expires.
create table revoked (serial_hex text primary key, keep_until text not null) strict;
pragma user_version = 1;
`
