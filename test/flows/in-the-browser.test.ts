import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clerkOf } from './clerk.ts'
import { type RunningPlatform, startPlatform } from './running-platform.ts'

const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const there = existsSync(chromiumPath)
if (!there) console.warn(`SKIPPED: the pages in a browser, because there is no ${chromiumPath}`)

// An invented number with a fitting check digit; the birthday is in the nineteenth century.
const doctor = { name: '陈雨晴', idNumber: '440304188801010016', mobile: '13800138000' }
const pin = '135790'
const folder = process.env['YUNQIAN_SCREENSHOTS']
const quiet = '--no-sandbox --disable-gpu --disable-quic --disable-background-networking'

describe.skipIf(!there)('clerk, phone, clinic and stranger, each in a browser of their own', () => {
  let platform: RunningPlatform
  let browser: Browser
  let phone: Page
  let clinic: Page
  let clerk: Awaited<ReturnType<typeof clerkOf>>
  let signed: Uint8Array
  const faults: string[] = []

  async function open(width: number, height: number): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height }, locale: 'zh-CN' })
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) faults.push(message.text())
    })
    return page
  }

  async function look(page: Page, name: string): Promise<void> {
    if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
  }

  async function enterPin(digits: string): Promise<void> {
    for (const digit of digits) await phone.click(`.key:text-is("${digit}")`)
    await phone.click('[data-test=pin-confirm]')
  }

  beforeAll(async () => {
    platform = await startPlatform()
    browser = await chromium.launch({ executablePath: chromiumPath, args: quiet.split(' ') })
    clerk = await clerkOf(platform)
    phone = await open(390, 844)
    clinic = await open(1440, 900)
  })

  afterAll(async () => {
    await browser?.close()
    expect(await platform?.stop()).toBe(0)
  })

  it('the doctor applies, the clerk approves, the phone makes its key and gets the certificate', async () => {
    await clerk.register(doctor)
    await phone.goto(`${platform.url}/m/`)
    await look(phone, 'phone-1-identity')
    await phone.fill('[name=centre]', clerk.centreCode)
    await phone.fill('[name=name]', doctor.name)
    await phone.fill('[name=id-number]', doctor.idNumber)
    await phone.fill('[name=mobile]', doctor.mobile)
    await phone.click('[type=submit]')
    await phone.waitForSelector('[name=code]')
    await phone.fill('[name=code]', await clerk.newestCode())
    await phone.click('[type=submit]')
    await phone.waitForSelector('.pulse')
    await look(phone, 'phone-2-proof')
    expect(await clerk.approveWaiting()).toBe(1)
    await phone.waitForSelector('.keys')
    await look(phone, 'phone-3-pin')
    await enterPin(pin)
    await enterPin(pin)
    const pad = await phone.locator('canvas').boundingBox()
    await phone.mouse.move(pad!.x + 40, pad!.y + 60)
    await phone.mouse.down()
    await phone.mouse.move(pad!.x + 160, pad!.y + 150, { steps: 8 })
    await phone.mouse.move(pad!.x + 260, pad!.y + 50, { steps: 8 })
    await phone.mouse.up()
    await look(phone, 'phone-4-handwriting')
    await phone.click('.buttons .primary')
    await phone.waitForSelector('.scan')
    await look(phone, 'phone-home')
  })

  it('logs in to the clinic by QR: same number on both, a wrong PIN counted, the right one enough', async () => {
    await clinic.goto(platform.clinicUrl)
    const shown = await clinic.textContent('[data-test=match-code]')
    await look(clinic, 'clinic-login')
    await phone.goto((await clinic.getAttribute('[data-test=login-state]', 'data-qr'))!)
    expect(await phone.textContent('[data-test=match-code]')).toBe(shown)
    await look(phone, 'phone-login')
    await phone.click('[data-test=sign]')
    await enterPin('975310')
    await phone.waitForSelector('text=还可以试 4 次')
    await look(phone, 'phone-wrong-pin')
    await enterPin(pin)
    await phone.waitForSelector('text=已登录')
    await clinic.waitForSelector('.patient')
    await look(clinic, 'clinic-patients')
  })

  it('writes a record, signs it on the phone, and the clinic sees it valid', async () => {
    await clinic.click('.patient >> nth=0')
    await clinic.click('[data-test=usual-text]')
    await clinic.click('[data-test=save]')
    await clinic.click('[data-test=sign]:enabled')
    await clinic.waitForSelector('[data-test=sign-qr]')
    await look(clinic, 'clinic-waiting')
    await phone.goto(`${platform.url}/m/#/`)
    await phone.click('a.task')
    await phone.waitForSelector('.page canvas')
    await look(phone, 'phone-document')
    await phone.click('[data-test=sign]')
    await enterPin(pin)
    await phone.waitForSelector('text=已签名')
    await look(phone, 'phone-signed')
    await clinic.click('[data-test=verify]')
    expect(await clinic.textContent('[data-test=verdict]')).toContain('有效')
    await look(clinic, 'clinic-signed')
    const [download] = await Promise.all([
      clinic.waitForEvent('download'),
      clinic.click('a[href$="document.pdf"]'),
    ])
    signed = readFileSync(await download.path())
    expect(signed.length).toBeGreaterThan(20_000)
  })

  it('a stranger’s browser finds it valid, and one flipped byte invalid', async () => {
    const stranger = await open(1440, 900)
    await stranger.goto(`${platform.url}/verify/`)
    await look(stranger, 'verifier-start')
    const verdictOf = async (buffer: Uint8Array, name: string) => {
      const file = { name: `${name}.pdf`, mimeType: 'application/pdf', buffer: Buffer.from(buffer) }
      await stranger.setInputFiles('[data-test=file]', file)
      const verdict = await stranger.getAttribute('[data-test=verdict]', 'data-verdict')
      await look(stranger, `verifier-${name}`)
      await stranger.click('.again')
      return verdict
    }
    expect(await verdictOf(signed, 'valid')).toBe('valid')
    const flipped = signed.slice()
    flipped[flipped.length >> 2]! ^= 1
    expect(await verdictOf(flipped, 'altered')).toBe('invalid')
  })

  it('leaves no error and no breach of the security policy on any page', () => {
    if (folder) writeFileSync(join(folder, 'faults.json'), JSON.stringify(faults))
    expect(faults).toEqual([])
  })
})
