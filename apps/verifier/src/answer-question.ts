import {
  extractOriginalOf,
  formatReport,
  readCertificates,
  reportPage,
  shownDocument,
  verifyAny,
} from '@yunqian/verify'
import type { Answer, Question } from './question.ts'

/** The whole of the checking: bytes in, report out. Runs in a worker, or in the page where there can be none. */
export function answerQuestion(question: Question): Answer {
  const { bytes, detachedContent, now, fileName } = question
  const certificates = (files: readonly Uint8Array[]) =>
    files.flatMap((file) => readCertificates(file) ?? [])
  const report = verifyAny(bytes, {
    trustAnchors: certificates(question.roots),
    intermediates: certificates(question.intermediates),
    now,
    ...(detachedContent && { detachedContent }),
  })
  const shown = shownDocument(bytes, detachedContent)
  const original = originalIn(shown) ?? (report.original && extractOriginalOf(bytes))
  return {
    report,
    text: { zh: formatReport(report, 'zh', fileName), en: formatReport(report, 'en', fileName) },
    page: reportPage(report, fileName),
    ...(original && { original }),
    ...(shown && { shown }),
  }
}

function originalIn(shown: Answer['shown']): Uint8Array | undefined {
  const version = shown?.versions.find(({ kind }) => kind === 'original')
  return version && shown?.bytes.slice(0, version.length)
}
