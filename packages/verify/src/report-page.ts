import { REPORT_STYLE } from './report-style.ts'
import type {
  CertificateSummary,
  Check,
  Report,
  SignatureReport,
  TimestampReport,
} from './report.ts'
import type { Verdict } from './verdict.ts'

const verdictWords: Record<Verdict, { mark: string; zh: string; en: string }> = {
  valid: { mark: '✓', zh: '有效', en: 'Valid' },
  invalid: { mark: '✗', zh: '无效', en: 'Invalid' },
  indeterminate: { mark: '?', zh: '无法认定', en: 'Indeterminate' },
  unreadable: { mark: '!', zh: '无法读取', en: 'Unreadable' },
}

/**
 * The report as one HTML page to keep or print, Chinese with English beside. It loads nothing, runs nothing, and shows
 * every name of a stranger as text. Pure: the same report gives the same page.
 */
export function reportPage(report: Report, fileName: string): string {
  const title = `验签报告 Verification report · ${fileName}`
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<p class="kind">验签报告 <span lang="en">Verification report</span></p>
${verdictPart(report)}
${filePart(report, fileName)}
${report.signatures.map(signaturePart).join('\n')}
${report.timestamps.map(timestampPart).join('\n')}
${report.certificate ? section('证书', 'Certificate', facts(certificateRows(report.certificate))) : ''}
${bundlePart(report)}
${report.checks.length > 0 ? section('整份文件的核对', 'Checks of the whole file', checkTable(report.checks)) : ''}
${meansPart}
</main>
</body>
</html>
`
}

function verdictPart(report: Report): string {
  const { mark, zh, en } = verdictWords[report.verdict]
  return `<header class="${report.verdict}">
<h1>${mark} ${zh} <span lang="en">${en}</span></h1>
<p>${both(report.zh, report.en)}</p>
<p class="code">${text(report.reason)}</p>
</header>`
}

function filePart(report: Report, fileName: string): string {
  const { file, original } = report
  const rows: Row[] = [
    ['文件', 'File', fileName],
    ['大小', 'Size', `${file.bytes} bytes`],
    ['SM3', '', file.sm3, 'code'],
    ['SHA-256', '', file.sha256, 'code'],
    ['核验时点', 'As of', report.at],
    ['核对规则', 'Policy', report.policy],
  ]
  for (const anchor of report.trustAnchors)
    rows.push(
      ['信任根', 'Trust anchor', anchor.subject],
      ['信任根 SHA-256', '', anchor.certificateSha256, 'code'],
    )
  if (report.trustAnchors.length === 0) rows.push(['信任根', 'Trust anchor', '没有提供 none given'])
  if (original) {
    const state = original.equal
      ? '与现在显示的一致 equals what is shown now'
      : '与现在显示的不一致 differs from what is shown now'
    rows.push(
      ['签名前原件', 'Original', `${original.bytes} bytes · ${state}`],
      ['原件 SM3', '', original.sm3, 'code'],
      ['原件 SHA-256', '', original.sha256, 'code'],
    )
  }
  return section('文件', 'File', facts(rows))
}

function signaturePart(signature: SignatureReport): string {
  const stamp = signature.kind === 'doc-timestamp'
  const who = signature.signer?.name ?? '—'
  const rows: Row[] = []
  if (signature.signedAt) rows.push(['签署时间（已证明）', 'Signed at, proved', signature.signedAt])
  if (signature.declaredAt)
    rows.push(['自述时间（未证明）', 'Claimed, not proved', signature.declaredAt])
  if (signature.reason) rows.push(['签署事由', 'Reason', signature.reason])
  if (signature.signer) rows.push(...certificateRows(signature.signer))
  if (signature.path.length > 0) rows.push(['证书链', 'Chain', signature.path.join(' ← ')])
  if (signature.coverage) {
    const { revision, revisions, coveredBytes, fileBytes } = signature.coverage
    rows.push([
      '覆盖',
      'Covers',
      `第 ${revision}/${revisions} 版 revision ${revision} of ${revisions} · ${coveredBytes}/${fileBytes} bytes`,
    ])
  }
  const body = [
    facts(rows),
    signature.coverage ? changesPart(signature) : '',
    checkTable(signature.checks),
    ...signature.timestamps.map(timestampPart),
  ].join('\n')
  const n = signature.index + 1
  return stamp
    ? judged(`文档时间戳 ${n}：${who}`, `Document timestamp ${n}`, signature.verdict, body)
    : judged(`签名 ${n}：${who}`, `Signature ${n}`, signature.verdict, body)
}

function changesPart({ changesSince }: SignatureReport): string {
  if (changesSince.length === 0)
    return `<p>${both('签署之后没有变动', 'Nothing changed after signing')}</p>`
  const items = changesSince.map(({ allowed, pages, zh, en }) => {
    const where =
      pages.length > 0 ? ` · ${both(`第 ${pages.join('、')} 页`, `page ${pages.join(', ')}`)}` : ''
    const judgement = allowed ? both('允许', 'permitted') : both('不允许', 'forbidden')
    return `<li class="${allowed ? 'pass' : 'fail'}">${allowed ? '✓' : '✗'} ${both(zh, en)}${where} · ${judgement}</li>`
  })
  return `<h3>${both('签后变动', 'Changes since')}</h3><ul>${items.join('')}</ul>`
}

function timestampPart(stamp: TimestampReport): string {
  const rows: Row[] = []
  if (stamp.genTime) rows.push(['证明的时间', 'Time it proves', stamp.genTime])
  if (stamp.serialHex) rows.push(['序号', 'Number', stamp.serialHex, 'code'])
  if (stamp.authority) rows.push(...certificateRows(stamp.authority))
  return judged('时间戳', 'Timestamp', stamp.verdict, facts(rows) + checkTable(stamp.checks))
}

function bundlePart({ bundle }: Report): string {
  if (!bundle) return ''
  const rows: Row[] = [
    ['制作时间', 'Made', bundle.createdAt],
    ['文件数', 'Files', String(bundle.files)],
  ]
  if (bundle.sealedBy) rows.push(['出证签章', 'Sealed by', bundle.sealedBy.subject])
  if (bundle.log) {
    const { origin, size, time, events } = bundle.log
    rows.push(['存证日志', 'Log', `${origin} · ${size} · ${time}`])
    for (const event of events)
      rows.push([`事件 #${event.index}`, 'Event', `${event.at} ${event.type}`])
  }
  return section('证据包', 'Evidence bundle', facts(rows))
}

