import { REVOCATION_REASONS, type RevocationReason } from '@yunqian/pki'
import { type Static, Type } from 'typebox'
import type { CaOperation } from '../platform/index.ts'
import type { PersonCertificateRequest, RevocationListRequest } from './issuer.ts'

const Uuid = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
})
const Base64 = (maxLength: number) =>
  Type.String({ minLength: 4, maxLength, pattern: '^[A-Za-z0-9+/]+={0,2}$' })
const Moment = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?Z$' })
const reasons = Object.values(REVOCATION_REASONS)

const IssueBody = Type.Object(
  {
    tenantId: Uuid,
    personId: Uuid,
    keyId: Uuid,
    csr: Base64(8_192),
    subject: Base64(4_096),
  },
  { additionalProperties: false },
)

const ListBody = Type.Object(
  {
    thisUpdate: Moment,
    nextUpdate: Moment,
    after: Type.String({ pattern: '^\\d{1,15}$' }),
    entries: Type.Array(
      Type.Object(
        {
          serialNumberHex: Type.String({ pattern: '^([0-9a-f]{2}){1,20}$' }),
          revocationDate: Moment,
          reason: Type.Unsafe<RevocationReason>(
            Type.Union(reasons.map((reason) => Type.Literal(reason))),
          ),
        },
        { additionalProperties: false },
      ),
      { maxItems: 200_000 },
    ),
  },
  { additionalProperties: false },
)

/** What a peer may ask of the CA, over mutual TLS and nowhere else: both ends read this table. */
export const caOperations = {
  'issue-certificate': { path: '/issue-certificate', body: IssueBody, bodyLimit: 16_384 },
  'sign-revocation-list': {
    path: '/sign-revocation-list',
    body: ListBody,
    bodyLimit: 32 * 1_048_576,
  },
} as const satisfies Record<CaOperation, object>

/** What it answers: DER of a certificate or a list. */
export const CaAnswer = Type.Object({ der: Type.String() })

type IssueBody = Static<typeof IssueBody>
type ListBody = Static<typeof ListBody>

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
const text = (der: Uint8Array): string => Buffer.from(der).toString('base64')

export const encodeIssue = ({
  tenantId,
  personId,
  keyId,
  csr,
  subject,
}: PersonCertificateRequest): IssueBody => ({
  tenantId,
  personId,
  keyId,
  csr: text(csr),
  subject: text(subject),
})

export const decodeIssue = (body: IssueBody): PersonCertificateRequest => ({
  ...body,
  csr: bytes(body.csr),
  subject: bytes(body.subject),
})

export const encodeList = (list: RevocationListRequest): ListBody => ({
  thisUpdate: list.thisUpdate.toISOString(),
  nextUpdate: list.nextUpdate.toISOString(),
  after: list.after.toString(),
  entries: list.entries.map((entry) => ({
    ...entry,
    revocationDate: entry.revocationDate.toISOString(),
  })),
})

export const decodeList = (body: ListBody): RevocationListRequest => ({
  thisUpdate: new Date(body.thisUpdate),
  nextUpdate: new Date(body.nextUpdate),
  after: BigInt(body.after),
  entries: body.entries.map(({ serialNumberHex, revocationDate, reason }) => ({
    serialNumberHex,
    revocationDate: new Date(revocationDate),
    reason,
  })),
})
