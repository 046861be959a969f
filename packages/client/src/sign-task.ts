import { type CertificateView, phoneEndpoints, type TaskSummary } from '@yunqian/api'
import { fromBase64, toBase64, utf8 } from './bytes.ts'
import type { CryptoModule } from './crypto-module.ts'
import type { PlatformLink } from './platform-link.ts'
import type { KeyRecord } from './records.ts'

export type SigningStep = 'pin' | 'join' | 'finish'

export interface Signed {
  readonly task: TaskSummary
  /** Present when the task was the certification request. */
  readonly certificate?: CertificateView
}

/**
 * One two-party signature (design of the two-party key, "Signing"): open, join, finish. `e` is what the phone itself
 * computed from the content it showed. Nothing leaves the phone that was not verified under its own public key.
 */
export async function signTask(
  deps: { readonly link: PlatformLink; readonly module: CryptoModule },
  input: {
    readonly device: string
    readonly key: KeyRecord
    readonly taskId: string
    readonly e: Uint8Array
    readonly pin: string
    readonly onStep?: (step: SigningStep) => void
  },
): Promise<Signed> {
  const { link } = deps
  const { device, key, e, taskId } = input
  input.onStep?.('pin')
  const making = deps.module.sign(input.pin)
  try {
    // 1. Open: the server charges one try, evaluates the blinded PIN and commits to its nonce point.
    const opened = await link.call(phoneEndpoints.openSigning, {
      device,
      body: { taskId, e: toBase64(e), blinded: toBase64(making.blinded) },
    })
    const params = { sid: opened.sid }

    // 2. Join: a fresh nonce for this session alone. The same message is sent again when an answer is lost.
    input.onStep?.('join')
    const message = await making.join({
      sid: utf8(opened.sid),
      context: fromBase64(opened.context),
      commitment: fromBase64(opened.commitment),
      evaluation: fromBase64(opened.evaluation),
      evaluationProof: fromBase64(opened.evaluationProof),
      oprfPublicKey: key.oprfPublicKey,
      e,
      key,
    })
    const body = { message: toBase64(message) }
    const joined = await link.call(phoneEndpoints.joinSigning, { device, params, body })

    // 3. Finish: commitment, r and the whole signature are checked before anything is released.
    input.onStep?.('finish')
    const { r, s } = making.finish(fromBase64(joined.answer))
    const signature = { r: toBase64(r), s: toBase64(s) }
    return await link.call(phoneEndpoints.finishSigning, { device, params, body: signature })
  } finally {
    making.wipe()
  }
}
