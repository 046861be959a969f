import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { Closed, Id, Timestamp, Words } from '../scalars.ts'
import { Page, clerk } from './terms.ts'

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

export const messageEndpoints = {
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
} as const
