import { parseCertificate } from '@yunqian/pki'
import { verifyAny, type Report } from '@yunqian/verify'

/** A verification as it crosses to its worker thread: bytes and dates only. */
export interface VerifyQuestion {
  readonly content: Uint8Array
  readonly detachedContent?: Uint8Array
  /** DER. */
  readonly trustAnchors: readonly Uint8Array[]
  readonly intermediates: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
  readonly at?: Date
  readonly now: Date
}

/** Answers a question in whatever thread it is asked. */
export function answerQuestion(question: VerifyQuestion): Report {
  const { content, detachedContent, at, now, crls } = question
  return verifyAny(content, {
    trustAnchors: question.trustAnchors.map(parseCertificate),
    intermediates: question.intermediates.map(parseCertificate),
    crls,
    now,
    ...(detachedContent ? { detachedContent } : {}),
    ...(at ? { at } : {}),
  })
}
