import { Agent, request } from 'node:https'
import type { PeerCertificate } from 'node:tls'
import { Compile } from 'typebox/compile'
import { parseCertificate, parseCrl, verifyCrl, verifyIssued, type Certificate } from '@yunqian/pki'
import { caServerName, type TlsIdentity } from '../keys/internal-tls/index.ts'
import type { CaOperation, Clock, Log } from '../platform/index.ts'
import { checkedCertificationRequest } from './certification-request.ts'
import { IssuanceError, isIssuanceCode } from './errors.ts'
import type { Issuer, PersonCertificateRequest } from './issuer.ts'
import { CaAnswer, caOperations, encodeIssue, encodeList } from './wire.ts'

export interface CaClientOptions {
  /** https://host:port of the CA process. */
  readonly caUrl: string
  readonly identity: TlsIdentity
  /** Issuing CA first, root last: what answers are held against. */
  readonly chain: readonly Uint8Array[]
  readonly clock: Clock
  readonly log: Log
  /** How long one call may take in all. */
  readonly timeoutMs?: number
}

const answerLimit = 48 * 1_048_576
// After a failure the CA is left alone for a moment, so that nobody queues behind what cannot be reached.
const restMs = 2_000

/**
 * The issuing CA in a process of its own, asked over mutual TLS. Out of reach, too slow or answering nonsense it is
 * `issuance.unavailable`, which may be tried again: the CA answers a repeated request with the same certificate.
 */
export function remoteIssuer(options: CaClientOptions): Issuer & { close(): void } {
  const [own] = options.chain
  if (!own) throw new Error('the issuing CA has no certificate')
  const certificate = parseCertificate(own)
  const { key, certificate: cert, authorities: ca } = options.identity
  const agent = new Agent({
    key,
    cert,
    ca,
    minVersion: 'TLSv1.3',
    keepAlive: true,
    maxSockets: 8,
    checkServerIdentity,
  })
  const ask = asking(options, agent)
  return {
    certificate,
    chain: options.chain,
    issue: async (wanted) =>
      checkedAnswer(certificate, wanted, await ask('issue-certificate', encodeIssue(wanted))),
    signList: async (list) =>
      checkedList(certificate, await ask('sign-revocation-list', encodeList(list))),
    close: () => agent.destroy(),
  }
}

type Ask = (operation: CaOperation, body: object) => Promise<Uint8Array>

function asking({ caUrl, clock, log, timeoutMs = 8_000 }: CaClientOptions, agent: Agent): Ask {
  let restUntil = 0
  return async (operation, body) => {
    if (clock.now().getTime() < restUntil) throw unavailable('resting')
    const address = new URL(caOperations[operation].path, caUrl)
    const payload = Buffer.from(JSON.stringify(body))
    const signal = AbortSignal.timeout(timeoutMs)
    const call = { agent, address, payload, signal }
    const answer = await postAgainIfStale(call).catch((error: { code?: string; name?: string }) => {
      restUntil = clock.now().getTime() + restMs
      const cause = error.code ?? error.name ?? 'unknown'
      log.warn({ operation, cause }, 'the CA is out of reach')
      throw unavailable(signal.aborted ? 'timeout' : 'unreachable')
    })
    return readAnswer(answer)
  }
}

interface HttpAnswer {
  readonly status: number
  readonly body: string
}

interface HttpCall {
  readonly agent: Agent
  readonly address: URL
  readonly payload: Buffer
  readonly signal: AbortSignal
}

function post(call: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': call.payload.length }
    const { agent, signal } = call
    const sent = request(call.address, { method: 'POST', agent, headers, signal }, (response) => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > answerLimit) response.destroy(new Error('the answer is too long'))
        chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    sent.on('error', (error: Error & { code?: string }) =>
      reject(Object.assign(error, { staleConnection: sent.reusedSocket && isReset(error) })),
    )
    sent.end(call.payload)
  })
}

const isReset = ({ code = '' }: { code?: string }): boolean =>
  ['ECONNRESET', 'EPIPE'].includes(code)

/** A kept connection may have been closed by a restart of the CA; nothing is lost by asking once more. */
async function postAgainIfStale(call: HttpCall): Promise<HttpAnswer> {
  try {
    return await post(call)
  } catch (error) {
    if ((error as { staleConnection?: boolean }).staleConnection !== true) throw error
    return post(call)
  }
}

const answerCheck = Compile(CaAnswer)

function readAnswer({ status, body }: HttpAnswer): Uint8Array {
  const said = readJson(body)
  if (status === 200 && answerCheck.Check(said))
    return new Uint8Array(Buffer.from(said.der, 'base64'))
  const { code, details } = (said ?? {}) as { code?: unknown; details?: Record<string, unknown> }
  if (isIssuanceCode(code)) throw new IssuanceError(code, details)
  throw unavailable(`status-${status}`)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The CA is known by its name in our own authority, not by its host's. */
function checkServerIdentity(_host: string, certificate: PeerCertificate): Error | undefined {
  return certificate.subject.CN === caServerName
    ? undefined
    : Object.assign(new Error('the peer is not the CA'), { code: 'CA_NAME_MISMATCH' })
}

/** Believed only when it is what was asked for, under the chain this platform publishes. */
function checkedAnswer(
  issuer: Certificate,
  wanted: PersonCertificateRequest,
  der: Uint8Array,
): Uint8Array {
  const { info } = checkedCertificationRequest(wanted)
  const made = readOr(() => parseCertificate(der))
  const fits =
    made !== undefined &&
    verifyIssued(made, issuer) &&
    Buffer.from(made.publicKey.der).equals(info.publicKey.der) &&
    Buffer.from(made.subject.der).equals(wanted.subject)
  if (!fits) throw unavailable('answer-differs')
  return der
}

function checkedList(issuer: Certificate, der: Uint8Array): Uint8Array {
  const made = readOr(() => parseCrl(der))
  if (!made || !verifyCrl(made, issuer)) throw unavailable('answer-differs')
  return der
}

function readOr<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

const unavailable = (cause: string): IssuanceError =>
  new IssuanceError('issuance.unavailable', { cause })
