import type { SigningTask as SigningTaskView } from '@yunqian/api'
import { toHex } from '@yunqian/sm'
import { appendEvent } from '../evidence/index.ts'
import type { Tx } from '../platform/index.ts'
import { ownDocument } from './document-view.ts'
import { revisionOf, type StoredDocument } from './document-store.ts'
import { SigningError } from './errors.ts'
import type { ApplicationCaller, SigningDeps } from './ports.ts'
import { signingTaskView } from './signing-task-view.ts'
import type { Placement, SigningTask } from './task.ts'
import { insertTask, taskById, taskTopics } from './task-store.ts'

const defaultExpirySeconds = 86_400

export interface SigningTaskCommand {
  /** Names the task; the same again, after a death, is the same task. */
  readonly taskId: string
  readonly documentId: string
  readonly form: 'pdf' | 'cms'
  readonly signer: { readonly hisUserId: string } | { readonly personId: string }
  readonly reason?: string
  readonly workstation?: string
  readonly appearance?: Placement
  readonly expiresInSeconds?: number
}

/** Asks one person to sign one document. Throws SigningError. */
export async function createSigningTask(
  deps: SigningDeps,
  caller: ApplicationCaller,
  command: SigningTaskCommand,
): Promise<SigningTaskView> {
  const scope = { tenantId: caller.tenantId }
  // 1. The document, and whether it can carry the form asked for.
  const { document, head } = await deps.db.tx(scope, async (tx) => {
    const document = await ownDocument(tx, caller, command.documentId)
    return { document, head: await revisionOf(tx, document, document.headRevision) }
  })
  if (command.form === 'pdf' && document.mediaType !== 'application/pdf')
    throw new SigningError('documents.not-a-pdf')
  if (command.appearance && command.form === 'pdf')
    await requirePage(deps, await deps.blobs.get(toHex(head!.sm3)), command.appearance.page)
  // 2. The signer, a member of the centre with a certificate; task and event in one commit.
  return deps.db.tx(scope, async (tx) => {
    const before = await taskById(tx, { ...scope, taskId: command.taskId })
    if (before) return signingTaskView(deps, tx, before)
    const task = await newTask(deps, tx, caller, command, document)
    await insertTask(tx, task)
    await appendEvent(tx, {
      type: 'signing.requested',
      at: task.createdAt,
      subject: {
        task: task.taskId,
        person: task.personId,
        document: document.documentId,
        application: caller.applicationId,
      },
      data: { kind: task.kind },
    })
    await deps.signals.notify(tx, ...taskTopics(task))
    return signingTaskView(deps, tx, task)
  })
}

async function newTask(
  deps: SigningDeps,
  tx: Tx,
  caller: ApplicationCaller,
  command: SigningTaskCommand,
  document: StoredDocument,
): Promise<SigningTask> {
  const personId = await signerId(deps, tx, caller, command.signer)
  const certificate = await deps.certificates.ofPerson(tx, { ...caller, personId })
  if (certificate?.state !== 'valid') throw new SigningError('signing.certificate-not-valid')
  const createdAt = deps.clock.now()
  const seconds = command.expiresInSeconds ?? defaultExpirySeconds
  return {
    tenantId: caller.tenantId,
    taskId: command.taskId,
    kind: command.form,
    state: 'waiting',
    personId,
    centreId: caller.centreId,
    applicationId: caller.applicationId,
    title: document.title,
    documentId: document.documentId,
    ...(command.reason === undefined ? {} : { reason: command.reason }),
    ...(command.workstation === undefined ? {} : { workstation: command.workstation }),
    ...(command.appearance === undefined ? {} : { appearance: command.appearance }),
    qrToken: deps.random(16),
    createdAt,
    expiresAt: new Date(createdAt.getTime() + seconds * 1000),
  }
}

async function signerId(
  deps: SigningDeps,
  tx: Tx,
  caller: ApplicationCaller,
  signer: SigningTaskCommand['signer'],
): Promise<string> {
  const personId =
    'personId' in signer
      ? signer.personId
      : await deps.hisUsers.personOf(tx, { ...caller, hisUserId: signer.hisUserId })
  if (personId === undefined) throw new SigningError('login.binding-unknown')
  if (!(await isMember(tx, { ...caller, personId })))
    throw new SigningError('signing.signer-unknown')
  return personId
}

/** Whether a person works at a centre now. */
export async function isMember(
  tx: Tx,
  membership: { readonly tenantId: string; readonly personId: string; readonly centreId: string },
): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from membership
     where tenant_id = $1 and person_id = $2 and centre_id = $3 and state = 'active'`,
    [membership.tenantId, membership.personId, membership.centreId],
  )
  return rows.length > 0
}

async function requirePage(deps: SigningDeps, content: Uint8Array, page: number): Promise<void> {
  const transfer = [content.buffer]
  const pages = await deps.threads.run('countPages', { content }, { lane: 'ours', transfer })
  if (page > pages) throw new SigningError('documents.page-unknown', { page })
}
