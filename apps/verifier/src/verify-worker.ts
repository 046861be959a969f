import { extractOriginalOf, formatReport, readCertificates, verifyAny } from '@yunqian/verify'
import type { Answer, Question } from './question.ts'

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  void answer(data).then(
    (found) => postMessage(found),
    () => postMessage(undefined),
  )
})

async function answer(question: Question): Promise<Answer> {
  const { bytes, detachedContent, now } = question
  const certificates = (files: readonly Uint8Array[]) =>
    files.flatMap((file) => readCertificates(file) ?? [])
  const report = await verifyAny(bytes, {
    trustAnchors: certificates(question.roots),
    intermediates: certificates(question.intermediates),
    now,
    ...(detachedContent && { detachedContent }),
  })
  const text = { zh: formatReport(report, 'zh'), en: formatReport(report, 'en') }
  const original = report.original && extractOriginalOf(bytes)
  return { report, text, ...(original && { original }) }
}
