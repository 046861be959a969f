import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CentreCode, Closed, Id, Text, Timestamp, Words, type Static } from '../scalars.ts'
import { CentreParams, admin } from './terms.ts'

export const Centre = Closed({
  centreId: Id,
  code: CentreCode,
  name: Type.String(),
  state: Words(['open', 'closed'] as const),
  doctors: Type.Integer(),
  validCertificates: Type.Integer(),
  /** What closing the centre would cancel. */
  openTasks: Type.Integer(),
  createdAt: Timestamp,
})

export type Centre = Static<typeof Centre>

export const centreEndpoints = {
  listCentres: endpoint({
    operationId: 'listCentres',
    method: 'GET',
    path: '/console/api/centres',
    principal: 'staff',
    summary: { zh: '社康机构', en: 'Centres' },
    reply: Closed({ centres: Type.Array(Centre) }),
  }),
  addCentre: endpoint({
    operationId: 'addCentre',
    method: 'POST',
    path: '/console/api/centres',
    principal: 'staff',
    roles: admin,
    summary: { zh: '新增社康', en: 'Add a centre' },
    body: Closed({ code: CentreCode, name: Text(80) }),
    reply: Centre,
    status: 201,
    problems: ['accounts.centre-code-taken'],
  }),
  changeCentre: endpoint({
    operationId: 'changeCentre',
    method: 'PATCH',
    path: '/console/api/centres/:centreId',
    principal: 'staff',
    roles: admin,
    summary: { zh: '更名、停用或恢复社康', en: 'Rename, close or reopen a centre' },
    params: CentreParams,
    body: Closed({
      name: Type.Optional(Text(80)),
      state: Type.Optional(Words(['open', 'closed'] as const)),
    }),
    reply: Centre,
    problems: ['accounts.centre-unknown'],
  }),
} as const
