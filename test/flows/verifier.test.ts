import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sm3, toHex } from '@yunqian/sm'
import { type DemoFiles, runDemo } from '../../apps/cli/src/demo/run-demo.ts'
import { bundledSignatureBox } from '../../apps/cli/src/demo/sample.ts'
import { append, contentsRef, dict, fromLatin, pageOf } from '../documents/attack.ts'
import { array, dictWith, name, string } from '../../packages/documents/src/values.ts'
import { startPlatform, type WholePlatform } from './platform.ts'

const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const there = existsSync(chromiumPath)
if (!there) console.warn(`SKIPPED: the verifier in a browser, because there is no ${chromiumPath}`)
const quiet = '--no-sandbox --disable-gpu --disable-quic --disable-background-networking'
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const cli = path('../../apps/cli/src/main.ts')
const offlinePage = path('../../apps/verifier/dist/yunqian-verify-offline.html')

describe.skipIf(!there)('the public verifier', () => {
  let platform: WholePlatform
  let browser: Browser
  let folder: string
  const faults: string[] = []
  const file = (name: string): string => join(folder, name)

  beforeAll(async () => {
    platform = await startPlatform()
    folder = mkdtempSync(join(tmpdir(), 'yunqian-verifier-'))
    for (const [name, content] of Object.entries(await signedFiles(platform)))
      writeFileSync(file(name), content)
    // No name resolves: what the page does not find at home it does not find at all.
    const args = [...quiet.split(' '), '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost']
    browser = await chromium.launch({ executablePath: chromiumPath, args })
  })

  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  async function open(address: string, context?: BrowserContext): Promise<Page> {
    const page = await (context ?? (await browser.newContext({ locale: 'zh-CN' }))).newPage()
    page.setDefaultTimeout(30_000)
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('dialog', (dialog) => faults.push(`a script asked: ${dialog.message()}`))
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) faults.push(message.text())
    })
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url())
      const home = protocol !== 'http:' || origin === new URL(platform.url).origin
      if (!home) faults.push(`a request to ${request.url()}`)
    })
    await page.goto(address)
    return page
  }

  async function verdictOf(page: Page, name: string): Promise<string | null> {
    const again = page.locator('.again')
    if (await again.isVisible()) await again.click()
    await page.setInputFiles('[data-test=file]', file(name))
    return page.getAttribute('[data-test=verdict]', 'data-verdict')
  }

  async function saved(page: Page, button: string): Promise<Uint8Array> {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click(`[data-test=${button}]`),
    ])
    return new Uint8Array(readFileSync(await download.path()))
  }

  describe('hosted', () => {
    let page: Page
    beforeAll(async () => void (page = await open(`${platform.url}/verify/`)))

    it('of a document that nobody changed says so, and shows what was signed beside the original on request', async () => {
      expect(await verdictOf(page, 'signed.pdf')).toBe('valid')
      expect(await page.textContent('[data-test=pages-unchanged]')).toContain('没有任何变化')
      await page.selectOption('[data-test=basis]', { label: '签署前的原件' })
      await page.waitForSelector('[data-test=pages-summary]:has-text("只是第 1 页多了签名外观")')
      await page.waitForSelector('.then canvas')
      expect(await page.locator('.frame.place').count()).toBe(2)
      expect(await page.locator('[data-test=frame]').count()).toBe(0)
    })

    it('hands out the original to the byte, the report as data, and the report to print', async () => {
      expect(await saved(page, 'save-original')).toEqual(
        new Uint8Array(readFileSync(file('original.pdf'))),
      )
      const report = JSON.parse(new TextDecoder().decode(await saved(page, 'save-json')))
      expect(report).toMatchObject({ v: 1, verdict: 'valid' })
      const printed = new TextDecoder().decode(await saved(page, 'save-page'))
      expect(printed).toContain('验签报告')
      expect(printed).toContain(report.file.sha256)
    })

    it('frames what was changed after signing, in words with the page', async () => {
      expect(await verdictOf(page, 'page-altered.pdf')).toBe('invalid')
      await page.waitForSelector('[data-test=pages-summary]:has-text("1 页的内容不同")')
      // One frame on either side.
      expect(await page.locator('[data-test=frame]').count()).toBe(2)
      const told = await page.textContent('[data-test=changes]')
      expect(told).toMatch(/页面上的文字或图像被改过。\s*第 1 页\s*不允许/)
    })

    it('does not compare with what its signature no longer proves', async () => {
      expect(await verdictOf(page, 'flipped.pdf')).toBe('invalid')
      expect(await page.textContent('[data-test=pages-unproven]')).toContain('不能对照')
      expect(await page.locator('[data-test=basis]').count()).toBe(0)
      expect(await page.locator('[data-test=save-original]').count()).toBe(0)
    })

    it('runs no script of a document and follows no address in it', async () => {
      expect(await verdictOf(page, 'scripted.pdf')).toBe('indeterminate')
      await page.waitForSelector('.page canvas')
    })

    it('keeps its verdict when a page cannot be drawn', async () => {
      await page.route('**/pdf.worker*', (route) => route.abort())
      await page.route('**/pdf-*.js', (route) => route.abort())
      await page.reload()
      expect(await verdictOf(page, 'signed.pdf')).toBe('valid')
      await page.waitForSelector('text=verifier.pages-not-shown')
      await page.unroute('**/pdf.worker*')
      await page.unroute('**/pdf-*.js')
    })

    it('offers the offline page with digests that are those of the file', async () => {
      await page.reload()
      await page.click('[data-test=offline] summary')
      const bytes = await saved(page, 'offline-page')
      expect(bytes).toEqual(new Uint8Array(readFileSync(offlinePage)))
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      expect(await page.textContent('[data-test=offline-sha256]')).toContain(sha256)
      expect(await page.textContent('[data-test=offline-sm3]')).toContain(toHex(sm3(bytes)))
      const sums = await fetch(`${platform.url}/verify/yunqian-verify-offline.html.sha256`)
      const printed = execFileSync(process.execPath, [cli, 'offline-page'], { encoding: 'utf8' })
      expect(printed).toBe(`SHA-256  ${sha256}\nSM3      ${toHex(sm3(bytes))}\n`)
      expect(await sums.text()).toBe(`${sha256}  yunqian-verify-offline.html\n`)
    })
  })

  describe('as one file on a disk, without a network', () => {
    let page: Page
    beforeAll(async () => {
      copyFileSync(offlinePage, file('verify.html'))
      const context = await browser.newContext({ locale: 'zh-CN' })
      await context.setOffline(true)
      page = await open(`file://${file('verify.html')}`, context)
      page.on('request', (request) => {
        if (!/^(file|blob|data):/.test(request.url())) faults.push(`asked for ${request.url()}`)
      })
    })

    it('trusts nothing by itself: without a root nothing is valid', async () => {
      expect(await page.textContent('main')).toContain('请先选择您信任的根证书')
      expect(await verdictOf(page, 'signed.pdf')).toBe('indeterminate')
      expect(await verdictOf(page, 'bundle.zip')).toBe('indeterminate')
    })

    it('with the reader’s root gives the verdicts of the command line', async () => {
      await page.setInputFiles('[data-test=root]', file('root.pem'))
      expect(await verdictOf(page, 'signed.pdf')).toBe('valid')
      expect(await verdictOf(page, 'flipped.pdf')).toBe('invalid')
      expect(await verdictOf(page, 'page-altered.pdf')).toBe('invalid')
      expect(await verdictOf(page, 'bundle.zip')).toBe('valid')
      expect(await verdictOf(page, 'login-record.p7s')).toBe('valid')
      expect(await verdictOf(page, 'signer.pem')).toBe('indeterminate')
    })

    it('asks a detached signature for its content, and judges both', async () => {
      expect(await verdictOf(page, 'signature.p7s')).toBe('indeterminate')
      await page.setInputFiles('[data-test=content]', file('original.pdf'))
      await page.waitForSelector('[data-verdict=valid]')
    })

    it('draws and compares the pages from what it encloses', async () => {
      expect(await verdictOf(page, 'page-altered.pdf')).toBe('invalid')
      await page.waitForSelector('[data-test=pages-summary]:has-text("1 页的内容不同")')
      await page.waitForSelector('.then canvas')
    })
  })

  it('nowhere breaks the security policy, runs a script of a document, or asks a stranger', () => {
    expect(faults).toEqual([])
  })
})

