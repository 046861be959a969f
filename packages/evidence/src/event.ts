import { canonicalJson, readCanonicalJson } from './canonical-json.ts'
import type { JsonValue } from './canonical-json.ts'
import { EvidenceError } from './errors.ts'

/** Everything that is worth a line in the log, refusals and failures included: an omission must be visible. */
export const EVENT_TYPES = [
  'application.created',
  'application.revoked',
  'certificate.issued',
  'certificate.resumed',
  'certificate.revoked',
  'certificate.suspended',
  'centre.changed',
  'device.registered',
  'document.added',
  'document.completed',
  'enrollment.approved',
  'enrollment.proofed',
  'enrollment.refused',
  'enrollment.submitted',
  'key.created',
  'key.deleted',
  'key.suspended',
  'login.approved',
  'login.bound',
  'login.opened',
  'login.refused',
  'login.verified',
  'membership.ended',
  'person.changed',
  'person.registered',
  'pin.failed',
  'signing.aborted',
  'signing.answered',
  'signing.cancelled',
  'signing.opened',
  'signing.refused',
  'signing.requested',
  'signing.signed',
  'staff.changed',
  'staff.invited',
  'staff.signed-in',
] as const

export type EventType = (typeof EVENT_TYPES)[number]

/** Digests of one byte string under both hashes, lower-case hex. */
export interface DigestPair {
  readonly sm3: string
  readonly sha256: string
}

/**
 * One thing that happened. `subject` holds ids, hashes and the like, never personal data; what is personal is
 * in `commitments` as salted commitments. `at` is ISO 8601 in UTC with milliseconds.
 */
export interface EventRecord {
  readonly v: 1
  readonly id: string
  readonly type: EventType
  readonly at: string
  readonly tenant: string
  readonly subject: Readonly<Record<string, string>>
  readonly document?: DigestPair
  readonly signature?: { readonly sm3: string }
  readonly data?: Readonly<Record<string, JsonValue>>
  readonly commitments?: Readonly<Record<string, string>>
}

/** The bytes of a record that the log hashes: its canonical JSON. Throws `evidence.event-malformed`. */
export function encodeEvent(record: EventRecord): Uint8Array {
  return canonicalJson(checkEvent(record as unknown as JsonValue) as unknown as JsonValue)
}

/** Reads a stored record; throws `evidence.json-…` or `evidence.event-malformed`. */
export function decodeEvent(bytes: Uint8Array): EventRecord {
  return checkEvent(readCanonicalJson(bytes))
}

const allowedMembers = new Set([
  'v',
  'id',
  'type',
  'at',
  'tenant',
  'subject',
  'document',
  'signature',
  'data',
  'commitments',
])

/** Holds a parsed JSON value to the shape of a record. */
export function checkEvent(value: JsonValue): EventRecord {
  if (!isObject(value)) throw malformed('record')
  for (const key of Object.keys(value)) if (!allowedMembers.has(key)) throw malformed(key)
  if (value['v'] !== 1) throw malformed('v')
  if (!isText(value['id'])) throw malformed('id')
  if (!isText(value['tenant'])) throw malformed('tenant')
  if (!(EVENT_TYPES as readonly unknown[]).includes(value['type'])) throw malformed('type')
  if (!isInstant(value['at'])) throw malformed('at')
  if (!isTextRecord(value['subject'])) throw malformed('subject')
  const { document, signature, data, commitments } = value
  if (document !== undefined && !hasDigests(document, ['sha256', 'sm3']))
    throw malformed('document')
  if (signature !== undefined && !hasDigests(signature, ['sm3'])) throw malformed('signature')
  if (data !== undefined && !isObject(data)) throw malformed('data')
  if (commitments !== undefined && !isTextRecord(commitments)) throw malformed('commitments')
  return value as unknown as EventRecord
}

function malformed(member: string): EvidenceError {
  return new EvidenceError('evidence.event-malformed', { member })
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 200
}

function isTextRecord(value: JsonValue | undefined): boolean {
  return isObject(value) && Object.values(value).every((member) => typeof member === 'string')
}

function isInstant(value: JsonValue | undefined): boolean {
  if (typeof value !== 'string') return false
  const time = new Date(value)
  return !Number.isNaN(time.getTime()) && time.toISOString() === value
}

function hasDigests(value: JsonValue, names: readonly string[]): boolean {
  return (
    isObject(value) &&
    Object.keys(value).sort().join() === names.join() &&
    Object.values(value).every((hex) => typeof hex === 'string' && /^[0-9a-f]{64}$/.test(hex))
  )
}
