import type { Report } from '@yunqian/verify'

/** What the page asks its worker: bytes in, report out; nothing else crosses. */
export interface Question {
  readonly bytes: Uint8Array
  readonly detachedContent?: Uint8Array
  /** PEM or DER of what the person trusts. */
  readonly roots: readonly Uint8Array[]
  readonly intermediates: readonly Uint8Array[]
  readonly now: Date
}

export interface Answer {
  readonly report: Report
  readonly text: { readonly zh: string; readonly en: string }
  /** The file as it was before the first signature, where there is one. */
  readonly original?: Uint8Array
}

/** What the page shows when no report could be made at all. */
export const checkFailed = {
  code: 'verifier.not-finished',
  zh: '核对没有完成。请确认选中的是文件而不是文件夹，再试一次；仍不行时换一个浏览器，或用下方的离线工具。',
  en: 'The check did not finish. Make sure this is a file, not a folder, and try again; failing that, use another browser or the offline tool below.',
} as const

/** Asks in a worker of its own, so that a large file never freezes the page; a broken worker is thrown away. */
export function ask(question: Question): Promise<Answer> {
  const worker = new Worker(new URL('./verify-worker.ts', import.meta.url), { type: 'module' })
  return new Promise<Answer>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Answer | undefined>) =>
      data ? resolve(data) : reject(new Error('the check failed')),
    )
    worker.addEventListener('error', (event) => reject(new Error(event.message)))
    worker.postMessage(question, [])
  }).finally(() => worker.terminate())
}
