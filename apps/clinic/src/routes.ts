import { setTimeout } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ClinicError } from './errors.ts'
import { beginLogin, continueLogin } from './log-in.ts'
import { beginSession, cookie, endSession, freshToken, requireUser, setCookie } from './sessions.ts'
import { ensureVisits } from './sample-visits.ts'
import {
  askToSign,
  deliverSigning,
  type Deps,
  doctors,
  refreshSigning,
  reopenRecord,
  requireDoctor,
  withdrawSigning,
} from './sign-record.ts'
import {
  type RecordBody,
  recentSignings,
  recordOf,
  requireSigning,
  requireVisit,
  saveDraft,
  type Signing,
  signingsOf,
  visitsOf,
} from './visits.ts'

const retryMs = 4000
const uuid = { type: 'string', format: 'uuid' } as const
const text = (maxLength: number) => ({ type: 'string', maxLength }) as const
const closed = <P extends object>(properties: P) =>
  ({
    type: 'object',
    additionalProperties: false,
    required: Object.keys(properties),
    properties,
  }) as const

const recordSchema = closed({
  allergies: text(200),
  chiefComplaint: text(500),
  presentIllness: text(4000),
  pastHistory: text(2000),
  examination: text(2000),
  diagnosis: text(1000),
  prescription: {
    type: 'array',
    maxItems: 12,
    items: closed({ drug: text(60), dose: text(20), usage: text(30), amount: text(20) }),
  },
  advice: text(2000),
})

export function loginRoutes(app: FastifyInstance, deps: Deps): void {
  const { store, platform, config } = deps
  app.post('/api/logins', async (request, reply) => {
    const browserToken = cookie(request, 'clinic_login') ?? freshToken()
    setCookie(reply, 'clinic_login', browserToken, 3600)
    return beginLogin(store, platform, { workstation: config.workstation, browserToken })
  })
  app.get<{ Params: { attemptId: string }; Querystring: { state?: string } }>(
    '/api/logins/:attemptId',
    async (request, reply) => {
      const browserToken = cookie(request, 'clinic_login')
      if (!browserToken) throw new ClinicError('clinic.login-unknown')
      const { attemptId } = request.params
      const { state } = request.query
      const input = { attemptId, browserToken, ...(state === undefined ? {} : { state }) }
      const { login, hisUserId, name } = await continueLogin(store, platform, input)
      if (hisUserId) beginSession(store, reply, hisUserId, deps.now())
      return { ...login, ...(name && { name }) }
    },
  )
  app.get('/api/session', async (request) => {
    const user = requireUser(store, request, deps.now())
    return { ...user, centreName: config.centreName, workstation: config.workstation }
  })
  app.delete('/api/session', async (request, reply) => {
    endSession(store, request, reply)
    return reply.code(204).send()
  })
}

export function visitRoutes(app: FastifyInstance, deps: Deps): void {
  const { store } = deps
  const user = (request: FastifyRequest) => requireUser(store, request, deps.now())
  type Visit = { Params: { visitId: string } }
  const schema = { params: closed({ visitId: uuid }) }

  app.get('/api/visits', async (request) => {
    user(request)
    const day = localDay(deps.now())
    ensureVisits(store, day)
    return { day, visits: visitsOf(store, day) }
  })
  app.get<Visit>('/api/visits/:visitId', { schema }, async (request) => {
    user(request)
    // As it is known here: whether the platform answers must not decide whether a record opens.
    return visitView(deps, request.params.visitId)
  })
  app.put<Visit & { Body: RecordBody }>(
    '/api/visits/:visitId/record',
    { schema: { ...schema, body: recordSchema } },
    async (request) => {
      saveDraft(store, user(request), request.params.visitId, request.body)
      return visitView(deps, request.params.visitId)
    },
  )
  app.post<Visit>('/api/visits/:visitId/record/reopen', { schema }, async (request) => {
    reopenRecord(deps, request.params.visitId, user(request))
    return visitView(deps, request.params.visitId)
  })
  app.get('/api/signings', async (request) => {
    user(request)
    return { signings: recentSignings(store).map(shownSigning) }
  })
  app.get('/api/doctors', async (request) => {
    user(request)
    return { doctors: doctors(store).map(({ hisUserId, name }) => ({ hisUserId, name })) }
  })
}

