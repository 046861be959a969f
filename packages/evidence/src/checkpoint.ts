import { EvidenceError } from './errors.ts'

/** What the log key signs: how long the log is and the roots of both its trees at that length. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly sha256Root: Uint8Array
  readonly sm3Root: Uint8Array
  readonly time: Date
}

/**
 * The checkpoint's text. The first three lines are a C2SP tlog-checkpoint body (origin, decimal size, base64
 * SHA-256 root); the extension lines add the SM3 root and the time.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { origin, size, sha256Root, sm3Root, time } = checkpoint
  if (!/^[\x21-\x7e]{1,200}$/.test(origin) || !Number.isSafeInteger(size) || size < 0)
    throw new EvidenceError('evidence.checkpoint-malformed')
  if (sha256Root.length !== 32 || sm3Root.length !== 32 || Number.isNaN(time.getTime()))
    throw new EvidenceError('evidence.checkpoint-malformed')
  const text = [
    origin,
    String(size),
    toBase64(sha256Root),
    `sm3 ${toBase64(sm3Root)}`,
    `time ${time.toISOString()}`,
    '',
  ].join('\n')
  return new TextEncoder().encode(text)
}

/** Reads a checkpoint's text; anything but the one spelling of its values is `evidence.checkpoint-malformed`. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const text = new TextDecoder().decode(bytes)
  const found =
    /^([\x21-\x7e]{1,200})\n(\d{1,16})\n([A-Za-z0-9+/=]{44})\nsm3 ([A-Za-z0-9+/=]{44})\ntime (\S{24})\n$/.exec(
      text,
    )
  if (!found) throw new EvidenceError('evidence.checkpoint-malformed')
  const [, origin, size, sha256Root, sm3Root, time] = found as unknown as string[]
  const checkpoint = {
    origin: origin as string,
    size: Number(size),
    sha256Root: fromBase64(sha256Root as string),
    sm3Root: fromBase64(sm3Root as string),
    time: new Date(time as string),
  }
  const again = encodeCheckpoint(checkpoint)
  if (again.length !== bytes.length || again.some((byte, i) => byte !== bytes[i]))
    throw new EvidenceError('evidence.checkpoint-malformed')
  return checkpoint
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    throw new EvidenceError('evidence.checkpoint-malformed')
  }
}
