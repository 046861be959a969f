import { fromHex, toHex } from '@yunqian/sm'
import { canonicalJson, readCanonicalJson } from '../canonical-json.ts'
import type { JsonValue } from '../canonical-json.ts'
import { EvidenceError } from '../errors.ts'
import { checkEvent } from '../event.ts'
import type { EventRecord } from '../event.ts'
import type { TreeHash } from '../tree-hash.ts'

/** One logged event with its place in the log and the way from it to the checkpoint's roots. */
export interface LoggedEvent {
  readonly index: number
  readonly record: EventRecord
  readonly proofs: Readonly<Record<TreeHash, readonly Uint8Array[]>>
}

/** `log/events.json`: events proven against the log of `size` leaves that the checkpoint beside it signs. */
export interface LogEvents {
  readonly origin: string
  readonly size: number
  readonly events: readonly LoggedEvent[]
}

export function encodeLogEvents(log: LogEvents): Uint8Array {
  const events = log.events.map(({ index, record, proofs }) => ({
    index,
    record: record as unknown as JsonValue,
    proofs: { sm3: proofs.sm3.map(toHex), sha256: proofs.sha256.map(toHex) },
  }))
  return canonicalJson({ v: 1, origin: log.origin, size: log.size, events })
}

/** Reads `log/events.json`; throws `evidence.log-malformed`, `evidence.event-malformed` or `evidence.json-…`. */
export function decodeLogEvents(bytes: Uint8Array): LogEvents {
  const value = readCanonicalJson(bytes) as unknown
  if (!isRecord(value) || value['v'] !== 1) throw malformed('v')
  if (Object.keys(value).sort().join() !== 'events,origin,size,v') throw malformed('members')
  const { origin, size, events } = value
  if (typeof origin !== 'string' || !isCount(size)) throw malformed('size')
  if (!Array.isArray(events) || events.length > 10_000) throw malformed('events')
  return { origin, size, events: events.map(readLoggedEvent) }
}

function readLoggedEvent(value: unknown): LoggedEvent {
  if (!isRecord(value) || Object.keys(value).sort().join() !== 'index,proofs,record')
    throw malformed('event')
  const { index, record, proofs } = value
  if (!isCount(index)) throw malformed('index')
  if (!isRecord(proofs) || Object.keys(proofs).sort().join() !== 'sha256,sm3')
    throw malformed('proofs')
  return {
    index,
    record: checkEvent(record as JsonValue),
    proofs: { sm3: readPath(proofs['sm3']), sha256: readPath(proofs['sha256']) },
  }
}

function readPath(value: unknown): readonly Uint8Array[] {
  if (!Array.isArray(value) || value.length > 64) throw malformed('proofs')
  return value.map((hex) => {
    if (typeof hex !== 'string' || !/^[0-9a-f]{64}$/.test(hex)) throw malformed('proofs')
    return fromHex(hex)
  })
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(member: string): EvidenceError {
  return new EvidenceError('evidence.log-malformed', { member })
}
