import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { enrollmentStates } from '../phone.ts'
import { Closed, Id, Timestamp, Words, type Static } from '../scalars.ts'
import { Page, Reason, clerk } from './terms.ts'

export const EnrollmentRow = Closed({
  enrollmentId: Id,
  state: Words(enrollmentStates),
  person: Closed({
    personId: Id,
    name: Type.String(),
    idNumberMasked: Type.String(),
    mobileMasked: Type.String(),
  }),
  centreName: Type.String(),
  deviceName: Type.String(),
  createdAt: Timestamp,
  proofedAt: Type.Optional(Timestamp),
  decidedAt: Type.Optional(Timestamp),
  decidedBy: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  /** What was checked, by which provider, with what result. */
  checks: Type.Array(
    Closed({
      check: Type.String(),
      result: Words(['pass', 'fail'] as const),
      provider: Type.String(),
      at: Timestamp,
    }),
  ),
})

export type EnrollmentRow = Static<typeof EnrollmentRow>

const EnrollmentParams = Closed({ enrollmentId: Id })

export const enrollmentEndpoints = {
  listEnrollments: endpoint({
    operationId: 'listEnrollments',
    method: 'GET',
    path: '/console/api/enrollments',
    principal: 'staff',
    summary: { zh: '证书申请', en: 'Certificate applications' },
    query: Closed({ state: Type.Optional(Words(enrollmentStates)), ...Page }),
    reply: Closed({ enrollments: Type.Array(EnrollmentRow) }),
  }),
  approveEnrollment: endpoint({
    operationId: 'approveEnrollment',
    method: 'POST',
    path: '/console/api/enrollments/:enrollmentId/approve',
    principal: 'staff',
    roles: clerk,
    summary: { zh: '核对本人并批准', en: 'Confirm the person and approve' },
    params: EnrollmentParams,
    body: Closed({}),
    reply: EnrollmentRow,
    problems: ['enrollment.unknown', 'enrollment.wrong-state'],
  }),
  rejectEnrollment: endpoint({
    operationId: 'rejectEnrollment',
    method: 'POST',
    path: '/console/api/enrollments/:enrollmentId/reject',
    principal: 'staff',
    roles: clerk,
    summary: { zh: '退回', en: 'Reject with a reason' },
    params: EnrollmentParams,
    body: Reason,
    reply: EnrollmentRow,
    problems: ['enrollment.unknown', 'enrollment.wrong-state'],
  }),
} as const
