import type { SigningDeps } from '../signing/index.ts'

export interface LoginDeps extends SigningDeps {
  /** The verifier's report on a CMS with its content attached, as of now, with this platform's root as only anchor. */
  readonly verifyRecord: (cms: Uint8Array) => Promise<RecordVerification>
}

interface RecordVerification {
  readonly verdict: 'valid' | 'invalid' | 'indeterminate' | 'unreadable'
  readonly report: {
    readonly v: 1
    readonly kind: string
    readonly verdict: RecordVerification['verdict']
  }
}
