import type { Platform } from '../platform/index.ts'
import { newToken } from './tokens.ts'

const name = 'yq_known'
const purpose = 'accounts/known-browser'
const maxAge = 400 * 86_400

/**
 * A browser in which somebody signed in as this login before (OWASP: device cookies). It proves no identity; it only keeps
 * the failures of strangers, who have none, from locking its owner out.
 */
export function knownBrowserCookie(
  { sealer, config }: Pick<Platform, 'sealer' | 'config'>,
  login: string,
): string {
  const browser = newToken()
  const secure = config.publicUrl.startsWith('https:') ? '; Secure' : ''
  const value = `${browser}.${markOf(sealer, login, browser)}`
  return `${name}=${value}; Path=/console; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secure}`
}

/** The browser's own name, if the cookie was given for this login. */
export function knownBrowser(
  { sealer }: Pick<Platform, 'sealer'>,
  login: string,
  cookies: string | string[] | undefined,
): string | undefined {
  const text = Array.isArray(cookies) ? cookies.join(';') : (cookies ?? '')
  const [, browser, mark] = /(?:^|;\s*)yq_known=([\w-]{43})\.([\w-]{43})(?:;|$)/.exec(text) ?? []
  return browser && mark === markOf(sealer, login, browser) ? browser : undefined
}

function markOf(sealer: Platform['sealer'], login: string, browser: string): string {
  const index = sealer.index(purpose, new TextEncoder().encode(`${login}\n${browser}`))
  return Buffer.from(index).toString('base64url')
}