const meansPart = section(
  '怎样自己复核',
  'How to check this yourself',
  `<p>${both(
    '本报告由核对程序根据文件、信任根和核验时点算出，本身不是证据。任何人用同一文件、同一信任根和同一时点重算，得到同样的结论：',
    'This report was computed from the file, the trust anchor and the time named above; it is no evidence by itself. Whoever computes it again from the same three gets the same answer:',
  )}</p><p class="code">npx yunqian verify FILE --trust root.pem --at TIME</p>`,
)

type Row = readonly [zh: string, en: string, value: string, style?: 'code']

function certificateRows(certificate: CertificateSummary): Row[] {
  return [
    ['证书主体', 'Subject', certificate.subject],
    ['签发者', 'Issuer', certificate.issuer],
    ['证书序列号', 'Serial number', certificate.serialHex, 'code'],
    ['证书 SHA-256', '', certificate.certificateSha256, 'code'],
    ['有效期', 'Validity', `${certificate.notBefore} – ${certificate.notAfter}`],
  ]
}

function checkTable(checks: readonly Check[]): string {
  const marks = { pass: '✓', fail: '✗', warn: '!', 'not-checked': '?' } as const
  const rows = checks.map(
    ({ result, zh, en, code }) =>
      `<tr class="${result}"><td>${marks[result]}</td><td>${both(zh, en)}</td><td class="code">${text(code)}</td></tr>`,
  )
  return `<table><caption>${both('逐项核对', 'Every check')}</caption><tbody>${rows.join('')}</tbody></table>`
}

function facts(rows: readonly Row[]): string {
  const items = rows.map(
    ([zh, en, value, style]) =>
      `<dt>${both(zh, en)}</dt><dd${style ? ` class="${style}"` : ''}>${text(value)}</dd>`,
  )
  return `<dl>${items.join('')}</dl>`
}

function judged(zh: string, en: string, verdict: Verdict, body: string): string {
  const words = verdictWords[verdict]
  const verdictText = `<span class="verdict ${verdict}">${words.mark} ${both(words.zh, words.en)}</span>`
  return `<section><h2>${both(zh, en)} ${verdictText}</h2>${body}</section>`
}

function section(zh: string, en: string, body: string): string {
  return `<section><h2>${both(zh, en)}</h2>${body}</section>`
}

function both(zh: string, en: string): string {
  return en === '' ? text(zh) : `${text(zh)} <span lang="en">${text(en)}</span>`
}

// Names come from strangers' certificates: neither markup nor control or direction characters may act on the reader.
function text(value: string): string {
  return value
    .replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
