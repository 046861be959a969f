import type { SigningDeps } from '../signing/index.ts'

export interface LoginDeps extends SigningDeps {
  /**
   * Verifies a CMS with its content attached, now, against this platform's own root: the report of packages/verify.
   * `certificateDer` is the signer's, whose revocation is asked freshly.
   */
  readonly verifyRecord: (cms: Uint8Array) => Promise<RecordVerification>
}

export interface RecordVerification {
  readonly verdict: 'valid' | 'invalid' | 'indeterminate' | 'unreadable'
  readonly report: { readonly v: 1; readonly kind: string; readonly verdict: RecordVerification['verdict'] }
}
