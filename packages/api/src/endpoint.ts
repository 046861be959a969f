import type { Static, TSchema } from 'typebox'
import type { ProblemCode } from './problems.ts'

/** Who may call: `device` is a phone with its signed requests, `staff` a console session. */
export type PrincipalKind = 'public' | 'device' | 'application' | 'staff'

/** One operation of the API: what server, clients and documents all read. */
export interface Endpoint<
  Params extends TSchema | undefined = TSchema | undefined,
  Query extends TSchema | undefined = TSchema | undefined,
  Body extends TSchema | undefined = TSchema | undefined,
  Reply extends TSchema | undefined = TSchema | undefined,
> {
  readonly operationId: string
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Fastify's form: `/v1/documents/:documentId`. */
  readonly path: string
  readonly principal: PrincipalKind
  /** Staff roles that may call; absent means every signed-in member of staff. */
  readonly roles?: readonly string[]
  readonly summary: { readonly zh: string; readonly en: string }
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  /** JSON answer; an endpoint with `replyMediaType` answers bytes instead. */
  readonly reply?: Reply
  readonly replyMediaType?: string
  readonly status?: 200 | 201 | 202 | 204
  readonly bodyLimitBytes?: number
  /** The refusals particular to this operation, beside the platform's own. */
  readonly problems?: readonly ProblemCode[]
}

/** Keeps the schema types of one endpoint. */
export function endpoint<
  Params extends TSchema | undefined = undefined,
  Query extends TSchema | undefined = undefined,
  Body extends TSchema | undefined = undefined,
  Reply extends TSchema | undefined = undefined,
>(definition: Endpoint<Params, Query, Body, Reply>): Endpoint<Params, Query, Body, Reply> {
  return definition
}

type Shape<Schema> = Schema extends TSchema ? Static<Schema> : undefined
export type ParamsOf<E> = E extends { params?: infer P } ? Shape<NonNullable<P>> : undefined
export type QueryOf<E> = E extends { query?: infer Q } ? Shape<NonNullable<Q>> : undefined
export type BodyOf<E> = E extends { body?: infer B } ? Shape<NonNullable<B>> : undefined
export type ReplyOf<E> = E extends { reply?: infer R } ? Shape<NonNullable<R>> : undefined
