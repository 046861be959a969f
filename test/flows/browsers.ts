import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
/** Whether there is a browser to test with; said aloud when not. */
export const browserIsHere = existsSync(chromiumPath)
if (!browserIsHere)
  console.warn(`SKIPPED: the pages in a browser, because there is no ${chromiumPath}`)

const folder = process.env['YUNQIAN_SCREENSHOTS']
const quiet = '--no-sandbox --disable-gpu --disable-quic --disable-background-networking'

export interface Browsers {
  /** A person of their own: cookies, storage and window apart from everybody else's. */
  open(width: number, height: number): Promise<Page>
  /** Errors of any page and breaches of its security policy. */
  readonly faults: readonly string[]
  /** Takes a picture when YUNQIAN_SCREENSHOTS names a folder. */
  look(page: Page, name: string): Promise<void>
  close(): Promise<void>
}

export async function openBrowsers(): Promise<Browsers> {
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath,
    args: quiet.split(' '),
  })
  const faults: string[] = []
  return {
    faults,
    open: async (width, height) => {
      const context = await browser.newContext({ viewport: { width, height }, locale: 'zh-CN' })
      context.on('page', (page) => watch(page, faults))
      const page = await context.newPage()
      page.setDefaultTimeout(20_000)
      return page
    },
    look: async (page, name) => {
      if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
    },
    close: async () => {
      if (folder) writeFileSync(join(folder, 'faults.json'), JSON.stringify(faults))
      await browser.close()
    },
  }
}

function watch(page: Page, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) faults.push(message.text())
  })
}
