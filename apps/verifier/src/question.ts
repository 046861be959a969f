import type { Report, ShownDocument } from '@yunqian/verify'

/** What the page asks its worker: bytes in, report out; nothing else crosses. */
export interface Question {
  readonly bytes: Uint8Array
  readonly fileName: string
  readonly detachedContent?: Uint8Array
  /** PEM or DER of what the person trusts. */
  readonly roots: readonly Uint8Array[]
  readonly intermediates: readonly Uint8Array[]
  readonly now: Date
}

export interface Answer {
  readonly report: Report
  readonly text: { readonly zh: string; readonly en: string }
  /** The report as an HTML page to print, Chinese and English. */
  readonly page: string
  /** The file as it was before the first signature, where there is one. */
  readonly original?: Uint8Array
  /** The document to look at, where there is one. */
  readonly shown?: ShownDocument
}

/** What the page shows when no report could be made at all. */
export const checkFailed = {
  code: 'verifier.not-finished',
  zh: '核对没有完成。请确认选中的是文件而不是文件夹，再试一次；仍不行时换一个浏览器，或改用命令行工具。',
  en: 'The check did not finish. Make sure this is a file, not a folder, and try again; failing that, use another browser or the command-line tool.',
} as const

/** What the page shows for a file that no browser would hold in memory together with its pages. */
export const fileTooLarge = {
  code: 'verifier.file-too-large',
  zh: '文件超过 512 MB，浏览器里无法核对。请改用命令行工具。',
  en: 'The file is larger than 512 MB, too large for a browser. Use the command-line tool.',
} as const

export const mostBytes = 512 * 1024 * 1024
