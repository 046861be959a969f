import { Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Base64, CentreCode, Closed, Id, type Static, Text, Timestamp, Words } from './scalars.ts'
import {
  CertificateChange,
  certificateStates,
  CertificateView,
  enrollmentStates,
  taskKinds,
  revocationReasons,
  taskStates,
} from './phone.ts'
import { documentTypes } from './integrator.ts'

export const staffRoles = ['district-admin', 'clerk', 'auditor'] as const
export type StaffRole = (typeof staffRoles)[number]

export const messageStates = ['waiting', 'sent', 'failed'] as const
export const messageFailures = [
  'unreachable',
  'timed-out',
  'rate-limited',
  'refused',
  'gateway-error',
  'not-accepted',
  'expired',
] as const

export const StaffSession = Closed({
  staffId: Id,
  login: Type.String(),
  name: Type.String(),
  roles: Type.Array(
    Closed({
      role: Words(staffRoles),
      centreId: Type.Optional(Id),
      centreName: Type.Optional(Type.String()),
    }),
  ),
  district: Closed({ tenantId: Id, name: Type.String() }),
  /** Sent back in X-CSRF-Token by every call that changes something. */
  csrfToken: Type.String(),
  expiresAt: Timestamp,
  passkeys: Type.Integer(),
})
export type StaffSession = Static<typeof StaffSession>

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

/** How a person stands with certificates: the newest one's state, about to expire, or none at all. */
export const certificateStandings = [...certificateStates, 'expiring', 'none'] as const
export type CertificateStanding = (typeof certificateStandings)[number]

/** What an evidence event can be asked about. */
export const eventObjects = [
  'person',
  'document',
  'centre',
  'application',
  'enrollment',
  'certificate',
  'staff',
] as const
export type EventObject = (typeof eventObjects)[number]

const Credentials = {
  login: Type.String({ pattern: '^[a-z0-9._@-]{3,60}$' }),
  password: Type.String({ minLength: 12, maxLength: 200 }),
}
const PasskeyAnswer = Type.Object({}, { additionalProperties: true })
const Page = {
  before: Type.Optional(Timestamp),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
}
const admin = ['district-admin'] as const
const clerk = ['district-admin', 'clerk'] as const
const CentreParams = Closed({ centreId: Id })
const PersonParams = Closed({ personId: Id })
const Mobile = Type.String({ pattern: '^1[3-9][0-9]{9}$' })
const CertificateParams = Closed({ certificateId: Id })
const EnrollmentParams = Closed({ enrollmentId: Id })
const ApplicationParams = Closed({ applicationId: Id })
const Reason = Closed({ reason: Text(200) })

/** One audit of a district's log and signatures, under way or ended. */
const AuditRun = Closed({
  /** `failed`: it broke off and says nothing about the log. */
  state: Words(['running', 'finished', 'failed'] as const),
  startedAt: Timestamp,
  finishedAt: Type.Optional(Timestamp),
  checked: Type.Integer(),
  events: Type.Integer(),
  checkpoints: Type.Integer(),
  /** What is wrong; none when everything holds. */
  findings: Type.Array(
    Closed({
      code: Type.String(),
      zh: Type.String(),
      en: Type.String(),
      details: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
    }),
  ),
})

