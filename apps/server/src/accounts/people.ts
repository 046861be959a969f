import type { CertificateStanding, CertificateView, Person } from '@yunqian/api'
import { appendEvent } from '../evidence/index.ts'
import { isUniqueViolation, newId, type Platform, type Sealer, type Tx } from '../platform/index.ts'
import { requireOpenCentre } from './centres.ts'
import { AccountsError } from './errors.ts'
import { maskIdNumber, maskMobile, parseIdNumber } from './id-number.ts'

const idNumberPurpose = 'accounts.id-number'
const mobilePurpose = 'accounts.mobile'
const utf8 = new TextEncoder()
const text = new TextDecoder()

/** A person as other rooms may know them; the ID number appears masked only. */
export interface PersonSummary {
  readonly personId: string
  readonly name: string
  readonly idNumberMasked: string
  readonly mobileMasked: string
}

export interface Membership {
  readonly centreId: string
  readonly name: string
  readonly role: string
}

interface PersonRow {
  person_id: string
  name: string
  id_number_sealed: Uint8Array
  mobile_sealed: Uint8Array
  created_at: Date
}

/** What people hold; the certificates room knows. */
export interface HeldCertificates {
  /** The newest certificate of each person. */
  viewCertificates(
    tx: Tx,
    tenantId: string,
    personIds: readonly string[],
  ): Promise<ReadonlyMap<string, CertificateView>>
  /** Everyone whose newest certificate is in this standing; for `none` everyone who holds any. */
  holdersOf(tx: Tx, tenantId: string, standing: CertificateStanding): Promise<readonly string[]>
}

/** A person of this tenant, or undefined. */
export async function personById(
  sealer: Sealer,
  tx: Tx,
  wanted: { readonly tenantId: string; readonly personId: string },
): Promise<PersonSummary | undefined> {
  const row = await tx.queryOne<PersonRow>(
    'select * from person where tenant_id = $1 and person_id = $2',
    [wanted.tenantId, wanted.personId],
  )
  return row && summary(sealer, row)
}

/** The person with this ID number, or undefined; found by keyed index, the number is not compared in the clear. */
export async function personByIdNumber(
  sealer: Sealer,
  tx: Tx,
  wanted: { readonly tenantId: string; readonly idNumber: string },
): Promise<(PersonSummary & { readonly mobile: string; readonly idNumber: string }) | undefined> {
  const idNumber = parseIdNumber(wanted.idNumber)
  if (!idNumber) throw new AccountsError('accounts.id-number-invalid')
  const row = await tx.queryOne<PersonRow>(
    'select * from person where tenant_id = $1 and id_number_index = $2',
    [wanted.tenantId, sealer.index(idNumberPurpose, utf8.encode(idNumber))],
  )
  if (!row) return undefined
  return { ...summary(sealer, row), mobile: openMobile(sealer, row), idNumber }
}

/**
 * Holds a person's row until commit: certificates, memberships and data of one person change one at a time. Taken before
 * rows of applications, certificates and keys, and not against whoever only refers to the person.
 */
export async function lockPerson(
  tx: Tx,
  { tenantId, personId }: { readonly tenantId: string; readonly personId: string },
): Promise<boolean> {
  const found = await tx.query(
    'select 1 from person where tenant_id = $1 and person_id = $2 for no key update',
    [tenantId, personId],
  )
  return found.length > 0
}

/** The full ID number, for the one who issues a certificate and nobody else. */
export async function idNumberOf(
  sealer: Sealer,
  tx: Tx,
  wanted: { readonly tenantId: string; readonly personId: string },
): Promise<string | undefined> {
  const row = await tx.queryOne<PersonRow>(
    'select * from person where tenant_id = $1 and person_id = $2',
    [wanted.tenantId, wanted.personId],
  )
  return row && text.decode(sealer.open(idNumberPurpose, row.id_number_sealed))
}

/** The centres a person works at now. */
export async function membershipsOf(
  tx: Tx,
  wanted: { readonly tenantId: string; readonly personId: string },
): Promise<Membership[]> {
  const rows = await tx.query<{ centre_id: string; name: string; role: string }>(
    `select m.centre_id, c.name, m.role from membership m join centre c using (tenant_id, centre_id)
     where m.tenant_id = $1 and m.person_id = $2 and m.state = 'active' order by m.created_at`,
    [wanted.tenantId, wanted.personId],
  )
  return rows.map((row) => ({ centreId: row.centre_id, name: row.name, role: row.role }))
}

