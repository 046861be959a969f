import type { AuditFinding, AuditPart } from '../evidence/index.ts'
import type { Clock, Database, Tx } from '../platform/index.ts'

interface Disagreement {
  code: keyof typeof words
  certificate: string
  /** The change by its number, where it is about one. */
  ordinal: number | null
}

const words = {
  'audit.certificate-history': {
    zh: '证书状态与变更记录不一致',
    en: 'a certificate’s state is not what its history says',
  },
  'audit.certificate-untold': {
    zh: '证书状态变更没有相符的存证事件',
    en: 'a change of a certificate has no event that says the same',
  },
  'audit.certificate-unrecorded': {
    zh: '存证事件没有相应的证书变更记录',
    en: 'an event tells of a change that the certificate’s history lacks',
  },
  'audit.certificate-second': {
    zh: '同一人有多张在用证书',
    en: 'a person has more than one certificate in use',
  },
} as const

/**
 * The certificates room's part of an audit: state, history and evidence events tell one story, and nobody has two
 * certificates in use. Events are read from the bytes the log covers.
 */
export function certificatesAudit({
  db,
  clock,
}: {
  readonly db: Database
  readonly clock: Clock
}): AuditPart {
  return {
    name: 'certificates',
    audit: async (tenantId) => {
      const found = await db.tx({ tenantId }, (tx) => disagreements(tx, clock.now()), {
        isolation: 'repeatable read',
      })
      return found.map(({ code, certificate, ordinal }): AuditFinding => {
        const details = { certificate, ...(ordinal === null ? {} : { ordinal }) }
        return { code, ...words[code], tenantId, details }
      })
    },
  }
}

function disagreements(tx: Tx, now: Date): Promise<Disagreement[]> {
  return tx.query<Disagreement>(
    `with told as (
       select event_id, convert_from(record, 'UTF8')::jsonb as record from evidence_event
       where type in ('certificate.issued', 'certificate.suspended', 'certificate.resumed', 'certificate.revoked')),
     last as (
       select distinct on (certificate_id) * from certificate_change order by certificate_id, ordinal desc)
     select 'audit.certificate-history' as code, c.certificate_id as certificate, l.ordinal
     from certificate c left join last l using (certificate_id)
     where c.der is not null and (l.ordinal is null
       or c.state <> case l.change when 'issued' then 'valid' when 'resumed' then 'valid'
            when 'superseded' then 'revoked' else l.change end
       or (c.revocation_reason = 'superseded') is distinct from (l.change = 'superseded')
            and (l.change = 'superseded' or c.revocation_reason = 'superseded')
       or c.state_since <> l.at
       or c.state_reason is distinct from l.reason
       or l.ordinal <> (select count(*) from certificate_change h where h.certificate_id = c.certificate_id))
     union all
     select 'audit.certificate-untold', h.certificate_id, h.ordinal
     from certificate_change h left join told t using (event_id)
     where t.event_id is null
       or t.record ->> 'type' <> 'certificate.' ||
            case h.change when 'superseded' then 'revoked' else h.change end
       or (t.record #>> '{data,revocationReason}' = 'superseded') is distinct from (h.change = 'superseded')
            and (h.change = 'superseded' or t.record #>> '{data,revocationReason}' = 'superseded')
       or (t.record ->> 'at')::timestamptz <> h.at
       or t.record #>> '{subject,certificateId}' <> h.certificate_id::text
       or t.record #>> '{subject,staffId}' is distinct from h.staff_id::text
       or t.record #>> '{subject,deviceId}' is distinct from h.device_id::text
     union all
     select 'audit.certificate-unrecorded', (t.record #>> '{subject,certificateId}')::uuid, null
     from told t where not exists (select from certificate_change h where h.event_id = t.event_id)
     union all
     select 'audit.certificate-second', (array_agg(certificate_id))[1], null
     from certificate where state in ('valid', 'suspended') and not_after > $1
     group by person_id having count(*) > 1`,
    [now],
  )
}
