import { TwoPartyKeyError } from './errors.ts'

export type TwoPartyKeyState = 'active' | 'suspended' | 'destroyed'

/** The server's side of one person's key, without its secrets. */
export interface TwoPartyKey {
  readonly tenantId: string
  readonly keyId: string
  readonly personId: string
  readonly deviceId: string
  readonly epoch: number
  readonly state: TwoPartyKeyState
  /** 65 bytes, 04‖x‖y. */
  readonly publicKey: Uint8Array
  readonly oprfPublicKey: Uint8Array
  readonly triesInRow: number
  readonly triesInLife: number
  /** Signing sessions opened so far. */
  readonly sessions: number
}

/** Wrong PINs in a row before the key stops. */
const triesInRowLimit = 5
/** Wrong PINs over the key's life: each success of the holder would otherwise give a thief four more guesses. */
const triesInLifeLimit = 50

/** How many more PINs may be tried; those of sessions still open are counted as spent. */
export function triesLeft(key: Pick<TwoPartyKey, 'triesInRow' | 'triesInLife'>): number {
  return Math.max(0, Math.min(triesInRowLimit - key.triesInRow, triesInLifeLimit - key.triesInLife))
}

/** Throws `keys.pin-exhausted` or `keys.suspended` unless the key may be asked to sign. */
export function requireUsable(key: TwoPartyKey): void {
  if (key.state === 'active') return
  throw new TwoPartyKeyError(triesLeft(key) === 0 ? 'keys.pin-exhausted' : 'keys.suspended')
}

/** What both sides hash into every proof of key generation. */
export function keyContext(key: {
  readonly tenantId: string
  readonly personId: string
  readonly deviceId: string
  readonly keyId: string
  readonly epoch: number
}): Uint8Array {
  return contextOf('yunqian-key-v1', key, [])
}

/** What both sides hash into every proof of one signing session; the counter never repeats under one key. */
export function signingContext(
  key: Parameters<typeof keyContext>[0],
  session: { readonly taskId: string; readonly counter: number },
): Uint8Array {
  return contextOf('yunqian-signing-v1', key, [session.taskId, String(session.counter)])
}

/** A session's id as the two-party functions take it. */
export const sidBytes = (sid: string): Uint8Array => new TextEncoder().encode(sid)

function contextOf(
  tag: string,
  key: Parameters<typeof keyContext>[0],
  rest: readonly string[],
): Uint8Array {
  const fields = [tag, key.tenantId, key.personId, key.deviceId, key.keyId, String(key.epoch)]
  return new TextEncoder().encode([...fields, ...rest].join('\n'))
}
