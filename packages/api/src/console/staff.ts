import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { Closed, Id, Text, Timestamp, Words } from '../scalars.ts'
import { StaffSession } from './signing-in.ts'
import { admin, staffRoles } from './terms.ts'

export const staffEndpoints = {
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
} as const
