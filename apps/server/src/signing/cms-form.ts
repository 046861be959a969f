import type { CertificateView } from '@yunqian/api'
import { CONTENT_TYPE } from '@yunqian/pki'
import {
  assembleSignedData,
  signedAttributes,
  withRevocationInfo,
  withTimeStampToken,
} from '@yunqian/pki/write'
import { encodeSm2Signature, parseSm2PublicKey, sm2MessageDigest, sm3, toHex } from '@yunqian/sm'
import { appendEvent } from '../evidence/index.ts'
import type { Tx } from '../platform/index.ts'
import { documentById, revisionOf } from './document-store.ts'
import { SigningError } from './errors.ts'
import type { RevocationMaterial, Signer, SigningDeps, TaskForm } from './ports.ts'
import type { PreparedTask } from './preparation.ts'
import { insertCompletion, signatureOf, type StoredCompletion } from './signature-store.ts'
import type { SigningTask } from './task.ts'
import { moveTask, taskById, taskTopics } from './task-store.ts'

/** A detached CMS signature over a document as it came. */
export const cmsForm: TaskForm = {
  prepare: async (deps, task, signer) => {
    const content = await deps.db.tx({ tenantId: task.tenantId }, async (tx) => {
      const document = await documentById(tx, { ...task, documentId: task.documentId! })
      const original = await revisionOf(tx, { ...task, documentId: task.documentId! }, 0)
      if (!document || !original) throw new Error('a task without its document')
      return { mediaType: document.mediaType, sm3: original.sm3, bytes: original.bytes }
    })
    const contentType = CONTENT_TYPE.data
    return prepareAttributes(deps, signer, { contentType, content, signingTime: true })
  },
  complete: async (deps, task) => {
    const made = await makeCms(deps, task, { contentType: CONTENT_TYPE.data })
    await commitCompletion(deps, task, made.completion, async (tx, at) => {
      await appendEvent(tx, {
        type: 'document.completed',
        at,
        subject: { task: task.taskId, document: task.documentId!, person: task.personId },
        signature: { sm3: toHex(sm3(made.cms)) },
        data: { kind: task.kind },
      })
    })
  },
}

/** Fixes the signed attributes of a CMS over stored content (RFC 5652 §5.3; SM3, RFC 5035 certificate reference). */
export function prepareAttributes(
  deps: Pick<SigningDeps, 'clock'>,
  signer: Signer,
  given: {
    readonly contentType: string
    readonly content: PreparedTask['content']
    /** What messageDigest covers, when it is not the whole content. */
    readonly messageDigest?: Uint8Array
    readonly signingTime: boolean
  },
): PreparedTask {
  const certificate = signer.certificate
  if (!certificate) throw new Error('a CMS needs a certificate')
  const toBeSigned = signedAttributes({
    contentType: given.contentType,
    messageDigest: given.messageDigest ?? given.content.sm3,
    digestAlgorithm: 'sm3',
    signerCertificate: certificate.der,
    ...(given.signingTime ? { signingTime: deps.clock.now() } : {}),
  })
  return {
    toBeSigned,
    digest: sm2MessageDigest(parseSm2PublicKey(signer.publicKey), toBeSigned),
    keyId: signer.keyId,
    certificateId: certificate.certificateId,
    content: given.content,
  }
}

/** The finished CMS of a stored signature: certificates, timestamp, and revocation answers fetched after it. */
export async function makeCms(
  deps: SigningDeps,
  task: SigningTask,
  given: { readonly contentType: string; readonly content?: Uint8Array },
): Promise<{
  readonly cms: Uint8Array
  readonly completion: StoredCompletion
  readonly revocation: RevocationMaterial
  readonly certificateId: string
}> {
  const { signature, certificate } = await signedBy(deps, task)
  const [signer, ...chain] = [certificate.certificate, ...certificate.chain].map(
    (text) => new Uint8Array(Buffer.from(text, 'base64')),
  )
  const signatureValue = encodeSm2Signature(signature)
  const bare = assembleSignedData({
    contentType: given.contentType,
    ...(given.content ? { content: given.content } : {}),
    signedAttributes: signature.signed,
    signerCertificate: signer!,
    // The root is the verifier's to bring.
    certificates: chain.slice(0, -1),
    signatureAlgorithm: 'sm2-with-sm3',
    signatureValue,
  })
  const timestampToken = await deps.certificates.timeStamp(sm3(signatureValue))
  // After the timestamp: an answer from before it would say nothing about the moment of signing.
  const revocation = await deps.certificates.revocationMaterial({
    tenantId: task.tenantId,
    certificateId: certificate.certificateId,
  })
  const cms = withRevocationInfo(withTimeStampToken(bare, timestampToken), {
    crls: revocation.crls,
    ocsps: [revocation.ocsp],
    certificates: revocation.certificates,
  })
  return {
    cms,
    revocation,
    certificateId: certificate.certificateId,
    completion: { cms, timestampToken, ocspResponse: revocation.ocsp },
  }
}

/** The stored signature and the certificate it was made under. Throws `signing.certificate-not-valid`. */
async function signedBy(deps: SigningDeps, task: SigningTask) {
  return deps.db.tx({ tenantId: task.tenantId }, async (tx) => {
    const signature = await signatureOf(tx, task)
    const certificateId = signature?.certificateId
    const certificate =
      certificateId === undefined
        ? undefined
        : await deps.certificates.view(tx, { tenantId: task.tenantId, certificateId })
    if (!signature || !certificate) throw new Error('a signature without its certificate')
    // Not worth a timestamp: it would prove a moment after the certificate had stopped.
    requireStanding(certificate)
    return { signature, certificate }
  })
}

function requireStanding({ state }: { readonly state: CertificateView['state'] }): void {
  if (state !== 'valid') throw new SigningError('signing.certificate-not-valid', { state })
}

/**
 * Completion, state and event in one commit; done by another process meanwhile is done. Whoever stops the certificate
 * waits for this task's row, so what is completed here was stamped before. Throws `signing.certificate-not-valid` when
 * the certificate ran out while it was being completed.
 */
export async function commitCompletion(
  deps: SigningDeps,
  task: SigningTask,
  completion: StoredCompletion,
  also: (tx: Tx, at: Date) => Promise<void>,
): Promise<void> {
  await deps.db.tx({ tenantId: task.tenantId }, async (tx) => {
    const locked = await taskById(tx, task, 'for update')
    if (locked?.state !== 'signed') return
    const at = deps.clock.now()
    const certificateId = (await signatureOf(tx, task))?.certificateId
    const certificate =
      certificateId && (await deps.certificates.view(tx, { ...task, certificateId }))
    if (certificate) requireStanding(certificate)
    await insertCompletion(tx, task, completion, at)
    await also(tx, at)
    await moveTask(tx, locked, 'complete', at)
    await deps.signals.notify(tx, ...taskTopics(task))
  })
}
