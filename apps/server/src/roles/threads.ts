import { openThreads, type Threads } from '../platform/threads/index.ts'
import type { PdfWorks } from '../signing/pdf-work/index.ts'
import type { VerifyWorks } from '../verification/work/index.ts'

export type PlatformThreads = Threads<PdfWorks & VerifyWorks>

/** The threads of one process: PDF work of signing, and verification of whatever anyone sends. */
export function openPlatformThreads(limits?: Parameters<typeof openThreads>[1]): PlatformThreads {
  return openThreads(new URL('./thread.ts', import.meta.url), limits)
}