export interface Registration {
  readonly tenantId: string
  readonly staffId?: string
  readonly name: string
  readonly idNumber: string
  readonly mobile: string
  readonly centreId: string
  readonly role: 'doctor' | 'nurse'
  readonly title?: string | undefined
  readonly employeeNumber?: string | undefined
}

/** Registers a person at a centre; someone already known in the district joins another centre. */
export async function registerPerson(
  platform: Pick<Platform, 'clock' | 'random' | 'sealer'>,
  tx: Tx,
  given: Registration,
): Promise<string> {
  const { tenantId, centreId, role } = given
  const idNumber = parseIdNumber(given.idNumber)
  if (!idNumber) throw new AccountsError('accounts.id-number-invalid')
  await requireOpenCentre(tx, tenantId, centreId)
  const now = platform.clock.now()
  const known = await personByIdNumber(platform.sealer, tx, { tenantId, idNumber })
  // The same number under another name or mobile is a mistake of one of the two; a clerk has to look.
  if (known && known.name !== given.name.trim()) throw new AccountsError('accounts.name-differs')
  if (known && known.mobile !== given.mobile) throw new AccountsError('accounts.mobile-differs')
  const personId =
    known?.personId ?? (await insertPerson(platform, tx, { ...given, idNumber }, now))
  // Who left and comes back is the same person at the same place.
  const joined = await tx.execute(
    `insert into membership as m (tenant_id, person_id, centre_id, role, title, employee_number, state, created_at)
     values ($1, $2, $3, $4, $5, $6, 'active', $7)
     on conflict (tenant_id, person_id, centre_id, role) do update
       set state = 'active', title = excluded.title, employee_number = excluded.employee_number
       where m.state = 'ended'`,
    [tenantId, personId, centreId, role, given.title ?? null, given.employeeNumber ?? null, now],
  )
  if (joined === 0) throw new AccountsError('accounts.person-exists')
  const subject = { personId, centreId, ...(given.staffId ? { staffId: given.staffId } : {}) }
  await appendEvent(tx, { type: 'person.registered', at: now, subject, data: { role } })
  return personId
}

async function insertPerson(
  { random, clock, sealer }: Pick<Platform, 'clock' | 'random' | 'sealer'>,
  tx: Tx,
  given: Registration,
  now: Date,
): Promise<string> {
  const personId = newId({ clock, random })
  const idNumber = utf8.encode(given.idNumber)
  const mobile = utf8.encode(given.mobile)
  try {
    await tx.execute('insert into person values ($1, $2, $3, $4, $5, $6, $7, $8)', [
      given.tenantId,
      personId,
      given.name.trim(),
      sealer.seal(idNumberPurpose, idNumber),
      sealer.index(idNumberPurpose, idNumber),
      sealer.seal(mobilePurpose, mobile),
      sealer.index(mobilePurpose, mobile),
      now,
    ])
  } catch (error) {
    // Two clerks registered one person in the same moment: asked again, the second joins.
    if (isUniqueViolation(error)) throw new AccountsError('accounts.person-exists')
    throw error
  }
  return personId
}

export async function setName(
  tx: Tx,
  person: { readonly tenantId: string; readonly personId: string; readonly name: string },
): Promise<void> {
  await tx.execute('update person set name = $3 where tenant_id = $1 and person_id = $2', [
    person.tenantId,
    person.personId,
    person.name,
  ])
}

/** False when it is the mobile on record. */
export async function setMobile(
  sealer: Sealer,
  tx: Tx,
  person: { readonly tenantId: string; readonly personId: string; readonly mobile: string },
): Promise<boolean> {
  const mobile = utf8.encode(person.mobile)
  const written = await tx.execute(
    `update person set mobile_sealed = $3, mobile_index = $4
     where tenant_id = $1 and person_id = $2 and mobile_index <> $4`,
    [
      person.tenantId,
      person.personId,
      sealer.seal(mobilePurpose, mobile),
      sealer.index(mobilePurpose, mobile),
    ],
  )
  return written > 0
}

