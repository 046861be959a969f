import type { CertificateChange } from '@yunqian/api'
import type { Tx } from '../platform/index.ts'

/** Who changed a certificate: a member of staff, the holder's phone, or a room of the server by itself. */
export type ChangedBy =
  | { readonly staffId: string }
  | { readonly deviceId: string }
  | { readonly room: string }

export interface RecordedChange {
  readonly tenantId: string
  readonly certificateId: string
  readonly change: CertificateChange['change']
  readonly at: Date
  readonly by: ChangedBy
  readonly reason?: string
  readonly eventId: string
}

/** Adds a change in the commit that makes it; the caller holds the certificate's row, so numbers follow each other. */
export async function recordChange(tx: Tx, made: RecordedChange): Promise<void> {
  const { staffId, deviceId, room }: Partial<Record<'staffId' | 'deviceId' | 'room', string>> =
    made.by
  await tx.execute(
    `insert into certificate_change (tenant_id, certificate_id, ordinal, change, at, staff_id, device_id, room,
       reason, event_id)
     select $1, $2, count(*) + 1, $3, $4, $5, $6, $7, $8, $9
     from certificate_change where tenant_id = $1 and certificate_id = $2`,
    [
      made.tenantId,
      made.certificateId,
      made.change,
      made.at,
      staffId ?? null,
      deviceId ?? null,
      room ?? null,
      made.reason ?? null,
      made.eventId,
    ],
  )
}

interface ChangeRow {
  certificate_id: string
  change: CertificateChange['change']
  at: Date
  staff: string | null
  device: string | null
  reason: string | null
  event_id: string | null
}

/** The changes of certificates, oldest first. */
export async function changesOf(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly certificateIds: readonly string[] },
): Promise<ReadonlyMap<string, readonly CertificateChange[]>> {
  const rows = await tx.query<ChangeRow>(
    `select h.certificate_id, h.change, h.at, s.name as staff, d.name as device, h.reason, h.event_id
     from certificate_change h
       left join staff s using (tenant_id, staff_id)
       left join device d using (tenant_id, device_id)
     where h.tenant_id = $1 and h.certificate_id = any ($2) order by h.certificate_id, h.ordinal`,
    [wanted.tenantId, wanted.certificateIds],
  )
  return new Map(
    wanted.certificateIds.map((id) => [
      id,
      rows.filter((row) => row.certificate_id === id).map(changeOf),
    ]),
  )
}

function changeOf(row: ChangeRow): CertificateChange {
  return {
    change: row.change,
    at: row.at.toISOString(),
    by: byOf(row),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.event_id === null ? {} : { eventId: row.event_id }),
  }
}

function byOf({ staff, device }: ChangeRow): CertificateChange['by'] {
  if (staff !== null) return { kind: 'staff', name: staff }
  return device === null ? { kind: 'system' } : { kind: 'holder', name: device }
}
