import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { HttpApp } from '../platform/index.ts'
import { answerOcsp, type OcspDeps } from './ocsp.ts'
import { answerTimeStamp, type TimeStampDeps } from './time-stamp.ts'

export interface Publication {
  readonly ocsp: OcspDeps
  readonly timeStamp: TimeStampDeps
  /** DER. */
  readonly root: Uint8Array
  readonly issuing: Uint8Array
  readonly rootList: Uint8Array
  issuingList(): Promise<Uint8Array>
}

const bodyLimit = 16_384
const ocspCacheControl = 'max-age=60, public, no-transform, must-revalidate'

/** Mounts what certificates point at: lists, issuers, OCSP and timestamps, without login and in their own media types. */
export function mountPublication(app: HttpApp, publication: Publication): void {
  const { server } = app
  for (const type of ['application/ocsp-request', 'application/timestamp-query'])
    server.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit }, (_request, body, done) =>
      done(null, body),
    )
  const bytesOf = (body: unknown): Uint8Array =>
    Buffer.isBuffer(body) ? new Uint8Array(body) : new Uint8Array()
  const answerBy = async (reply: FastifyReply, request: Uint8Array, mayKeep: boolean) => {
    const { der, repeatable } = await answerOcsp(publication.ocsp, request)
    reply.header('content-type', 'application/ocsp-response')
    const kept = mayKeep && repeatable
    // RFC 5019 §6.2, and no longer than a revocation may stay unseen.
    reply.header('cache-control', kept ? ocspCacheControl : 'no-store')
    if (kept) reply.header('last-modified', publication.ocsp.clock.now().toUTCString())
    return reply.send(Buffer.from(der))
  }
  server.post('/ocsp', (request, reply) => answerBy(reply, bytesOf(request.body), false))
  // RFC 6960 appendix A.1: the request in base64 in the path.
  server.get<{ Params: { '*': string } }>('/ocsp/*', (request, reply) =>
    answerBy(reply, new Uint8Array(Buffer.from(request.params['*'], 'base64')), true),
  )
  server.post('/tsa', async (request, reply) =>
    reply
      .header('content-type', 'application/timestamp-reply')
      .send(Buffer.from(await answerTimeStamp(publication.timeStamp, bytesOf(request.body)))),
  )
  const files: Record<string, { type: string; bytes: () => Promise<Uint8Array> }> = {
    '/crl/issuing.crl': { type: 'application/pkix-crl', bytes: () => publication.issuingList() },
    '/crl/root.crl': { type: 'application/pkix-crl', bytes: async () => publication.rootList },
    '/ca/issuing.cer': { type: 'application/pkix-cert', bytes: async () => publication.issuing },
    '/ca/root.cer': { type: 'application/pkix-cert', bytes: async () => publication.root },
  }
  for (const [path, { type, bytes }] of Object.entries(files))
    server.get(path, async (request, reply) => {
      const file = Buffer.from(await bytes())
      const etag = `"${createHash('sha256').update(file).digest('base64url')}"`
      reply.header('content-type', type).header('cache-control', 'no-cache').header('etag', etag)
      // Asked for again and again, and large once many are revoked.
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.send(file)
    })
}
