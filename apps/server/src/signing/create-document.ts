import { fromHex, toHex } from '@yunqian/sm'
import { appendEvent } from '../evidence/index.ts'
import { digestOf } from '../platform/index.ts'
import {
  documentById,
  insertDocument,
  insertRevision,
  type StoredDocument,
} from './document-store.ts'
import { SigningError } from './errors.ts'
import type { ApplicationCaller, SigningDeps } from './ports.ts'

export interface DocumentCommand {
  /** Names the document; the same again, after a death, is the same document. */
  readonly documentId: string
  readonly title: string
  readonly documentType: string
  readonly patientLabel?: string
  readonly reference?: string
  readonly mediaType: 'application/pdf' | 'application/octet-stream'
  readonly content: Uint8Array
}

/**
 * Takes a document as it is: its bytes are stored before its row, and never changed. A PDF that could not be signed is
 * refused now rather than in front of the doctor. Throws SigningError, DocumentError.
 */
export async function createDocument(
  deps: SigningDeps,
  caller: ApplicationCaller,
  command: DocumentCommand,
): Promise<StoredDocument> {
  if (command.content.length === 0) throw new SigningError('documents.empty')
  if (command.mediaType === 'application/pdf') await refuseUnsignable(deps, command.content)
  const digests = await storeBytes(deps, command.content)
  const createdAt = deps.clock.now()
  const document = {
    tenantId: caller.tenantId,
    documentId: command.documentId,
    centreId: caller.centreId,
    applicationId: caller.applicationId,
    title: command.title,
    documentType: command.documentType,
    ...(command.patientLabel === undefined ? {} : { patientLabel: command.patientLabel }),
    ...(command.reference === undefined ? {} : { reference: command.reference }),
    mediaType: command.mediaType,
    createdAt,
  }
  return deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const before = await documentById(tx, document)
    if (before) return before
    await insertDocument(tx, document)
    const bytes = command.content.length
    await insertRevision(tx, document, { revision: 0, ...digests, bytes }, createdAt)
    await appendEvent(tx, {
      type: 'document.added',
      at: createdAt,
      subject: {
        document: document.documentId,
        application: caller.applicationId,
        centre: caller.centreId,
      },
      document: {
        sm3: toHex(digests.sm3),
        sha256: toHex(digests.sha256),
      },
    })
    return { ...document, headRevision: 0 }
  })
}

/** Stores bytes durably and returns both their digests. */
export async function storeBytes(
  deps: Pick<SigningDeps, 'blobs'>,
  bytes: Uint8Array,
): Promise<{ readonly sm3: Uint8Array; readonly sha256: Uint8Array }> {
  const { sm3Hex } = await deps.blobs.put(bytes)
  return { sm3: fromHex(sm3Hex), sha256: await digestOf('sha256', bytes) }
}

async function refuseUnsignable(deps: SigningDeps, content: Uint8Array): Promise<void> {
  try {
    // Copied to the thread, not moved: the bytes are stored afterwards.
    await deps.threads.run('checkSignable', { content }, { lane: 'ours' })
  } catch (error) {
    if ((error as { code?: unknown }).code === 'documents.pdf-not-a-pdf')
      throw new SigningError('documents.not-a-pdf')
    throw error
  }
}
