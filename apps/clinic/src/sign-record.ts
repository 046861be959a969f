import { randomUUID } from 'node:crypto'
import type { ClinicConfig } from './config.ts'
import { ClinicError, mayPass, shownProblem } from './errors.ts'
import {
  makeOutpatientRecord,
  type OutpatientRecord,
  type SignatureBox,
} from './pdf/outpatient-record.ts'
import type { Platform } from './platform.ts'
import type { HisUser } from './sessions.ts'
import type { Store } from './store.ts'
import {
  type RecordBody,
  recordOf,
  requireSigning,
  requireVisit,
  type Signing,
  signingsOf,
} from './visits.ts'

const over = ['completed', 'refused', 'cancelled', 'expired', 'undeliverable']
type Place = Signing['place']

export interface Deps {
  readonly store: Store
  readonly platform: Platform
  readonly config: ClinicConfig
  readonly now: () => Date
}

/**
 * Asks a doctor to sign the record of a visit.
 * 1. The record is locked and its paper kept. 2. The wish to have it signed is kept. 3. It is handed to the platform,
 * now or, when that is out of reach, later: the doctor goes on working either way.
 */
export async function askToSign(
  deps: Deps,
  input: {
    readonly visitId: string
    readonly user: HisUser
    readonly signer: HisUser
    readonly place: Place
  },
): Promise<void> {
  const { store } = deps
  const { visitId, signer, place } = input
  await fixedPaper(deps, visitId, input.user)

  const existing = signingsOf(store, visitId).filter((signing) => signing.place === place)
  if (existing.some((signing) => signing.state === 'completed'))
    throw new ClinicError('clinic.signing-under-way')
  const open = existing.find((signing) => !over.includes(signing.state))
  if (open && (open.taskId || open.hisUserId !== signer.hisUserId))
    throw new ClinicError('clinic.signing-under-way')
  const signingId = open?.signingId ?? randomUUID()
  if (!open) {
    store.run(
      `insert into signing (signing_id, visit_id, his_user_id, place, state, asked_at) values (?, ?, ?, ?, 'asking', ?)`,
      signingId,
      visitId,
      signer.hisUserId,
      place,
      deps.now().toISOString(),
    )
  }
  await deliverSigning(deps, requireSigning(store, visitId, signingId))
}

const delivering = new Map<string, Promise<void>>()

/**
 * Hands a kept wish to the platform. The paper goes under the paper's own key and the wish under its own, so that after
 * a crash or a lost answer asking again is asking once. What may pass leaves it as it is, with the reason beside it;
 * a refusal for good ends it. Two callers at once share one delivery.
 */
export function deliverSigning(deps: Deps, signing: Signing): Promise<void> {
  const { signingId } = signing
  const under = delivering.get(signingId)
  if (under) return under
  const begun = deliver(deps, signing)
    .catch((error: unknown) => {
      const { status: _, ...problem } = shownProblem(error)
      deps.store.run(
        `update signing set state = ?, problem = ? where signing_id = ? and state = 'asking'`,
        mayPass(error) ? 'asking' : 'undeliverable',
        JSON.stringify(problem),
        signingId,
      )
    })
    .finally(() => delivering.delete(signingId))
  delivering.set(signingId, begun)
  return begun
}

async function deliver(deps: Deps, signing: Signing): Promise<void> {
  const { store, platform, config } = deps
  const { signingId, visitId, hisUserId, place } = signing
  const { documentId, boxes } = await submitted(deps, visitId)
  const appearance = boxes[place]
  const { workstation } = config
  const task = await platform.askToSign(
    { documentId, hisUserId, appearance, workstation },
    `clinic-sign-${signingId}`,
  )
  const taken = store.run(
    `update signing set task_id = ?, qr = ?, state = ?, problem = null where signing_id = ? and state = 'asking'`,
    task.signingTaskId,
    task.qr,
    task.state,
    signingId,
  )
  // Withdrawn while it was on its way.
  if (taken !== 1) await platform.cancelSigning(task.signingTaskId)
}

async function submitted(
  deps: Deps,
  visitId: string,
): Promise<{ documentId: string; boxes: Record<Place, SignatureBox> }> {
  const { store, platform } = deps
  const visit = requireVisit(store, visitId)
  const paper = readPaper(store, visitId)
  if (!paper) throw new ClinicError('clinic.record-incomplete')
  const { paperId, pdf, boxes, documentId } = paper
  if (documentId) return { documentId, boxes }
  const document = {
    title: `门诊病历 ${visit.number}`,
    patientLabel: `${visit.name} ${visit.sex} ${visit.age}`,
    reference: visit.number,
    pdf,
  }
  const added = await platform.addDocument(document, `clinic-record-${paperId}`)
  store.run(
    'update record set document_id = ? where visit_id = ? and paper_id = ?',
    added.documentId,
    visitId,
    paperId,
  )
  return { documentId: added.documentId, boxes }
}

