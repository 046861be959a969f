import type { CheckId, CheckResult } from './checks.ts'
import type {
  CertificateSummary,
  ChangeReport,
  Check,
  Report,
  ReportKind,
  SignatureReport,
  TimestampReport,
} from './report.ts'
import type { Verdict } from './verdict.ts'

export type ReportLanguage = 'zh' | 'en'

const verdictWords: Record<Verdict, { mark: string; zh: string; en: string }> = {
  valid: { mark: '✓', zh: '有效', en: 'VALID' },
  invalid: { mark: '✗', zh: '无效', en: 'INVALID' },
  indeterminate: { mark: '?', zh: '无法认定', en: 'INDETERMINATE' },
  unreadable: { mark: '!', zh: '无法读取', en: 'UNREADABLE' },
}

const marks: Record<CheckResult, string> = { pass: '✓', fail: '✗', warn: '–', 'not-checked': '?' }

const kindWords: Record<ReportKind, string> = {
  pdf: 'PDF',
  cms: 'CMS 签名 CMS signature',
  timestamp: '时间戳 timestamp',
  certificate: '证书 certificate',
  bundle: '证据包 evidence bundle',
  unknown: '未知 unknown',
}

const checkWords: Record<CheckId, { zh: string; en: string }> = {
  container: { zh: '文件结构', en: 'Container' },
  seal: { zh: '清单签章', en: 'Seal' },
  integrity: { zh: '完整性', en: 'Integrity' },
  signature: { zh: '签名值', en: 'Signature' },
  'certificate-binding': { zh: '证书绑定', en: 'Binding' },
  algorithm: { zh: '算法', en: 'Algorithm' },
  chain: { zh: '证书链', en: 'Chain' },
  validity: { zh: '有效期', en: 'Validity' },
  'key-usage': { zh: '密钥用途', en: 'Key usage' },
  revocation: { zh: '撤销状态', en: 'Revocation' },
  timestamp: { zh: '时间戳', en: 'Timestamp' },
  coverage: { zh: '覆盖范围', en: 'Coverage' },
  'later-changes': { zh: '后续改动', en: 'Changes' },
  material: { zh: '验证材料', en: 'Material' },
  original: { zh: '原文', en: 'Original' },
  log: { zh: '存证日志', en: 'Log' },
  'login-record': { zh: '登录记录', en: 'Login' },
  consistency: { zh: '相互印证', en: 'Agreement' },
}

/**
 * The report as text for a terminal or a plain file: `zh` is Chinese first with English beside, `en` English
 * alone. Pure: the same report gives the same text.
 */
export function formatReport(report: Report, language: ReportLanguage, fileName = ''): string {
  const say = (zh: string, en: string) => (language === 'zh' ? `${zh}  ${en}` : en)
  const { mark, zh, en } = verdictWords[report.verdict]
  const lines = [
    '',
    `  ${mark} ${say(zh, en)}`,
    `    ${say(report.zh, report.en)}`,
    '',
    ...fileLines(report, fileName, say),
    ...report.checks.flatMap((check) => checkLines(check, language, 4)),
    ...report.timestamps.flatMap((stamp) => timestampLines(stamp, language, say)),
    ...report.signatures.flatMap((signature) => signatureLines(signature, language, say)),
    ...bundleLines(report, say),
    '',
  ]
  return lines.map(printable).join('\n')
}

// Names come from strangers' certificates: control and direction characters must not steer a terminal.
function printable(line: string): string {
  return line.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\ufffd')
}

type Say = (zh: string, en: string) => string

function fileLines(report: Report, fileName: string, say: Say): string[] {
  const lines = [
    field(
      say('文件', 'File'),
      [fileName, kindWords[report.kind], `${report.file.bytes} bytes`].filter(Boolean).join(' · '),
    ),
    field('SM3', report.file.sm3),
    field('SHA-256', report.file.sha256),
    field(say('核验时点', 'As of'), report.at),
  ]
  for (const anchor of report.trustAnchors)
    lines.push(
      field(
        say('信任根', 'Trust anchor'),
        `${anchor.subject}  ${anchor.certificateSha256.slice(0, 16)}…`,
      ),
    )
  if (report.certificate) lines.push(...certificateLines(report.certificate, say))
  if (report.original) {
    const { bytes, sm3, equal } = report.original
    const state = equal
      ? say('与现在显示的一致', 'equals what is shown')
      : say('与现在显示的不一致', 'differs from what is shown')
    lines.push(
      field(say('签名前原文', 'Original'), `${bytes} bytes · SM3 ${sm3.slice(0, 16)}… · ${state}`),
    )
  }
  return [...lines, '']
}

