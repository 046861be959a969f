import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { Base64, Closed, Id, Timestamp, Words } from '../scalars.ts'
import { Page } from './terms.ts'

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

export const auditEndpoints = {
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
          /** What was changed, one word or several separated by commas, where the event is a change. */
          change: Type.Optional(Type.String()),
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