export const consoleEndpoints = {
  getInvitation: endpoint({
    operationId: 'getInvitation',
    method: 'GET',
    path: '/console/api/invitations/:token',
    principal: 'public',
    summary: { zh: '查看邀请', en: 'Look at an invitation' },
    params: Closed({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{22,64}$' }) }),
    reply: Closed({
      district: Type.String(),
      roles: Type.Array(Type.String()),
      suggestedName: Type.Optional(Type.String()),
      expiresAt: Timestamp,
    }),
    problems: ['accounts.invitation-unknown'],
  }),
  acceptInvitation: endpoint({
    operationId: 'acceptInvitation',
    method: 'POST',
    path: '/console/api/invitations/:token',
    principal: 'public',
    summary: { zh: '接受邀请并设置密码', en: 'Accept an invitation and set a password' },
    params: Closed({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{22,64}$' }) }),
    body: Closed({ ...Credentials, name: Text(60) }),
    reply: StaffSession,
    status: 201,
    problems: ['accounts.invitation-unknown', 'accounts.login-taken', 'accounts.password-weak'],
  }),
  getReset: endpoint({
    operationId: 'getReset',
    method: 'GET',
    path: '/console/api/resets/:token',
    principal: 'public',
    summary: { zh: '查看重设链接', en: 'Look at a reset link' },
    params: Closed({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{22,64}$' }) }),
    reply: Closed({ district: Type.String(), login: Type.String(), name: Type.String() }),
    problems: ['accounts.reset-unknown'],
  }),
  resetPassword: endpoint({
    operationId: 'resetPassword',
    method: 'POST',
    path: '/console/api/resets/:token',
    principal: 'public',
    summary: {
      zh: '凭重设链接设置新密码；原有通行密钥与登录全部失效',
      en: 'A new password by a reset link; passkeys and sessions of before end',
    },
    params: Closed({ token: Type.String({ pattern: '^[A-Za-z0-9_-]{22,64}$' }) }),
    body: Closed({ password: Credentials.password }),
    reply: StaffSession,
    status: 201,
    problems: ['accounts.reset-unknown', 'accounts.password-weak'],
  }),
  signIn: endpoint({
    operationId: 'signIn',
    method: 'POST',
    path: '/console/api/session',
    principal: 'public',
    summary: { zh: '登录', en: 'Sign in' },
    body: Closed({
      login: Type.String({ maxLength: 60 }),
      password: Type.String({ maxLength: 200 }),
    }),
    reply: StaffSession,
    problems: ['accounts.sign-in-failed', 'accounts.sign-in-throttled'],
  }),
  signOut: endpoint({
    operationId: 'signOut',
    method: 'DELETE',
    path: '/console/api/session',
    principal: 'staff',
    summary: { zh: '退出', en: 'Sign out' },
    status: 204,
  }),
  changePassword: endpoint({
    operationId: 'changePassword',
    method: 'POST',
    path: '/console/api/session/password',
    principal: 'staff',
    summary: {
      zh: '修改密码；其他会话随即失效',
      en: 'Change the password; every other session ends',
    },
    body: Closed({ current: Type.String({ maxLength: 200 }), password: Credentials.password }),
    reply: StaffSession,
    problems: ['accounts.sign-in-failed', 'accounts.sign-in-throttled', 'accounts.password-weak'],
  }),
  getSession: endpoint({
    operationId: 'getSession',
    method: 'GET',
    path: '/console/api/session',
    principal: 'staff',
    summary: { zh: '当前会话', en: 'This session' },
    reply: StaffSession,
  }),
  beginPasskey: endpoint({
    operationId: 'beginPasskey',
    method: 'POST',
    path: '/console/api/passkeys/begin',
    principal: 'staff',
    summary: { zh: '添加通行密钥', en: 'Begin adding a passkey' },
    body: Closed({}),
    reply: PasskeyAnswer,
  }),
  finishPasskey: endpoint({
    operationId: 'finishPasskey',
    method: 'POST',
    path: '/console/api/passkeys',
    principal: 'staff',
    summary: { zh: '保存通行密钥', en: 'Finish adding a passkey' },
    body: PasskeyAnswer,
    status: 204,
    problems: ['accounts.passkey-invalid'],
  }),
  beginPasskeySignIn: endpoint({
    operationId: 'beginPasskeySignIn',
    method: 'POST',
    path: '/console/api/session/passkey/begin',
    principal: 'public',
    summary: { zh: '通行密钥登录', en: 'Begin passkey sign-in' },
    body: Closed({}),
    reply: PasskeyAnswer,
  }),
  finishPasskeySignIn: endpoint({
    operationId: 'finishPasskeySignIn',
    method: 'POST',
    path: '/console/api/session/passkey',
    principal: 'public',
    summary: { zh: '通行密钥登录', en: 'Finish passkey sign-in' },
    body: PasskeyAnswer,
    reply: StaffSession,
    problems: ['accounts.sign-in-failed'],
  }),

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
    problems: ['accounts.person-unknown'],
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
  listStaff: endpoint({
    operationId: 'listStaff',
    method: 'GET',
    path: '/console/api/staff',
    principal: 'staff',
    roles: admin,
    summary: { zh: '工作人员', en: 'Members of staff' },
    reply: Closed({
      staff: Type.Array(
        Closed({
          staffId: Id,
          login: Type.String(),
          name: Type.String(),
          state: Words(['active', 'disabled'] as const),
          roles: StaffSession.properties.roles,
        }),
      ),
      /** Open ones; their links were shown once. */
      invitations: Type.Array(
        Closed({
          invitationId: Id,
          name: Type.Optional(Type.String()),
          role: Words(staffRoles),
          centreName: Type.Optional(Type.String()),
          expiresAt: Timestamp,
        }),
      ),
    }),
  }),
  changeStaff: endpoint({
    operationId: 'changeStaff',
    method: 'PATCH',
    path: '/console/api/staff/:staffId',
    principal: 'staff',
    roles: admin,
    summary: {
      zh: '停用、恢复工作人员或变更角色',
      en: 'Disable or enable a member of staff, or change roles',
    },
    params: Closed({ staffId: Id }),
    body: Closed({
      state: Type.Optional(Words(['active', 'disabled'] as const)),
      roles: Type.Optional(
        Type.Array(Closed({ role: Words(staffRoles), centreId: Type.Optional(Id) }), {
          minItems: 1,
          maxItems: 100,
        }),
      ),
    }),
    status: 204,
    problems: [
      'accounts.staff-unknown',
      'accounts.last-administrator',
      'accounts.role-needs-district',
      'accounts.centre-unknown',
    ],
  }),
  makeResetLink: endpoint({
    operationId: 'makeResetLink',
    method: 'POST',
    path: '/console/api/staff/:staffId/reset',
    principal: 'staff',
    roles: admin,
    summary: {
      zh: '为丢失密码的工作人员生成一次性重设链接',
      en: 'A one-time link for a member of staff who lost the password',
    },
    params: Closed({ staffId: Id }),
    reply: Closed({ /** One-time link, shown once. */ link: Type.String(), expiresAt: Timestamp }),
    status: 201,
    problems: ['accounts.staff-unknown'],
  }),
  withdrawInvitation: endpoint({
    operationId: 'withdrawInvitation',
    method: 'DELETE',
    path: '/console/api/staff/invitations/:invitationId',
    principal: 'staff',
    roles: admin,
    summary: { zh: '撤回邀请', en: 'Withdraw an invitation' },
    params: Closed({ invitationId: Id }),
    status: 204,
    problems: ['accounts.invitation-unknown'],
  }),
  inviteStaff: endpoint({
    operationId: 'inviteStaff',
    method: 'POST',
    path: '/console/api/staff/invitations',
    principal: 'staff',
    roles: admin,
    summary: { zh: '邀请工作人员', en: 'Invite a member of staff' },
    body: Closed({ name: Text(60), role: Words(staffRoles), centreId: Type.Optional(Id) }),
    reply: Closed({ /** One-time link, shown once. */ link: Type.String(), expiresAt: Timestamp }),
    status: 201,
    problems: ['accounts.centre-unknown', 'accounts.centre-closed', 'accounts.role-needs-district'],
  }),
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
  listOutbox: endpoint({
    operationId: 'listOutbox',
    method: 'GET',
    path: '/console/api/trial-outbox',
    principal: 'staff',
    roles: clerk,
    summary: { zh: '试用短信箱（仅试用环境）', en: 'Trial outbox of text messages (trial only)' },
    reply: Closed({
      enabled: Type.Boolean(),
      messages: Type.Array(
        Closed({
          messageId: Id,
          mobileMasked: Type.String(),
          text: Type.String(),
          sentAt: Timestamp,
        }),
      ),
    }),
  }),

  listMessages: endpoint({
    operationId: 'listMessages',
    method: 'GET',
    path: '/console/api/messages',
    principal: 'staff',
    summary: {
      zh: '短信发送记录（不含验证码）',
      en: 'Text messages and their delivery, without their text',
    },
    query: Closed({ state: Type.Optional(Words(messageStates)), ...Page }),
    reply: Closed({
      /** `trial`: nothing is sent, messages wait in the trial outbox. */
      delivery: Words(['trial', 'gateway'] as const),
      messages: Type.Array(
        Closed({
          messageId: Id,
          centreName: Type.String(),
          mobileMasked: Type.String(),
          state: Words(messageStates),
          attempts: Type.Integer(),
          createdAt: Timestamp,
          finishedAt: Type.Optional(Timestamp),
          /** Why the last attempt came to nothing. */
          failure: Type.Optional(Words(messageFailures)),
        }),
      ),
    }),
  }),

  listCertificates: endpoint({
    operationId: 'listCertificates',
    method: 'GET',
    path: '/console/api/certificates',
    principal: 'staff',
    summary: { zh: '证书', en: 'Certificates' },
    query: Closed({ personId: Type.Optional(Id), ...Page }),
    reply: Closed({
      certificates: Type.Array(
        Closed({ personId: Id, name: Type.String(), certificate: CertificateView }),
      ),
    }),
  }),
  getCertificateHistory: endpoint({
    operationId: 'getCertificateHistory',
    method: 'GET',
    path: '/console/api/certificates/:certificateId/history',
    principal: 'staff',
    summary: { zh: '证书状态变更记录', en: 'How a certificate came to its state' },
    params: CertificateParams,
    reply: Closed({ /** Oldest first. */ changes: Type.Array(CertificateChange) }),
    problems: ['certificates.unknown'],
  }),
  suspendCertificate: endpoint({
    operationId: 'suspendCertificate',
    method: 'POST',
    path: '/console/api/certificates/:certificateId/suspend',
    principal: 'staff',
    roles: clerk,
    summary: { zh: '挂失', en: 'Suspend' },
    params: CertificateParams,
    body: Reason,
    reply: CertificateView,
    problems: ['certificates.unknown', 'certificates.wrong-state'],
  }),
  resumeCertificate: endpoint({
    operationId: 'resumeCertificate',
    method: 'POST',
    path: '/console/api/certificates/:certificateId/resume',
    principal: 'staff',
    roles: clerk,
    summary: { zh: '核验本人后恢复', en: 'Resume after proofing the person again' },
    params: CertificateParams,
    body: Reason,
    reply: CertificateView,
    problems: ['certificates.unknown', 'certificates.wrong-state'],
  }),
  revokeCertificate: endpoint({
    operationId: 'revokeCertificate',
    method: 'POST',
    path: '/console/api/certificates/:certificateId/revoke',
    principal: 'staff',
    roles: clerk,
    summary: { zh: '撤销', en: 'Revoke' },
    params: CertificateParams,
    body: Closed({
      reason: Text(200),
      /** What CRL and OCSP say of it; `unspecified` when absent. */
      revocationReason: Type.Optional(Words(revocationReasons)),
    }),
    reply: CertificateView,
    problems: ['certificates.unknown', 'certificates.wrong-state'],
  }),

  listSignedDocuments: endpoint({
    operationId: 'listSignedDocuments',
    method: 'GET',
    path: '/console/api/documents',
    principal: 'staff',
    summary: { zh: '签名与存证', en: 'Signatures and evidence' },
    query: Closed({
      documentId: Type.Optional(Id),
      centreId: Type.Optional(Id),
      /** Asked to sign it. */
      personId: Type.Optional(Id),
      documentType: Type.Optional(Words(documentTypes)),
      search: Type.Optional(Type.String({ maxLength: 60 })),
      ...Page,
    }),
    reply: Closed({
      documents: Type.Array(
        Closed({
          documentId: Id,
          title: Type.String(),
          documentType: Words(documentTypes),
          mediaType: Type.String(),
          bytes: Type.Integer(),
          patientLabel: Type.Optional(Type.String()),
          /** The application's own number for it. */
          reference: Type.Optional(Type.String()),
          centreName: Type.String(),
          application: Type.String(),
          createdAt: Timestamp,
          revision: Type.Integer(),
          sm3: Type.String(),
          tasks: Type.Array(
            Closed({
              taskId: Id,
              kind: Words(taskKinds),
              state: Words(taskStates),
              personId: Id,
              signer: Type.String(),
              at: Timestamp,
              /** Why it was refused or withdrawn. */
              reason: Type.Optional(Type.String()),
            }),
          ),
        }),
      ),
    }),
  }),
  downloadDocument: endpoint({
    operationId: 'downloadDocument',
    method: 'GET',
    path: '/console/api/documents/:documentId/content',
    principal: 'staff',
    summary: { zh: '下载文件（最新一版）', en: 'Download the newest revision of a document' },
    params: Closed({ documentId: Id }),
    replyMediaType: 'application/octet-stream',
    problems: ['documents.unknown'],
  }),
  downloadEvidence: endpoint({
    operationId: 'downloadEvidence',
    method: 'GET',
    path: '/console/api/documents/:documentId/evidence',
    principal: 'staff',
    summary: { zh: '下载证据包', en: 'Download the evidence bundle' },
    params: Closed({ documentId: Id }),
    replyMediaType: 'application/zip',
    problems: ['documents.unknown', 'evidence.nothing-signed'],
  }),
  startAudit: endpoint({
    operationId: 'startAudit',
    method: 'POST',
    path: '/console/api/audits',
    principal: 'staff',
    summary: { zh: '核对全部存证与签名', en: 'Audit the whole log and every signature' },
    body: Closed({}),
    reply: Closed({ run: AuditRun }),
    status: 202,
  }),
  getAudit: endpoint({
    operationId: 'getAudit',
    method: 'GET',
    path: '/console/api/audits/latest',
    principal: 'staff',
    summary: { zh: '核对的进度与结果', en: 'How far the audit is, and what it found' },
    reply: Closed({ run: Type.Optional(AuditRun) }),
  }),
  listEvents: endpoint({
    operationId: 'listEvents',
    method: 'GET',
    path: '/console/api/events',
    principal: 'staff',
    summary: { zh: '审计：存证事件', en: 'Audit: evidence events' },
    query: Closed({
      type: Type.Optional(Type.String({ maxLength: 60 })),
      /** The history of one object; whoever serves single centres sees nothing else. */
      about: Type.Optional(Words(eventObjects)),
      id: Type.Optional(Id),
      ...Page,
    }),
    reply: Closed({
      /** What the ids in the subjects are called, as far as they have names. */
      names: Type.Record(Type.String(), Type.String()),
      events: Type.Array(
        Closed({
          eventId: Id,
          index: Type.Optional(Type.Integer()),
          type: Type.String(),
          at: Timestamp,
          subject: Type.Record(Type.String(), Type.String()),
          leafSm3: Type.String(),
        }),
      ),
      checkpoint: Type.Optional(
        Closed({
          size: Type.Integer(),
          at: Timestamp,
          sm3Root: Base64(32),
          sha256Root: Base64(32),
        }),
      ),
    }),
  }),
} as const
