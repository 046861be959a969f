import { parseCertificate } from '@yunqian/pki'
import { verifyAny, type Report } from '@yunqian/verify'

/** A verification as it crosses to its thread: bytes and dates only. */
interface VerifyQuestion {
  readonly content: Uint8Array
  readonly detachedContent?: Uint8Array
  /** DER. */
  readonly trustAnchors: readonly Uint8Array[]
  readonly intermediates: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
  readonly at?: Date
  readonly now: Date
}

export type VerifyWorks = typeof verifyWorks

/** Judges a file by the engine that everybody has. */
export const verifyWorks = { verify }

function verify(question: VerifyQuestion): Report {
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
