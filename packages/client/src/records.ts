import { fromBase64, toBase64, utf8 } from './bytes.ts'
import { PhoneError } from './errors.ts'
import type { PhoneStorage } from './ports.ts'

/** The application under way or done: which device this phone is to the platform. */
export interface EnrollmentRecord {
  readonly v: 1
  readonly enrollmentId: string
  readonly deviceId: string
}

/** An application that was sent and not answered yet. */
export interface UnansweredRecord {
  readonly v: 1
  readonly idempotencyKey: string
  /** Recognises the application when it is sent again. */
  readonly mark: string
}

/**
 * The phone's share, wrapped. There is no redundancy in `wrappedShare`: every PIN unwraps to some scalar, and only
 * the server, which counts, can tell which is right. Neither P1 nor P2 nor any transcript is kept, because each
 * would let a thief test PINs offline (gm-crypto reference §6.5).
 */
export interface KeyRecord {
  readonly v: 1
  readonly keyId: string
  readonly publicKey: Uint8Array
  readonly oprfPublicKey: Uint8Array
  readonly wrapSalt: Uint8Array
  readonly wrappedShare: Uint8Array
  readonly csrTaskId: string
}

const enrollmentKey = 'enrollment'
const keyKey = 'key'
const unansweredKey = 'unanswered'

export async function readEnrollment(storage: PhoneStorage): Promise<EnrollmentRecord | undefined> {
  return (await readJson(storage, enrollmentKey)) as EnrollmentRecord | undefined
}

export function writeEnrollment(storage: PhoneStorage, record: EnrollmentRecord): Promise<void> {
  return storage.put(enrollmentKey, utf8(JSON.stringify(record)))
}

export async function readUnanswered(storage: PhoneStorage): Promise<UnansweredRecord | undefined> {
  return (await readJson(storage, unansweredKey)) as UnansweredRecord | undefined
}

export function writeUnanswered(storage: PhoneStorage, record: UnansweredRecord): Promise<void> {
  return storage.put(unansweredKey, utf8(JSON.stringify(record)))
}

export function forgetUnanswered(storage: PhoneStorage): Promise<void> {
  return storage.delete(unansweredKey)
}

export async function readKey(storage: PhoneStorage): Promise<KeyRecord | undefined> {
  const stored = (await readJson(storage, keyKey)) as Record<string, string> | undefined
  if (stored === undefined) return undefined
  try {
    return {
      v: 1,
      keyId: stored['keyId']!,
      csrTaskId: stored['csrTaskId']!,
      publicKey: fromBase64(stored['publicKey']!),
      oprfPublicKey: fromBase64(stored['oprfPublicKey']!),
      wrapSalt: fromBase64(stored['wrapSalt']!),
      wrappedShare: fromBase64(stored['wrappedShare']!),
    }
  } catch (cause) {
    throw new PhoneError('phone.storage-damaged', { cause })
  }
}

export function writeKey(storage: PhoneStorage, record: KeyRecord): Promise<void> {
  const { publicKey, oprfPublicKey, wrapSalt, wrappedShare, ...rest } = record
  const stored = {
    ...rest,
    publicKey: toBase64(publicKey),
    oprfPublicKey: toBase64(oprfPublicKey),
    wrapSalt: toBase64(wrapSalt),
    wrappedShare: toBase64(wrappedShare),
  }
  return storage.put(keyKey, utf8(JSON.stringify(stored)))
}

/** Forgets this phone's part of everything; without it the server's share is worth nothing. */
export async function forgetAll(storage: PhoneStorage): Promise<void> {
  await storage.delete(keyKey)
  await storage.delete(enrollmentKey)
  await storage.delete(unansweredKey)
}

async function readJson(storage: PhoneStorage, key: string): Promise<unknown> {
  const bytes = await storage.get(key)
  if (bytes === undefined) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new PhoneError('phone.storage-damaged', { cause })
  }
}
