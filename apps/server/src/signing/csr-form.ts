import {
  assembleCertificationRequest,
  certificationRequestInfo,
  sm2PublicKeyInfo,
} from '@yunqian/pki/write'
import { encodeSm2Signature, parseSm2PublicKey, sm2MessageDigest } from '@yunqian/sm'
import { commitCompletion } from './cms-form.ts'
import { completeTasksOf } from './complete-task.ts'
import { storeBytes } from './create-document.ts'
import type { SigningDeps, TaskForm } from './ports.ts'
import type { PreparedTask } from './preparation.ts'
import { preparationOf } from './preparation.ts'
import { signatureOf } from './signature-store.ts'
import { type SigningTask } from './task.ts'
import { taskById } from './task-store.ts'
import { voidSignature } from './void-signature.ts'

/** The first signature of a new key: the request for its certificate, which shows that both halves fit. */
export const csrForm: TaskForm = {
  // Prepared when the key was made, because only then the subject is at hand.
  prepare: async (deps, task) => {
    const prepared = await deps.db.tx({ tenantId: task.tenantId }, (tx) => preparationOf(tx, task))
    if (!prepared) throw new Error('a certification request without its preparation')
    return prepared
  },
  complete: async (deps, task) => {
    const signature = await deps.db.tx({ tenantId: task.tenantId }, (tx) => signatureOf(tx, task))
    if (!signature) throw new Error('a completion without its signature')
    const csr = assembleCertificationRequest(
      signature.signed,
      'sm2-with-sm3',
      encodeSm2Signature(signature),
    )
    const { tenantId, enrollmentId, keyId } = task
    // The certificate now in use stops with the issuing: what was signed under it is finished first, if that is quick.
    await completeTasksOf(deps, task, 3_000)
    try {
      await deps.enrollments.issue({
        tenantId,
        enrollmentId: enrollmentId!,
        keyId: keyId!,
        csr,
      })
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'enrollment.wrong-state') throw error
      return voidTask(deps, task)
    }
    await commitCompletion(deps, task, {}, async () => undefined)
  },
}

/** The application ended before its certificate was issued: there is nothing this signature could still become. */
async function voidTask(deps: SigningDeps, task: SigningTask): Promise<void> {
  await deps.db.tx({ tenantId: task.tenantId }, async (tx) => {
    const locked = await taskById(tx, task, 'for update')
    if (locked?.state !== 'signed') return
    await voidSignature(deps, tx, locked, 'application-ended')
  })
}

/** What a new key will sign first: CertificationRequestInfo over the subject the enrolment decided on. */
export async function prepareCsr(
  deps: Pick<SigningDeps, 'blobs'>,
  key: { readonly keyId: string; readonly publicKey: Uint8Array; readonly subject: Uint8Array },
): Promise<PreparedTask> {
  const toBeSigned = certificationRequestInfo({
    subject: key.subject,
    publicKey: sm2PublicKeyInfo(key.publicKey),
  })
  const { sm3 } = await storeBytes(deps, toBeSigned)
  return {
    toBeSigned,
    digest: sm2MessageDigest(parseSm2PublicKey(key.publicKey), toBeSigned),
    keyId: key.keyId,
    content: { mediaType: 'application/pkcs10', sm3, bytes: toBeSigned.length },
  }
}
