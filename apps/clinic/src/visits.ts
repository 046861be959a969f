import { ClinicError } from './errors.ts'
import type { Prescribed } from './pdf/outpatient-record.ts'
import type { HisUser } from './sessions.ts'
import type { Store } from './store.ts'

/** What a doctor writes. */
export interface RecordBody {
  readonly allergies: string
  readonly chiefComplaint: string
  readonly presentIllness: string
  readonly pastHistory: string
  readonly examination: string
  readonly diagnosis: string
  readonly prescription: readonly Prescribed[]
  readonly advice: string
}

export interface Visit {
  readonly visitId: string
  readonly day: string
  readonly number: string
  readonly at: string
  readonly name: string
  readonly sex: string
  readonly age: string
  readonly complaint: string
  readonly allergies: string
}

export interface Signing {
  readonly signingId: string
  readonly visitId: string
  readonly hisUserId: string
  readonly name: string
  readonly place: 'author' | 'reviewer'
  readonly taskId: string | null
  readonly state: string
  readonly qr: string | null
  readonly askedAt: string
  readonly signedAt: string | null
  readonly reason: string | null
  /** JSON: why it has not reached the platform yet, or never will. */
  readonly problem: string | null
}

export interface RecordRow {
  readonly author: string
  readonly body: RecordBody
  readonly state: 'draft' | 'submitted'
  readonly documentId: string | null
  readonly submittedAt: string | null
}

const visitColumns = 'visit_id as visitId, day, number, at, name, sex, age, complaint, allergies'
const signingColumns = `g.signing_id as signingId, g.visit_id as visitId, g.his_user_id as hisUserId, u.name, g.place,
  g.task_id as taskId, g.state, g.qr, g.asked_at as askedAt, g.signed_at as signedAt, g.reason, g.problem`

export function visitsOf(store: Store, day: string) {
  const visits = store.all<Visit>(
    `select ${visitColumns} from visit where day = ? order by number`,
    day,
  )
  return visits.map((visit) => ({
    ...visit,
    recordState: recordOf(store, visit.visitId)?.state ?? 'none',
    signings: signingsOf(store, visit.visitId),
  }))
}

export function requireVisit(store: Store, visitId: string): Visit {
  const visit = store.one<Visit>(`select ${visitColumns} from visit where visit_id = ?`, visitId)
  if (!visit) throw new ClinicError('clinic.unknown')
  return visit
}

export function recordOf(store: Store, visitId: string): RecordRow | undefined {
  const row = store.one<Omit<RecordRow, 'body'> & { body: string }>(
    `select author, body, state, document_id as documentId, submitted_at as submittedAt
     from record where visit_id = ?`,
    visitId,
  )
  return row && { ...row, body: JSON.parse(row.body) as RecordBody }
}

export function signingsOf(store: Store, visitId: string): readonly Signing[] {
  return store.all<Signing>(
    `select ${signingColumns} from signing g join his_user u using (his_user_id)
     where g.visit_id = ? order by g.asked_at`,
    visitId,
  )
}

export function requireSigning(store: Store, visitId: string, signingId: string): Signing {
  const found = signingsOf(store, visitId).find((signing) => signing.signingId === signingId)
  if (!found) throw new ClinicError('clinic.unknown')
  return found
}

/** Those whose end is not known here yet, oldest first. */
export function openSignings(store: Store): readonly Signing[] {
  return store.all<Signing>(
    `select ${signingColumns} from signing g join his_user u using (his_user_id)
     where g.state in ('asking', 'waiting', 'scanned', 'signing', 'signed') order by g.asked_at`,
  )
}

export function recentSignings(store: Store) {
  return store.all<Signing & { patient: string; number: string }>(
    `select ${signingColumns}, v.name as patient, v.number from signing g join his_user u using (his_user_id)
     join visit v on v.visit_id = g.visit_id order by g.asked_at desc limit 100`,
  )
}

export function saveDraft(store: Store, user: HisUser, visitId: string, body: RecordBody): void {
  requireVisit(store, visitId)
  const existing = recordOf(store, visitId)
  if (existing?.state === 'submitted') throw new ClinicError('clinic.record-locked')
  if (existing && existing.author !== user.hisUserId) throw new ClinicError('clinic.not-the-author')
  store.run(
    `insert into record (visit_id, author, body, state) values (?, ?, ?, 'draft')
     on conflict (visit_id) do update set body = excluded.body`,
    visitId,
    user.hisUserId,
    JSON.stringify(plain(body)),
  )
}

/** Line ends as one character and tabs as spaces: what a browser or a paste brings along is not part of a record. */
function plain(body: RecordBody): RecordBody {
  const tidy = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replaceAll(/\r\n?/g, '\n').replaceAll('\t', '  ') : value
  return JSON.parse(JSON.stringify(body, tidy)) as RecordBody
}