export function signingRoutes(app: FastifyInstance, deps: Deps): void {
  const { store, platform } = deps
  const user = (request: FastifyRequest) => requireUser(store, request, deps.now())
  type Visit = { Params: { visitId: string } }
  type One = { Params: { visitId: string; signingId: string } }
  const schema = { params: closed({ visitId: uuid }) }
  const oneSchema = { params: closed({ visitId: uuid, signingId: uuid }) }

  app.post<Visit & { Body: { reviewer?: string } }>(
    '/api/visits/:visitId/signings',
    {
      schema: {
        ...schema,
        body: { type: 'object', additionalProperties: false, properties: { reviewer: text(80) } },
      },
    },
    async (request) => {
      const asking = user(request)
      const { visitId } = request.params
      const { reviewer } = request.body
      const signer = reviewer ? requireDoctor(store, reviewer) : asking
      const place = reviewer ? 'reviewer' : 'author'
      await askToSign(deps, { visitId, user: asking, signer, place })
      return visitView(deps, visitId)
    },
  )
  app.get<One>(
    '/api/visits/:visitId/signings/:signingId',
    { schema: oneSchema },
    async (request) => {
      user(request)
      const { visitId, signingId } = request.params
      const signing = requireSigning(deps.store, visitId, signingId)
      // One that has not left is tried again, at the pace of whoever is looking at it.
      if (signing.state === 'asking') {
        await deliverSigning(deps, signing)
        if (requireSigning(deps.store, visitId, signingId).state === 'asking')
          await setTimeout(retryMs)
      } else await refreshSigning(deps, signing, true)
      return visitView(deps, visitId)
    },
  )
  app.post<One>(
    '/api/visits/:visitId/signings/:signingId/cancel',
    { schema: oneSchema },
    async (request) => {
      user(request)
      const { visitId, signingId } = request.params
      await withdrawSigning(deps, requireSigning(deps.store, visitId, signingId))
      return visitView(deps, visitId)
    },
  )
  app.get<Visit>('/api/visits/:visitId/document.pdf', { schema }, async (request, reply) => {
    user(request)
    const { documentId, number } = signedDocument(deps, request.params.visitId)
    return file(reply, 'application/pdf', `${number}.pdf`, await platform.document(documentId))
  })
  app.get<Visit>('/api/visits/:visitId/evidence.zip', { schema }, async (request, reply) => {
    user(request)
    const { documentId, number } = signedDocument(deps, request.params.visitId)
    return file(
      reply,
      'application/zip',
      `${number}-evidence.zip`,
      await platform.evidence(documentId),
    )
  })
  app.post<Visit>('/api/visits/:visitId/verify', { schema }, async (request) => {
    user(request)
    const { documentId } = signedDocument(deps, request.params.visitId)
    return platform.verify(await platform.document(documentId))
  })
}

function visitView(deps: Deps, visitId: string) {
  const record = recordOf(deps.store, visitId)
  return {
    visit: requireVisit(deps.store, visitId),
    record: record && { author: record.author, body: record.body, state: record.state },
    signings: signingsOf(deps.store, visitId).map(shownSigning),
  }
}

function shownSigning<S extends Signing>({ problem, ...signing }: S) {
  return { ...signing, problem: problem === null ? null : (JSON.parse(problem) as object) }
}

function signedDocument({ store }: Deps, visitId: string) {
  const { number } = requireVisit(store, visitId)
  const documentId = recordOf(store, visitId)?.documentId
  if (!documentId) throw new ClinicError('clinic.nothing-signed')
  return { documentId, number }
}

function file(reply: FastifyReply, type: string, name: string, bytes: Uint8Array) {
  void reply.header('content-type', type)
  void reply.header('content-disposition', `attachment; filename="${name}"`)
  return reply.send(Buffer.from(bytes))
}

function localDay(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}
