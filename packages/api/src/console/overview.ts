import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { Closed, Timestamp } from '../scalars.ts'

export const overviewEndpoints = {
  getOverview: endpoint({
    operationId: 'getOverview',
    method: 'GET',
    path: '/console/api/overview',
    principal: 'staff',
    summary: { zh: '工作台：待处理事项', en: 'Work desk: what needs a decision' },
    reply: Closed({
      waitingEnrollments: Type.Integer(),
      doctors: Type.Integer(),
      validCertificates: Type.Integer(),
      suspendedCertificates: Type.Integer(),
      expiringSoon: Type.Integer(),
      signaturesToday: Type.Integer(),
      loginsToday: Type.Integer(),
      openTasks: Type.Integer(),
      evidenceEvents: Type.Integer(),
      lastCheckpointAt: Type.Optional(Timestamp),
      /** Last fourteen days, oldest first. */
      signaturesByDay: Type.Array(
        Closed({ day: Type.String(), signatures: Type.Integer(), logins: Type.Integer() }),
      ),
    }),
  }),
} as const