/** What a whole round leaves behind, and what may become of it. */
async function signedFiles(platform: WholePlatform): Promise<DemoFiles> {
  const record = new Uint8Array(readFileSync(path('../../apps/cli/assets/outpatient-record.pdf')))
  const files = await runDemo({
    baseUrl: platform.url,
    invitationLink: platform.server.invitation!.link,
    original: record,
    appearance: bundledSignatureBox,
    step: (_zh, _en, work) => work(),
  })
  const signed = files['signed.pdf'] as Uint8Array
  const flipped = signed.slice()
  flipped[flipped.length >> 2]! ^= 1
  const altered = append(signed, (increment, pdf) => {
    const at = increment.allocate()
    increment.put(at, { dict: dict({}), data: fromLatin('1 g 100 640 90 14 re f') })
    const page = pageOf(pdf)
    const contents = array([contentsRef(pdf), at])
    increment.put(page.ref, { value: dictWith(page.dict, { Contents: contents }) })
  })
  const scripted = append(record, (increment, pdf) => {
    const script = dict({ S: name('JavaScript'), JS: string(fromLatin('app.alert("ran")')) })
    const uri = dict({ S: name('URI'), URI: string(fromLatin('http://stranger.test/')) })
    const { catalog, catalogRef } = pdf.latest
    increment.put(catalogRef, {
      value: dictWith(catalog, { OpenAction: script, AA: dict({ WC: uri }) }),
    })
  })
  return { ...files, 'flipped.pdf': flipped, 'page-altered.pdf': altered, 'scripted.pdf': scripted }
}
