import type { Server } from 'node:https'
import type { TLSSocket } from 'node:tls'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { parseCertificate } from '@yunqian/pki'
import type { TlsIdentity } from '../../keys/internal-tls/index.ts'
import { problemBody, refusalOf } from '../../platform/http/problem.ts'
import { bodyCheck } from '../../platform/http/validation.ts'
import type { CaOperation, Clock, Log } from '../../platform/index.ts'
import { IssuanceError } from '../errors.ts'
import type { Issuer } from '../issuer.ts'
import { caOperations, decodeIssue, decodeList } from '../wire.ts'

export interface CaServiceOptions {
  readonly issuer: Issuer
  readonly identity: TlsIdentity
  /** Name in a client's certificate → what it may ask. */
  readonly peers: Readonly<Record<string, readonly CaOperation[]>>
  readonly host: string
  readonly port: number
  readonly clock: Clock
  readonly log: Log
}

/**
 * The CA's only door: TLS 1.3, named peers with certificates of our internal authority, and per peer the operations it
 * was given. Whoever has no name here is refused before a request is read.
 */
export async function serveCa(
  options: CaServiceOptions,
): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const { identity, log } = options
  const server = fastify({
    https: {
      key: identity.key,
      cert: identity.certificate,
      ca: identity.authorities,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
      handshakeTimeout: 10_000,
    },
    bodyLimit: 1_024,
    requestTimeout: 15_000,
    connectionTimeout: 60_000,
    forceCloseConnections: 'idle',
  })
  server.server.maxConnections = 256
  server.server.on('secureConnection', (socket: TLSSocket) => {
    const name = peerName(socket)
    if (name !== undefined && Object.hasOwn(options.peers, name)) return
    log.warn({ peer: name ?? 'unnamed' }, 'a peer the CA does not know was refused')
    socket.destroy()
  })
  server.server.on('tlsClientError', (error: Error & { code?: string }) =>
    log.warn({ code: error.code ?? error.name }, 'a TLS handshake with the CA failed'),
  )
  answerRefusals(server, options)
  mount(server, options, 'issue-certificate', (body) => options.issuer.issue(decodeIssue(body)))
  mount(server, options, 'sign-revocation-list', (body) =>
    options.issuer.signList(decodeList(body)),
  )
  const address = await server.listen({ host: options.host, port: options.port })
  return { address, stop: () => server.close() }
}

type Body<O extends CaOperation> = O extends 'issue-certificate'
  ? Parameters<typeof decodeIssue>[0]
  : Parameters<typeof decodeList>[0]

function mount<O extends CaOperation>(
  server: FastifyInstance<Server>,
  options: CaServiceOptions,
  operation: O,
  sign: (body: Body<O>) => Promise<Uint8Array>,
): void {
  const { path, body, bodyLimit } = caOperations[operation]
  const check = bodyCheck(body)
  server.post(
    path,
    {
      bodyLimit,
      // Before a byte of the body is read.
      onRequest: async (request: FastifyRequest) => {
        const peer = peerName(request.raw.socket as TLSSocket) ?? ''
        const allowed = Object.hasOwn(options.peers, peer) ? options.peers[peer] : undefined
        if (!allowed?.includes(operation))
          throw new IssuanceError('issuance.peer-forbidden', { peer, operation })
      },
    },
    async (request: FastifyRequest) => {
      const der = await sign(check(request.body) as Body<O>)
      options.log.info({ operation, peer: peerName(request.raw.socket as TLSSocket) }, 'signed')
      return { der: Buffer.from(der).toString('base64') }
    },
  )
}

function answerRefusals(
  server: FastifyInstance<Server>,
  { clock, log }: Pick<CaServiceOptions, 'clock' | 'log'>,
): void {
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const refusal = refusalOf(error)
    const body = problemBody(refusal, request.id, clock.now())
    const route = request.routeOptions.url ?? 'none'
    const fields = { route, code: refusal.code, peer: peerName(request.raw.socket as TLSSocket) }
    if (refusal.unforeseen) log.error({ ...fields, name: (error as Error).name }, 'the CA failed')
    else log.warn(fields, 'the CA refused')
    void reply.code(body.status).type('application/problem+json').send(body)
  }
  server.setErrorHandler(refuse)
  server.setNotFoundHandler((request, reply) =>
    refuse({ code: 'platform.not-found' }, request, reply),
  )
}

/** The name in the certificate the handshake proved; one that we cannot read names nobody. */
function peerName(socket: TLSSocket): string | undefined {
  const raw = socket.getPeerX509Certificate()?.raw
  try {
    return raw && parseCertificate(new Uint8Array(raw)).subject.get('CN')
  } catch {
    return undefined
  }
}