function signatureLines(signature: SignatureReport, language: ReportLanguage, say: Say): string[] {
  const { mark, zh, en } = verdictWords[signature.verdict]
  const title =
    signature.kind === 'signature'
      ? say('签名', 'Signature')
      : say('文档时间戳', 'Document timestamp')
  const lines = [
    '',
    `  ${mark} ${title} ${signature.index + 1}: ${signature.signer?.name ?? '—'} — ${say(zh, en)}`,
  ]
  if (signature.signer) lines.push(...certificateLines(signature.signer, say))
  if (signature.signedAt) lines.push(field(say('可信时间', 'Proven time'), signature.signedAt))
  if (signature.declaredAt) lines.push(field(say('自述时间', 'Claimed time'), signature.declaredAt))
  if (signature.reason) lines.push(field(say('签名原因', 'Reason'), signature.reason))
  if (signature.coverage) {
    const { revision, revisions, coveredBytes, fileBytes } = signature.coverage
    lines.push(
      field(
        say('覆盖', 'Covers'),
        `${say(`第 ${revision}/${revisions} 版`, `revision ${revision} of ${revisions}`)} · ${coveredBytes}/${fileBytes} bytes`,
      ),
    )
  }
  lines.push(...signature.checks.flatMap((check) => checkLines(check, language, 4)))
  for (const change of signature.changesSince) lines.push(changeLine(change, say))
  return lines
}

function timestampLines(stamp: TimestampReport, language: ReportLanguage, say: Say): string[] {
  const { mark, zh, en } = verdictWords[stamp.verdict]
  const lines = ['', `  ${mark} ${say('时间戳', 'Timestamp')} — ${say(zh, en)}`]
  if (stamp.genTime) lines.push(field(say('时间', 'Time'), stamp.genTime))
  if (stamp.authority) lines.push(...certificateLines(stamp.authority, say))
  return [...lines, ...stamp.checks.flatMap((check) => checkLines(check, language, 4))]
}

function bundleLines(report: Report, say: Say): string[] {
  if (!report.bundle) return []
  const { createdAt, files, sealedBy, log } = report.bundle
  const lines = [
    '',
    `  ${say('证据包', 'Bundle')}`,
    field(say('制作时间', 'Made'), createdAt),
    field(say('文件数', 'Files'), String(files)),
  ]
  if (sealedBy) lines.push(field(say('出证签章', 'Sealed by'), sealedBy.subject))
  if (log) {
    lines.push(field(say('日志', 'Log'), `${log.origin} · ${log.size} · ${log.time}`))
    for (const event of log.events) lines.push(`      #${event.index}  ${event.at}  ${event.type}`)
  }
  return lines
}

function certificateLines(certificate: CertificateSummary, say: Say): string[] {
  return [
    field(say('证书', 'Certificate'), `${certificate.subject} · ${certificate.serialHex}`),
    field(say('签发者', 'Issuer'), certificate.issuer),
  ]
}

function checkLines(check: Check, language: ReportLanguage, indent: number): string[] {
  const words = checkWords[check.id]
  const pad = ' '.repeat(indent)
  if (language === 'en')
    return [
      `${pad}${marks[check.result]} ${words.en.padEnd(12)} ${about(check)}${check.en}  [${check.code}]`,
    ]
  return [
    `${pad}${marks[check.result]} ${padWide(words.zh, 12)}${about(check)}${check.zh}  [${check.code}]`,
    `${pad}  ${words.en.padEnd(12)}${check.en}`,
  ]
}

// Several certificates of a path may be asked about; the line says which.
function about({ looked }: Check): string {
  const { certificate } = looked
  if (typeof certificate !== 'string') return ''
  const name = /(?:^|,)CN=((?:\\.|[^,])*)/.exec(certificate)?.[1]
  return `${name ?? certificate}: `
}

function changeLine(change: ChangeReport, say: Say): string {
  return `      ${change.allowed ? '✓' : '✗'} ${say(change.zh, change.en)}`
}

function field(name: string, value: string): string {
  return `    ${padWide(name, 24)}${value}`
}

// A Chinese character takes two columns of a terminal.
function padWide(text: string, width: number): string {
  let columns = 0
  for (const char of text) columns += (char.codePointAt(0) as number) > 0x2e7f ? 2 : 1
  return text + ' '.repeat(Math.max(1, width - columns))
}
