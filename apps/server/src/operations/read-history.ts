import type { consoleEndpoints, EventObject, QueryOf, ReplyOf } from '@yunqian/api'
import { listEvents } from '../evidence/index.ts'
import { centresSeen, HttpProblem, type StaffPrincipal, type Tx } from '../platform/index.ts'

type Query = QueryOf<typeof consoleEndpoints.listEvents>
type Reply = ReplyOf<typeof consoleEndpoints.listEvents>

/**
 * Whether an object belongs to one of the centres $3; ids of people and programs are unique in a district. A person, and
 * what a person holds, belongs where the person works now.
 */
const belongs: Record<EventObject, string> = {
  person: `from membership where tenant_id = $1 and person_id = $2 and centre_id = any ($3)
     and state = 'active'`,
  document: 'from document where tenant_id = $1 and document_id = $2 and centre_id = any ($3)',
  centre: 'from centre where tenant_id = $1 and centre_id = $2 and centre_id = any ($3)',
  application:
    'from application where tenant_id = $1 and application_id = $2 and centre_id = any ($3)',
  enrollment:
    'from enrollment where tenant_id = $1 and enrollment_id = $2 and centre_id = any ($3)',
  certificate: `from certificate join membership m using (tenant_id, person_id)
     where tenant_id = $1 and certificate_id = $2 and m.centre_id = any ($3) and m.state = 'active'`,
  staff: 'from staff_role where tenant_id = $1 and staff_id = $2 and centre_id = any ($3)',
}

/** Events of the log, newest first, with names for their ids: of one object, or for auditors of the district all. */
export async function readHistory(tx: Tx, staff: StaffPrincipal, query: Query): Promise<Reply> {
  const { tenantId } = staff
  const { about, id } = query
  const object = about && id ? { about, id } : undefined
  await requireVisible(tx, staff, object)
  const subjects = object && (await subjectsOf(tx, tenantId, object.about, object.id))
  const found = await listEvents(tx, query, subjects)
  const ids = new Set(found.events.flatMap(({ subject }) => Object.values(subject)))
  return { ...found, names: await namesOf(tx, staff, [...ids].filter(isId)) }
}

async function requireVisible(
  tx: Tx,
  staff: StaffPrincipal,
  object: { readonly about: EventObject; readonly id: string } | undefined,
): Promise<void> {
  const centreIds = centresSeen(staff)
  if (centreIds === null) return
  // Events do not say whose centre they are about, so the log as a whole is for who serves the district.
  if (!object) throw new HttpProblem('platform.forbidden')
  const seen = await tx.query(`select 1 ${belongs[object.about]} limit 1`, [
    staff.tenantId,
    object.id,
    centreIds,
  ])
  if (seen.length === 0) throw new HttpProblem('platform.not-found')
}

/** What a subject holds when it is about this object; a document is also what happened to its tasks. */
async function subjectsOf(
  tx: Tx,
  tenantId: string,
  about: EventObject,
  id: string,
): Promise<readonly Record<string, string>[]> {
  // Rooms name the members of a subject in one of two ways.
  const own = [{ [about]: id }, { [`${about}Id`]: id }]
  if (about !== 'document') return own
  const tasks = await tx.query<{ task_id: string }>(
    'select task_id from signing_task where tenant_id = $1 and document_id = $2',
    [tenantId, id],
  )
  return [...own, ...tasks.map((row) => ({ task: row.task_id }))]
}

const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

// People and programs are known in the whole district; what a document is called may say who the patient is.
async function namesOf(
  tx: Tx,
  staff: StaffPrincipal,
  ids: readonly string[],
): Promise<Record<string, string>> {
  const rows = await tx.query<{ id: string; name: string }>(
    `select staff_id as id, name from staff where tenant_id = $1 and staff_id = any ($2)
     union all select person_id, name from person where tenant_id = $1 and person_id = any ($2)
     union all select centre_id, name from centre where tenant_id = $1 and centre_id = any ($2)
     union all select document_id, title from document
       where tenant_id = $1 and document_id = any ($2) and ($3::uuid[] is null or centre_id = any ($3))
     union all select application_id, name from application
       where tenant_id = $1 and application_id = any ($2)
     union all select device_id, name from device where tenant_id = $1 and device_id = any ($2)`,
    [staff.tenantId, ids, centresSeen(staff)],
  )
  return Object.fromEntries(rows.map(({ id, name }) => [id, name]))
}
