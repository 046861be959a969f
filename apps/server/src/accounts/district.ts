import { type Platform, type Tx } from '../platform/index.ts'

/** Makes a district; the caller's transaction is of that very tenant. */
export async function createDistrict(
  platform: Pick<Platform, 'clock'>,
  tx: Tx,
  district: { readonly tenantId: string; readonly name: string },
): Promise<void> {
  await tx.execute('insert into district values ($1, $2, $3)', [
    district.tenantId,
    district.name,
    platform.clock.now(),
  ])
}

/** All districts, oldest first. */
export async function listTenants(
  db: Platform['db'],
): Promise<{ readonly tenantId: string; readonly name: string }[]> {
  const rows = await db.tx('no-tenant', (tx) =>
    tx.query<{ tenant_id: string; name: string }>('select * from list_tenants()'),
  )
  return rows.map((row) => ({ tenantId: row.tenant_id, name: row.name }))
}

/** The open or closed centre with this code, in whichever district; undefined when there is none. */
export async function resolveCentre(
  db: Platform['db'],
  code: string,
): Promise<
  { readonly tenantId: string; readonly centreId: string; readonly state: string } | undefined
> {
  const row = await db.tx('no-tenant', (tx) =>
    tx.queryOne<{ tenant_id: string; centre_id: string; state: string }>(
      'select * from resolve_centre($1)',
      [code],
    ),
  )
  return row && { tenantId: row.tenant_id, centreId: row.centre_id, state: row.state }
}
