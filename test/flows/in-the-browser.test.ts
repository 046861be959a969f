import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserIsHere, type Browsers, openBrowsers } from './browsers.ts'
import { ClerkPage, plugInAuthenticator } from './clerk-page.ts'
import { applyOnPhone, enterPin, makeKeyOnPhone } from './phone-page.ts'
import { type RunningPlatform, startPlatform } from './running-platform.ts'

// Invented numbers with fitting check digits; the birthdays are in the nineteenth century.
const doctor = { name: '陈雨晴', idNumber: '440304188801010016', mobile: '13800138000' }
const colleague = { name: '李一鸣', idNumber: '44030418880102002X', mobile: '13800138001' }
const centre = '莲花'
const secondCentre = '滨河社区健康服务中心'
const pin = '135790'

describe.skipIf(!browserIsHere)(
  'clerk, phone, clinic and stranger, each in a browser of their own',
  () => {
    let platform: RunningPlatform
    let browsers: Browsers
    let clerk: ClerkPage
    let phone: Page
    let clinic: Page
    let signed: Uint8Array
    const look = (page: Page, name: string): Promise<void> => browsers.look(page, name)

    beforeAll(async () => {
      platform = await startPlatform()
      browsers = await openBrowsers()
      clerk = new ClerkPage(await browsers.open(1440, 900), platform.url)
      await plugInAuthenticator(clerk.page)
      phone = await browsers.open(390, 844)
      clinic = await browsers.open(1440, 900)
    })

    afterAll(async () => {
      await browsers?.close()
      expect(await platform?.stop()).toBe(0)
    })

    it('the first administrator enters by the one-time link and comes back by passkey', async () => {
      await clerk.acceptInvitation(platform.invitation, 'zhoumin', '周敏')
      await look(clerk.page, 'console-empty')
      await clerk.page.click('button:text-is("添加通行密钥")')
      await clerk.page.waitForSelector('text=通行密钥已添加')
      await clerk.page.click('button:text-is("退出")')
      await clerk.page.click('button:text-is("使用通行密钥登录")')
      await clerk.heading('工作台')
      await clerk.page.goto(`${platform.url}/console/#/invitation/${platform.invitation}`)
      await clerk.page.waitForSelector('[role=alert] .code:has-text("accounts.invitation-unknown")')
      await clerk.page.goto(`${platform.url}/console/`)
      await clerk.heading('工作台')
    })

    it('adds a centre and registers doctors; the doctor applies, is approved and gets the certificate', async () => {
      await clerk.addCentre(secondCentre, 'BH02')
      await look(clerk.page, 'console-centre')
      await clerk.closePanel()
      await clerk.register(colleague, secondCentre)
      await clerk.register(doctor, centre)
      await look(clerk.page, 'console-people')
      const applicant = { ...doctor, centreCode: await codeOf(centre) }
      await applyOnPhone(phone, platform.url, applicant, () => clerk.newestCode(), look)
      await clerk.approve(doctor.name)
      await makeKeyOnPhone(phone, pin, look)
    })

    async function codeOf(name: string): Promise<string> {
      await clerk.visit('机构')
      return clerk.page.locator(`tr:has-text("${name}") .mono`).innerText()
    }

    it('logs in to the clinic by QR: same number on both, a wrong PIN counted, the right one enough', async () => {
      await clinic.goto(platform.clinicUrl)
      const shown = await clinic.textContent('[data-test=match-code]')
      await look(clinic, 'clinic-login')
      await phone.goto((await clinic.getAttribute('[data-test=login-state]', 'data-qr'))!)
      expect(await phone.textContent('[data-test=match-code]')).toBe(shown)
      await look(phone, 'phone-login')
      await phone.click('[data-test=sign]')
      await enterPin(phone, '975310')
      await phone.waitForSelector('text=还可以试 4 次')
      await look(phone, 'phone-wrong-pin')
      await enterPin(phone, pin)
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
      await enterPin(phone, pin)
      await phone.waitForSelector('text=已签名')
      await look(phone, 'phone-signed')
      await clinic.click('[data-test=verify]')
      expect(await clinic.textContent('[data-test=verdict]')).toContain('有效')
      await look(clinic, 'clinic-signed')
      const [download] = await Promise.all([
        clinic.waitForEvent('download'),
        clinic.click('a[href$="document.pdf"]'),
      ])
      signed = new Uint8Array(readFileSync(await download.path()))
      expect(signed.length).toBeGreaterThan(20_000)
    })

    it('a stranger’s browser finds it valid, and one flipped byte invalid', async () => {
      const stranger = await browsers.open(1440, 900)
      await stranger.goto(`${platform.url}/verify/`)
      await look(stranger, 'verifier-start')
      const verdictOf = async (buffer: Uint8Array, name: string) => {
        const file = {
          name: `${name}.pdf`,
          mimeType: 'application/pdf',
          buffer: Buffer.from(buffer),
        }
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

    it('the clerk looks at the document: verified on the spot, the same bytes, its evidence and history', async () => {
      await clerk.visit('签名与存证')
      await clerk.openRow('门诊病历')
      const verdict = clerk.page.locator('dialog.panel [data-test=verdict]')
      expect(await verdict.getAttribute('data-verdict')).toBe('valid')
      await clerk.page.waitForSelector('dialog.panel .history >> text=文件签署完成')
      await look(clerk.page, 'console-document')
      const bytes = await clerk.download('下载已签 PDF')
      expect(Buffer.from(bytes).equals(Buffer.from(signed))).toBe(true)
      expect(
        Buffer.from(await clerk.download('下载证据包'))
          .subarray(0, 2)
          .toString(),
      ).toBe('PK')
      await clerk.page.click(`dialog.panel a:text-is("${doctor.name}")`)
      await clerk.heading('人员与证书')
    })

    it('suspends, resumes and revokes; what was signed before stays valid', async () => {
      await clerk.changeCertificate('挂失', '本人报告手机丢失', '已挂失')
      await clerk.visit('工作台')
      await clerk.page.click('a:has-text("1 张证书已挂失")')
      await clerk.openRow(doctor.name)
      await clerk.changeCertificate('核验后恢复', '当面核验本人，手机已找回', '有效')
      await clerk.changeCertificate('撤销', '已调离本社康', '已撤销')
      for (const event of ['挂失证书', '恢复证书', '撤销证书'])
        await clerk.page.waitForSelector(`dialog.panel .history >> text=${event}`)
      await look(clerk.page, 'console-revoked')
      await clerk.closePanel()
      await clerk.visit('签名与存证')
      await clerk.openRow('门诊病历')
      const verdict = clerk.page.locator('dialog.panel [data-test=verdict]')
      expect(await verdict.getAttribute('data-verdict')).toBe('valid')
      await clerk.closePanel()
    })

    it('a clerk of one centre, invited, sees that centre alone', async () => {
      const token = await clerk.inviteClerk('何婷', secondCentre)
      const other = new ClerkPage(await browsers.open(1024, 768), platform.url)
      await other.acceptInvitation(token, 'heting')
      await other.visit('机构')
      await other.page.waitForSelector('tbody .link')
      expect(await other.rows()).toEqual([secondCentre])
      await other.visit('人员与证书')
      await other.page.waitForSelector('tbody .link')
      expect(await other.rows()).toEqual([colleague.name])
      await other.visit('签名与存证')
      await other.page.waitForSelector('text=没有找到文件')
      expect(await other.page.locator('nav').innerText()).not.toContain('审计')
      await look(other.page, 'console-other-clerk')
    })

    it('the audit shows the log, narrowed by an address that can be sent', async () => {
      await clerk.visit('审计')
      await clerk.page.waitForSelector('text=SM3 根')
      await clerk.page.click('button:text-is("开始核对")')
      await clerk.page.waitForSelector('[data-test=audit-result][data-tone=good]')
      await clerk.page.selectOption('main select', 'certificate.revoked')
      await clerk.page.waitForURL(/type=certificate\.revoked/)
      await clerk.page.reload()
      await clerk.page.waitForSelector('tbody .link:text-is("撤销证书")')
      await expect.poll(() => clerk.rows()).toEqual(['撤销证书'])
      await clerk.openRow('撤销证书')
      await clerk.page.waitForSelector(`dialog.panel >> text=${doctor.name}`)
      await look(clerk.page, 'console-audit')
      // By keyboard alone: Escape closes, the row has the focus again, Enter opens.
      await clerk.closePanel()
      expect(await clerk.page.locator(':focus').innerText()).toBe('撤销证书')
      await clerk.page.keyboard.press('Enter')
      await clerk.page.waitForSelector(`dialog.panel >> text=${doctor.name}`)
    })

    it('a session ended in another tab asks again over the page, which waits as it was', async () => {
      const { page } = clerk
      const tab = await page.context().newPage()
      await tab.goto(`${platform.url}/console/`)
      await tab.click('button:text-is("退出")')
      await tab.waitForSelector('text=登录云签管理台')
      await page.waitForSelector('dialog:modal >> text=登录已失效')
      await page.click('dialog:modal button:text-is("使用通行密钥登录")')
      await page.waitForSelector('dialog:modal', { state: 'detached' })
      await page.waitForSelector(`dialog.panel >> text=${doctor.name}`)
      await tab.waitForSelector('h1:text-is("工作台")')
      await page.context().setOffline(true)
      await page.waitForSelector('text=网络已断开')
      await page.context().setOffline(false)
      await page.waitForSelector('text=网络已断开', { state: 'detached' })
    })

    it('leaves no error and no breach of the security policy on any page', () => {
      expect(browsers.faults).toEqual([])
    })
  },
)
