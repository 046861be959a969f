import { expect, it } from 'vitest'
import { after, makeAuthority } from '../../../test/authority/authority.ts'
import { signPdf } from '../../../test/authority/signing.ts'
import { samplePdf } from '../../../test/documents/samples.ts'
import { reportPage } from './report-page.ts'
import { verifyAny } from './verify-any.ts'

it('tells the whole report in two languages, and lets no name act as markup', async () => {
  const authority = await makeAuthority('ecdsa-with-sha256')
  const signed = await signPdf(authority, await samplePdf())
  const report = verifyAny(signed, { trustAnchors: [authority.root.certificate], now: after(11) })
  const [signature] = report.signatures
  const hostile = { ...signature!, reason: '<img src=x onerror=alert(1)>\u202e&"' }
  const page = reportPage({ ...report, signatures: [hostile] }, '"><script>alert(1)</script>.pdf')
  expect(page).not.toMatch(/<(script|img)/)
  expect(page).not.toContain('\u202e')
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;\ufffd&amp;&quot;')
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  for (const text of ['有效', 'Valid', '陈医生', report.file.sm3, report.file.sha256])
    expect(page).toContain(text)
  for (const { code, zh, en } of [...report.checks, ...signature!.checks])
    for (const text of [code, zh, en]) expect(page).toContain(text.replaceAll('"', '&quot;'))
  expect(reportPage(report, 'a.pdf')).toBe(reportPage(report, 'a.pdf'))
})
