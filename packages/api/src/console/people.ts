import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CertificateView, certificateStates } from '../phone.ts'
import { Closed, Id, Text, Timestamp, Words, type Static } from '../scalars.ts'
import { Page, Reason, clerk } from './terms.ts'

export const Person = Closed({
  personId: Id,
  name: Type.String(),
  idNumberMasked: Type.String(),
  mobileMasked: Type.String(),
  memberships: Type.Array(
    Closed({
      centreId: Id,
      centreName: Type.String(),
      role: Type.String(),
      title: Type.Optional(Type.String()),
      employeeNumber: Type.Optional(Type.String()),
    }),
  ),
  certificate: Type.Optional(CertificateView),
  createdAt: Timestamp,
})

export type Person = Static<typeof Person>

/** How a person stands with certificates: the newest one's state, about to expire, or none at all. */
export const certificateStandings = [...certificateStates, 'expiring', 'none'] as const

export type CertificateStanding = (typeof certificateStandings)[number]

const PersonParams = Closed({ personId: Id })

const Mobile = Type.String({ pattern: '^1[3-9][0-9]{9}$' })

export const peopleEndpoints = {
  listPeople: endpoint({
    operationId: 'listPeople',
    method: 'GET',
    path: '/console/api/people',
    principal: 'staff',
    summary: { zh: '人员与证书', en: 'People and certificates' },
    query: Closed({
      personId: Type.Optional(Id),
      centreId: Type.Optional(Id),
      certificate: Type.Optional(Words(certificateStandings)),
      search: Type.Optional(Type.String({ maxLength: 60 })),
      ...Page,
    }),
    reply: Closed({ people: Type.Array(Person) }),
  }),
  registerPerson: endpoint({
    operationId: 'registerPerson',
    method: 'POST',
    path: '/console/api/people',
    principal: 'staff',
    roles: clerk,
    summary: { zh: '登记医生', en: 'Register a doctor' },
    body: Closed({
      name: Text(60),
      idNumber: Type.String({ pattern: '^[0-9]{17}[0-9Xx]$' }),
      mobile: Mobile,
      centreId: Id,
      role: Words(['doctor', 'nurse'] as const),
      title: Type.Optional(Text(40)),
      employeeNumber: Type.Optional(Text(40)),
    }),
    reply: Person,
    status: 201,
    problems: [
      'accounts.id-number-invalid',
      'accounts.person-exists',
      'accounts.name-differs',
      'accounts.mobile-differs',
      'accounts.centre-unknown',
      'accounts.centre-closed',
    ],
  }),
  changePerson: endpoint({
    operationId: 'changePerson',
    method: 'PATCH',
    path: '/console/api/people/:personId',
    principal: 'staff',
    roles: clerk,
    summary: {
      zh: '更正姓名或更换手机号；更正姓名将撤销现有证书',
      en: 'Correct the name or change the mobile; another name revokes the certificate',
    },
    params: PersonParams,
    body: Closed({ name: Type.Optional(Text(60)), mobile: Type.Optional(Mobile) }),
    reply: Person,
    problems: ['accounts.person-unknown', 'accounts.person-needs-district'],
  }),
  endMembership: endpoint({
    operationId: 'endMembership',
    method: 'POST',
    path: '/console/api/people/:personId/memberships/:centreId/end',
    principal: 'staff',
    roles: clerk,
    summary: {
      zh: '人员离开社康：取消其待办，必要时撤销证书',
      en: 'A person leaves a centre: open tasks end, and the certificate if it was for that centre or is for none any more',
    },
    params: Closed({ personId: Id, centreId: Id }),
    body: Reason,
    /** 204: who has left may be out of the caller's sight. */
    status: 204,
    problems: ['accounts.membership-unknown'],
  }),
} as const