export interface PeopleQuery {
  readonly tenantId: string
  readonly personId?: string | undefined
  readonly centreId?: string | undefined
  /** Whose people the reader may see; absent or null for the whole district. */
  readonly centreIds?: readonly string[] | null
  readonly certificate?: CertificateStanding | undefined
  /** Part of a name, an employee number, a whole ID number or a whole mobile number. */
  readonly search?: string | undefined
  readonly before?: string | undefined
  readonly limit?: number | undefined
}

/** People with their centres and certificates, newest first. */
export async function listPeople(
  sealer: Sealer,
  tx: Tx,
  query: PeopleQuery,
  held: HeldCertificates,
): Promise<Person[]> {
  const { tenantId, certificate: standing } = query
  const search = query.search?.trim() || undefined
  const wanted = search === undefined ? null : utf8.encode(search.toUpperCase())
  const holders = standing ? await held.holdersOf(tx, tenantId, standing) : null
  const rows = await tx.query<PersonRow>(
    `select p.* from person p
     where p.tenant_id = $1
       and ($2::uuid is null or p.person_id = $2)
       and ($3::uuid is null or exists (select 1 from membership m
         where m.tenant_id = p.tenant_id and m.person_id = p.person_id and m.centre_id = $3
           and m.state = 'active'))
       and ($4::text is null or p.name like '%' || $4 || '%' or p.id_number_index = $5 or p.mobile_index = $6
         or exists (select 1 from membership m where m.tenant_id = p.tenant_id
           and m.person_id = p.person_id and m.employee_number = $11))
       and ($7::timestamptz is null or p.created_at < $7)
       and ($9::uuid[] is null or exists (select 1 from membership m
         where m.tenant_id = p.tenant_id and m.person_id = p.person_id and m.centre_id = any ($9)
           and m.state = 'active'))
       and ($10::uuid[] is null or (p.person_id = any ($10)) = $12)
     order by p.created_at desc limit $8`,
    [
      tenantId,
      query.personId ?? null,
      query.centreId ?? null,
      search?.replace(/[\\%_]/g, '\\$&') ?? null,
      wanted && sealer.index(idNumberPurpose, wanted),
      wanted && sealer.index(mobilePurpose, wanted),
      query.before ?? null,
      query.limit ?? 100,
      query.centreIds ?? null,
      holders,
      search ?? null,
      standing !== 'none',
    ],
  )
  const ids = rows.map((row) => row.person_id)
  const memberships = await membershipRows(tx, query, ids)
  const certificates = await held.viewCertificates(tx, tenantId, ids)
  return rows.map((row) => {
    const certificate = certificates.get(row.person_id)
    return {
      ...summary(sealer, row),
      memberships: memberships.filter((m) => m.person_id === row.person_id).map(membershipView),
      ...(certificate ? { certificate } : {}),
      createdAt: row.created_at.toISOString(),
    }
  })
}

interface MembershipRow {
  person_id: string
  centre_id: string
  centre_name: string
  role: string
  title: string | null
  employee_number: string | null
}

// Where else a person works is for who serves the district.
function membershipRows(
  tx: Tx,
  { tenantId, centreIds }: PeopleQuery,
  personIds: string[],
): Promise<MembershipRow[]> {
  return tx.query<MembershipRow>(
    `select m.person_id, m.centre_id, c.name as centre_name, m.role, m.title, m.employee_number
     from membership m join centre c using (tenant_id, centre_id)
     where m.tenant_id = $1 and m.person_id = any ($2) and m.state = 'active'
       and ($3::uuid[] is null or m.centre_id = any ($3)) order by m.created_at`,
    [tenantId, personIds, centreIds ?? null],
  )
}

function membershipView(row: MembershipRow): Person['memberships'][number] {
  return {
    centreId: row.centre_id,
    centreName: row.centre_name,
    role: row.role,
    ...(row.title ? { title: row.title } : {}),
    ...(row.employee_number ? { employeeNumber: row.employee_number } : {}),
  }
}

function summary(sealer: Sealer, row: PersonRow): PersonSummary {
  return {
    personId: row.person_id,
    name: row.name,
    idNumberMasked: maskIdNumber(text.decode(sealer.open(idNumberPurpose, row.id_number_sealed))),
    mobileMasked: maskMobile(openMobile(sealer, row)),
  }
}

function openMobile(sealer: Sealer, row: PersonRow): string {
  return text.decode(sealer.open(mobilePurpose, row.mobile_sealed))
}
