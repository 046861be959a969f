import { createHmac } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { PlatformError, type Clock, type MessageGateway } from '../platform/index.ts'
import type { NewMessage, Outcome } from './message.ts'

/** One message as the gateway gets it. The same id again is the same message: the gateway may drop the repetition. */
export type Dispatch = Pick<NewMessage, 'mobile' | 'text' | 'parts'> & {
  readonly messageId: string
}

export interface Gateway {
  /** Calls once; every way a call can end is an outcome. */
  send(message: Dispatch): Promise<Outcome>
}

const mostAnswerBytes = 65_536
const longestWaitMs = 3_600_000

/** A gateway that takes JSON over HTTPS. Throws `platform.config-invalid` when its secret cannot be read. */
export function openGateway(
  settings: MessageGateway,
  deps: { readonly clock: Clock; readonly fetch: typeof fetch },
): Gateway {
  const secret = settings.secretFile === undefined ? '' : readSecret(settings.secretFile)
  return {
    send: async (message) => {
      const body = JSON.stringify(filled(settings.body, valuesOf(message)))
      const headers = headersOf(settings, secret, message.messageId, body, deps.clock.now())
      const signal = AbortSignal.timeout(settings.timeoutMs)
      try {
        const request = { method: 'POST', headers, body, signal, redirect: 'manual' } as const
        const response = await deps.fetch(settings.url, request)
        return outcomeOf(settings, response, await readAnswer(response), deps.clock.now())
      } catch {
        // Whether it arrived is unknown; the next call carries the same id.
        const failure = signal.aborted ? 'timed-out' : 'unreachable'
        return { kind: 'not-now', failure }
      }
    },
  }
}

const valuesOf = ({ messageId, mobile, text, parts }: Dispatch): Record<string, string> => ({
  id: messageId,
  mobile,
  text,
  ...parts,
})

/** Fills `{{name}}` in the strings of a JSON value; values never become JSON of their own. */
function filled(template: unknown, values: Readonly<Record<string, string>>): unknown {
  if (typeof template === 'string')
    return template.replace(/\{\{(\w+)\}\}/g, (all, name: string) => values[name] ?? all)
  if (Array.isArray(template)) return template.map((item) => filled(item, values))
  if (typeof template !== 'object' || template === null) return template
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => [name, filled(value, values)]),
  )
}

function headersOf(
  settings: MessageGateway,
  secret: string,
  messageId: string,
  body: string,
  now: Date,
): Record<string, string> {
  const usual = {
    ...settings.headers,
    'content-type': 'application/json; charset=utf-8',
    'idempotency-key': messageId,
  }
  if (settings.authentication === 'none') return usual
  if (settings.authentication === 'bearer') return { ...usual, authorization: `Bearer ${secret}` }
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const mac = createHmac('sha256', secret).update(`${timestamp}\n${messageId}\n${body}`)
  return { ...usual, 'x-timestamp': timestamp, 'x-signature': mac.digest('base64') }
}

function outcomeOf(
  { accepted }: MessageGateway,
  response: Response,
  answer: string,
  now: Date,
): Outcome {
  const { status } = response
  if (status === 429) {
    const afterMs = retryAfterMs(response.headers.get('retry-after'), now)
    return { kind: 'not-now', failure: 'rate-limited', ...(afterMs ? { afterMs } : {}) }
  }
  if (status === 408) return { kind: 'not-now', failure: 'timed-out' }
  if (status >= 500 || status < 200) return { kind: 'not-now', failure: 'gateway-error' }
  if (status >= 300) return { kind: 'refused', failure: 'refused' }
  // Many gateways say no with 200 and a code in the body.
  if (accepted && memberOf(answer, accepted.member) !== String(accepted.equals))
    return { kind: 'not-now', failure: 'not-accepted' }
  return { kind: 'sent' }
}

/** RFC 9110 §10.2.3: seconds or a date. */
function retryAfterMs(value: string | null, now: Date): number | undefined {
  if (!value) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now.getTime()
  return ms > 0 ? Math.min(ms, longestWaitMs) : undefined
}

function memberOf(answer: string, member: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(answer) as Record<string, unknown>)[member]
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined
  } catch {
    return undefined
  }
}

/** The beginning of an answer, which is all we look at; a gateway that never stops talking is cut off. */
async function readAnswer(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop cancels the rest.
  for await (const part of response.body ?? []) {
    parts.push(part)
    bytes += part.length
    if (bytes >= mostAnswerBytes) break
  }
  return Buffer.concat(parts).toString('utf8')
}

function readSecret(file: string): string {
  try {
    if ((statSync(file).mode & 0o077) !== 0) throw new Error('others may read it')
    const secret = readFileSync(file, 'utf8').trim()
    if (secret === '') throw new Error('it is empty')
    return secret
  } catch (error) {
    throw new PlatformError(
      'platform.config-invalid',
      `the message gateway’s secret ${file} cannot be used: ${(error as Error).message} 短信网关密钥文件不可用`,
      { file },
    )
  }
}
