import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { Closed, Id, Text, Timestamp, Words, type Static } from '../scalars.ts'
import { staffRoles } from './terms.ts'

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

const Credentials = {
  login: Type.String({ pattern: '^[a-z0-9._@-]{3,60}$' }),
  password: Type.String({ minLength: 12, maxLength: 200 }),
}

const PasskeyAnswer = Type.Object({}, { additionalProperties: true })

export const signingInEndpoints = {
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
} as const
