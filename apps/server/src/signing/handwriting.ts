import type { Handwriting } from '@yunqian/api'
import type { Tx } from '../platform/index.ts'
import type { PhoneCaller, SigningDeps } from './ports.ts'

const purpose = (personId: string): string => `signing/handwriting/${personId}`

/** Keeps how the person writes their name, sealed; the newest replaces the one before. */
export async function setHandwriting(
  deps: SigningDeps,
  caller: Required<PhoneCaller>,
  handwriting: Handwriting,
): Promise<void> {
  const { tenantId, personId } = caller
  const bytes = new TextEncoder().encode(JSON.stringify(handwriting))
  const sealed = deps.sealer.seal(purpose(personId), bytes)
  await deps.db.tx({ tenantId }, async (tx) => {
    await tx.execute(
      `insert into handwriting (tenant_id, person_id, strokes_sealed, set_at) values ($1, $2, $3, $4)
       on conflict (tenant_id, person_id) do update set strokes_sealed = $3, set_at = $4`,
      [tenantId, personId, sealed, deps.clock.now()],
    )
  })
}

export async function handwritingOf(
  deps: Pick<SigningDeps, 'sealer'>,
  tx: Tx,
  person: { readonly tenantId: string; readonly personId: string },
): Promise<Handwriting | undefined> {
  const row = await tx.queryOne<{ strokes_sealed: Uint8Array }>(
    'select strokes_sealed from handwriting where tenant_id = $1 and person_id = $2',
    [person.tenantId, person.personId],
  )
  if (!row) return undefined
  const bytes = deps.sealer.open(purpose(person.personId), row.strokes_sealed)
  return JSON.parse(new TextDecoder().decode(bytes)) as Handwriting
}
