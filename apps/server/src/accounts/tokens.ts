import { createHash, createHmac, randomBytes } from 'node:crypto'

/** 256 random bits, base64url: for links, cookies and keys. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What is stored of a token; the token itself is known to its bearer alone. */
export function tokenHash(token: string): Uint8Array {
  return createHash('sm3').update(token).digest()
}

/** The page's half of a session: follows from the cookie's token, which scripts cannot read. */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac('sm3', sessionToken).update('yunqian/csrf').digest('base64url')
}