/** The record as paper: made once and kept, because the same wish must always carry the same bytes. */
async function fixedPaper(deps: Deps, visitId: string, user: HisUser): Promise<void> {
  const { store } = deps
  if (readPaper(store, visitId)) return
  const record = recordOf(store, visitId)
  if (!record) throw new ClinicError('clinic.record-incomplete')
  if (record.author !== user.hisUserId) throw new ClinicError('clinic.not-the-author')
  const { chiefComplaint, presentIllness, diagnosis } = record.body
  if ([chiefComplaint, presentIllness, diagnosis].some((text) => text.trim() === ''))
    throw new ClinicError('clinic.record-incomplete')
  const madeAt = deps.now()
  const { bytes, boxes } = await makeOutpatientRecord(printed(deps, visitId, record.body, madeAt))
  // Two submissions at once: the first paper stays.
  store.run(
    `update record set state = 'submitted', submitted_at = ?, paper_id = ?, pdf = ?, boxes = ?
     where visit_id = ? and state = 'draft' and body = ?`,
    madeAt.toISOString(),
    randomUUID(),
    bytes,
    JSON.stringify(boxes),
    visitId,
    JSON.stringify(record.body),
  )
  if (!readPaper(store, visitId)) throw new ClinicError('clinic.record-locked')
}

function printed(deps: Deps, visitId: string, body: RecordBody, madeAt: Date): OutpatientRecord {
  const visit = requireVisit(deps.store, visitId)
  const author = requireDoctor(deps.store, recordOf(deps.store, visitId)!.author)
  return {
    ...body,
    centreName: deps.config.centreName,
    department: '全科门诊',
    visitNumber: visit.number,
    visitedAt: `${visit.day} ${visit.at}`,
    patient: { name: visit.name, sex: visit.sex, age: visit.age },
    doctorName: author.name,
    verifierUrl: deps.config.verifierUrl,
    madeAt,
  }
}

function readPaper(store: Store, visitId: string) {
  const row = store.one<{
    paperId: string
    pdf: Uint8Array
    boxes: string
    documentId: string | null
  }>(
    `select paper_id as paperId, pdf, boxes, document_id as documentId from record where visit_id = ? and state = 'submitted'`,
    visitId,
  )
  return row && { ...row, boxes: JSON.parse(row.boxes) as Record<Place, SignatureBox> }
}

/**
 * Takes a record back to the desk after a refusal or a withdrawal, so that it can be corrected; it becomes a new paper
 * when it is handed in again. With a signature on it or under way it stays as it is.
 */
export function reopenRecord({ store }: Deps, visitId: string, user: HisUser): void {
  const record = recordOf(store, visitId)
  if (!record) throw new ClinicError('clinic.unknown')
  if (record.author !== user.hisUserId) throw new ClinicError('clinic.not-the-author')
  const standing = ['refused', 'cancelled', 'expired', 'undeliverable']
  if (signingsOf(store, visitId).some(({ state }) => !standing.includes(state)))
    throw new ClinicError('clinic.record-locked')
  store.run(
    `update record set state = 'draft', submitted_at = null, paper_id = null, pdf = null, boxes = null, document_id = null
     where visit_id = ?`,
    visitId,
  )
}

export function requireDoctor(store: Store, hisUserId: string): HisUser {
  const user = doctors(store).find((each) => each.hisUserId === hisUserId)
  if (!user) throw new ClinicError('clinic.unknown')
  return user
}

export function doctors(store: Store): readonly HisUser[] {
  return store.all<HisUser>(
    `select his_user_id as hisUserId, person_id as personId, name, certificate_serial as certificateSerial
     from his_user order by name`,
  )
}

/** Takes back a wish: at the platform if it is there, here if it never left. */
export async function withdrawSigning(deps: Deps, signing: Signing): Promise<void> {
  if (signing.taskId) {
    await deps.platform.cancelSigning(signing.taskId)
    return refreshSigning(deps, signing, false)
  }
  deps.store.run(
    `update signing set state = 'cancelled', problem = null where signing_id = ? and state = 'asking'`,
    signing.signingId,
  )
}

/** Brings a signing up to what the platform says; with `wait`, holds until it differs from what is known here. */
export async function refreshSigning(
  deps: Pick<Deps, 'store' | 'platform'>,
  signing: Signing,
  wait: boolean,
): Promise<void> {
  if (!signing.taskId || over.includes(signing.state)) return
  const task = await deps.platform.signingTask(signing.taskId, wait ? signing.state : undefined)
  deps.store.run(
    'update signing set state = ?, signed_at = ?, reason = ? where signing_id = ?',
    task.state,
    task.signedAt ?? null,
    task.reason ?? null,
    signing.signingId,
  )
}
