interface Words {
  readonly zh: string
  readonly en: string
}

/** Why the platform itself ended a task: a code where a person would have written a reason. */
export const closingReasons = {
  'certificate-stopped': {
    zh: '证书在签名完成前停用，文档未签署，请用有效证书重新签名',
    en: 'the certificate stopped before the signature was complete; this was not signed and must be signed again',
  },
  'application-ended': { zh: '证书申请已终止', en: 'the application for the certificate ended' },
  'member-left': { zh: '签署人已离开该社康', en: 'the signer left the centre' },
  'centre-closed': { zh: '该社康已停用', en: 'the centre was closed' },
} as const satisfies Record<string, Words>
export type ClosingCode = keyof typeof closingReasons

/** Why the platform or the holder's phone changed a certificate, as a code. */
export const certificateReasons = {
  'pin-exhausted': { zh: 'PIN 连续输错', en: 'the PIN was wrong too often' },
  'loss-reported': { zh: '本人挂失', en: 'reported lost by the holder' },
  superseded: { zh: '已换发新证书', en: 'a newer certificate took its place' },
  'application-ended': { zh: '证书申请已终止', en: 'the application for the certificate ended' },
  'name-changed': { zh: '登记姓名已变更', en: 'the registered name changed' },
} as const satisfies Record<string, Words>

export type CertificateReason = keyof typeof certificateReasons

/** What a reason says to people: a code in their language, what somebody wrote as it was written. */
export function reasonText(reason: string, language: 'zh' | 'en'): string {
  const known: Readonly<Record<string, Words>> = { ...closingReasons, ...certificateReasons }
  return Object.hasOwn(known, reason) ? (known[reason] as Words)[language] : reason
}
