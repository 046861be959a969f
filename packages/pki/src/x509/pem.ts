import { DerError } from '../errors.ts'

export interface PemBlock {
  readonly label: string
  readonly der: Uint8Array
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END \1-----/g
const BEGIN = /-----BEGIN /g

/**
 * Every PEM block of a text, in order; text around blocks is ignored (RFC 7468 §2). Blocks with headers or a
 * broken body are refused, not skipped.
 * @throws DerError `pki.pem-malformed`
 */
export function parsePem(text: string): readonly PemBlock[] {
  const blocks = [...text.matchAll(BLOCK)].map((match) => ({
    label: match[1]!,
    der: decodeBase64(match[2]!.replaceAll(/\s/g, ''), match.index),
  }))
  if (blocks.length !== [...text.matchAll(BEGIN)].length)
    throw new DerError('pki.pem-malformed', text.search(BEGIN))
  return blocks
}

/** One block with lines of 64 characters and a final newline. */
export function encodePem(label: string, der: Uint8Array): string {
  let binary = ''
  for (const byte of der) binary += String.fromCharCode(byte)
  const lines = btoa(binary).match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

function decodeBase64(body: string, offset: number): Uint8Array {
  if (body.length === 0 || body.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(body))
    throw new DerError('pki.pem-malformed', offset)
  return Uint8Array.from(atob(body), (character) => character.charCodeAt(0))
}
