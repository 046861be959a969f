import type { BodyOf, Endpoint, ParamsOf, QueryOf, ReplyOf } from '@yunqian/api'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type {
  ApplicationPrincipal,
  ArrivedRequest,
  DevicePrincipal,
  Principal,
  StaffPrincipal,
} from './principal.ts'

/** One call of an operation, let in and checked. */
export interface Call<E extends Endpoint = Endpoint> {
  readonly params: ParamsOf<E>
  readonly query: QueryOf<E>
  readonly body: BodyOf<E>
  readonly principal: Principal
  /** The principal as the endpoint declares it; reading another kind than declared is an error of ours. */
  readonly staff: StaffPrincipal
  readonly application: ApplicationPrincipal
  readonly device: DevicePrincipal
  readonly arrived: ArrivedRequest
  /**
   * Names what this call creates: the same for a repeat under its Idempotency-Key that runs because the process of the
   * first died. Whoever creates something under it looks for it first.
   */
  readonly intentId: string
  /** The caller's address. */
  readonly ip: string
  readonly traceId: string
  /** Fires when the caller hangs up or the server stops: what holds a request open lets go. */
  readonly signal: AbortSignal
  setHeader(name: string, value: string): void
}

/** Answers a call: what the schema promises, bytes where it promises bytes, nothing where it promises nothing. */
export type Handler<E extends Endpoint> = (
  call: Call<E>,
) => Promise<ReplyOf<E> extends undefined ? Uint8Array | void : ReplyOf<E>>

export function createCall(
  arrived: ArrivedRequest,
  request: FastifyRequest,
  reply: FastifyReply,
  principal: Principal,
  input: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
  intentId: string,
  stopping: AbortSignal,
): Call {
  const gone = new AbortController()
  // Of the answer, not the connection, which outlives it and would gather listeners.
  reply.raw.once('close', () => gone.abort())
  const as = <Kind extends Principal['kind']>(kind: Kind): Extract<Principal, { kind: Kind }> => {
    if (principal.kind !== kind) throw new TypeError(`this operation is not called by a ${kind}`)
    return principal as Extract<Principal, { kind: Kind }>
  }
  return {
    params: input.params as never,
    query: input.query as never,
    body: input.body as never,
    principal,
    get staff() {
      return as('staff')
    },
    get application() {
      return as('application')
    },
    get device() {
      return as('device')
    },
    arrived,
    intentId,
    ip: request.ip,
    traceId: request.id,
    signal: AbortSignal.any([gone.signal, stopping]),
    setHeader: (name, value) => void reply.header(name, value),
  }
}
