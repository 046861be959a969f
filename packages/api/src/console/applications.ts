import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { Closed, Id, Text, Timestamp, Words, type Static } from '../scalars.ts'
import { admin } from './terms.ts'

export const Application = Closed({
  applicationId: Id,
  name: Type.String(),
  centreId: Id,
  centreName: Type.String(),
  state: Words(['active', 'revoked'] as const),
  keyHint: Type.String(),
  createdAt: Timestamp,
  lastUsedAt: Type.Optional(Timestamp),
})

export type Application = Static<typeof Application>

const ApplicationWithKey = Closed({
  application: Application,
  /** Shown once. */ key: Type.String(),
})

const ApplicationParams = Closed({ applicationId: Id })

export const applicationEndpoints = {
  listApplications: endpoint({
    operationId: 'listApplications',
    method: 'GET',
    path: '/console/api/applications',
    principal: 'staff',
    summary: { zh: '应用接入', en: 'Applications' },
    reply: Closed({ applications: Type.Array(Application) }),
  }),
  createApplication: endpoint({
    operationId: 'createApplication',
    method: 'POST',
    path: '/console/api/applications',
    principal: 'staff',
    roles: admin,
    summary: { zh: '登记应用', en: 'Register an application' },
    body: Closed({ name: Text(60), centreId: Id }),
    reply: ApplicationWithKey,
    status: 201,
    problems: ['accounts.centre-unknown'],
  }),
  rotateApplicationKey: endpoint({
    operationId: 'rotateApplicationKey',
    method: 'POST',
    path: '/console/api/applications/:applicationId/key',
    principal: 'staff',
    roles: admin,
    summary: { zh: '更换应用密钥', en: 'Rotate an application key' },
    params: ApplicationParams,
    body: Closed({}),
    reply: ApplicationWithKey,
    problems: ['accounts.application-unknown'],
  }),
  revokeApplication: endpoint({
    operationId: 'revokeApplication',
    method: 'DELETE',
    path: '/console/api/applications/:applicationId',
    principal: 'staff',
    roles: admin,
    summary: { zh: '停用应用', en: 'Revoke an application' },
    params: ApplicationParams,
    reply: Application,
    problems: ['accounts.application-unknown'],
  }),
} as const
