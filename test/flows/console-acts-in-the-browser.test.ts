// What the console changes about people, centres and staff, each done once by hand in a browser.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserIsHere, type Browsers, openBrowsers } from './browsers.ts'
import { ClerkPage } from './clerk-page.ts'
import {
  asAdministrator,
  type Caller,
  callerWith,
  doctor,
  enrol,
  startPlatform,
  type WholePlatform,
} from './platform.ts'

const record = new URL('../../apps/cli/assets/outpatient-record.pdf', import.meta.url)
const renamed = '陈静宜'
const password = 'correct horse battery'
const clerkPassword = 'seven-quiet-lanterns-1'
const another = 'nine-loud-lanterns-22'
const yetAnother = 'eleven-red-lanterns-3'

describe.skipIf(!browserIsHere)('the acts of the console, by hand', () => {
  let platform: WholePlatform
  let clinic: Caller
  let browsers: Browsers
  let admin: ClerkPage
  let page: Page
  let other: ClerkPage
  let centreName: string
  let signingTaskId: string

  beforeAll(async () => {
    platform = await startPlatform()
    const administrator = await asAdministrator(platform)
    const { personId } = await enrol(platform, administrator)
    clinic = callerWith(platform.url, { authorization: `Bearer ${platform.server.clinicKey}` })
    const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
      title: '门诊病历',
      documentType: 'outpatient-record',
      mediaType: 'application/pdf',
      content: readFileSync(record).toString('base64'),
    })
    const asked = { documentId, form: 'pdf', signer: { personId } }
    ;({ signingTaskId } = await clinic<{ signingTaskId: string }>(
      'POST',
      '/v1/signing-tasks',
      asked,
    ))
    browsers = await openBrowsers()
    page = await browsers.open(1440, 900)
    admin = new ClerkPage(page, platform.url)
    await page.goto(`${platform.url}/console/`)
    await admin.signIn('admin', password)
    await admin.visit('机构')
    centreName = await page.locator('tbody .link').innerText()
  })

  afterAll(async () => {
    await browsers?.close()
    await platform?.stop()
  })

  it('closing a centre says how many tasks it cancels, cancels them, and the centre opens again', async () => {
    await admin.openRow(centreName)
    await page.waitForSelector('dialog.panel .act >> text=1 项进行中的任务立即取消')
    await admin.act('停用', `停用 ${centreName}`)
    await page.waitForSelector('dialog.panel .tag:text-is("已停用")')
    const task = await clinic<{ state: string }>('GET', `/v1/signing-tasks/${signingTaskId}`)
    expect(task.state).toBe('cancelled')
    await admin.act('恢复', `恢复 ${centreName}`)
    await page.waitForSelector('dialog.panel .act >> text=目前没有进行中的任务')
    await admin.closePanel()
  })

  it('another mobile leaves the certificate alone; another name says that it is revoked, and revokes it', async () => {
    await admin.visit('人员与证书')
    await admin.openRow(doctor.name)
    await page.click('dialog.panel .act button:text-is("更正")')
    expect(await page.isDisabled('dialog:modal .button.primary')).toBe(true)
    await page.fill('dialog:modal [name=mobile]', '1390013')
    await page.click('dialog:modal .button.primary')
    await page.waitForSelector('dialog:modal >> text=手机号应为 11 位')
    await page.fill('dialog:modal [name=mobile]', '139 0013 9000')
    await page.click(`dialog:modal button:text-is("更正 ${doctor.name} 的信息")`)
    await page.waitForSelector('dialog.panel >> text=139****9000')
    await page.waitForSelector('dialog.panel .card .tag:text-is("有效")')
    await page.click('dialog.panel .act button:text-is("更正")')
    await page.fill('dialog:modal [name=name]', renamed)
    await page.waitForSelector(`dialog:modal >> text=${doctor.name} 的证书立即撤销`)
    await browsers.look(page, 'console-change-person')
    await page.click(
      `dialog:modal button:text-is("改名为 ${renamed} 并撤销 ${doctor.name} 的证书")`,
    )
    await page.waitForSelector(`dialog.panel h2:text-is("${renamed}")`)
    await page.waitForSelector('dialog.panel .card .tag:text-is("已撤销")')
    await page.waitForSelector('dialog.panel .card >> text=登记姓名已变更')
    await page.waitForSelector(`tbody .link:text-is("${renamed}")`)
  })

  it('somebody leaves the only centre, for a reason, and works nowhere', async () => {
    await page.waitForSelector(`dialog.panel .act >> text=${renamed} 唯一任职的机构`)
    await browsers.look(page, 'console-person-acts')
    await admin.act('离开机构', `${renamed} 离开 ${centreName}`, '调往其他机构')
    await page.waitForSelector('dialog.panel >> text=目前不在任何机构任职')
    await page.waitForSelector('dialog.panel .history >> text=人员离开社康')
    await admin.closePanel()
  })

  it('an invitation of an administrator names no centre; a withdrawn one opens nothing', async () => {
    const withdrawn = await admin.inviteClerk('王强', centreName)
    await page.click('button:text-is("邀请工作人员")')
    await page.waitForSelector('dialog [name=centre]')
    await page.click('dialog [name=role][value=district-admin]')
    await page.waitForSelector('dialog [name=centre]', { state: 'detached' })
    await admin.closePanel()
    const token = await admin.inviteClerk('何婷', centreName)
    await browsers.look(page, 'console-staff')
    await page.click('button[aria-label="撤回 王强 的邀请"]')
    await page.click('dialog:modal button:text-is("撤回 王强 的邀请")')
    await page.waitForSelector('td:text-is("王强")', { state: 'detached' })
    other = new ClerkPage(await browsers.open(390, 844), platform.url)
    await other.page.goto(`${platform.url}/console/#/invitation/${withdrawn}`)
    await other.page.waitForSelector('[role=alert] .code:has-text("accounts.invitation-unknown")')
    await other.page.goto(`${platform.url}/console/`)
    await other.acceptInvitation(token, 'heting')
  })

  it('other roles hold at once', async () => {
    await admin.visit('工作台')
    await admin.visit('工作人员')
    await admin.openRow('何婷')
    await page.click('dialog.panel .act button:text-is("变更角色")')
    await page.click('dialog:modal button:text-is("再加一个角色")')
    expect(await page.inputValue('dialog:modal [name=role] >> nth=1')).toBe('auditor')
    await page.selectOption('dialog:modal [name=centre] >> nth=1', { label: '全区' })
    await browsers.look(page, 'console-change-roles')
    await page.click('dialog:modal button:text-is("变更 何婷 的角色")')
    await page.waitForSelector('dialog.panel dd:has-text("经办人"):has-text("审计员")')
    await other.page.reload()
    await other.page.click('button:text-is("菜单")')
    await other.page.waitForSelector('nav a:text-is("审计")')
  })

  it('the password changes for whoever knows the present one', async () => {
    const { page: hers } = other
    await hers.click('button:text-is("修改密码")')
    await hers.fill('dialog [name=current-password]', 'not this one')
    await hers.fill('dialog [name=password]', another)
    await hers.fill('dialog [name=password-again]', another)
    await hers.click('dialog button:text-is("修改 heting 的密码")')
    await hers.waitForSelector('dialog [role=alert] .code:has-text("accounts.sign-in-failed")')
    await hers.waitForSelector('dialog >> text=现在的密码不对')
    await browsers.look(hers, 'console-change-password')
    await hers.fill('dialog [name=current-password]', clerkPassword)
    await hers.click('dialog button:text-is("修改 heting 的密码")')
    await hers.waitForSelector('text=密码已修改')
    await hers.click('button:text-is("退出")')
    await other.signIn('heting', another)
  })

  it('whoever is disabled is out and stays out, until enabled', async () => {
    await admin.act('停用', '停用 何婷')
    await page.waitForSelector('dialog.panel .tag:text-is("已停用")')
    await admin.closePanel()
    await page.selectOption('main select', 'disabled')
    await page.waitForURL(/state=disabled/)
    await expect.poll(() => admin.rows()).toEqual(['何婷'])
    await admin.openRow('何婷')
    await other.page.reload()
    await other.page.fill('[name=username]', 'heting')
    await other.page.fill('[name=password]', another)
    await other.page.click('button:text-is("登录")')
    await other.page.waitForSelector('[role=alert] .code:has-text("accounts.sign-in-failed")')
    await admin.act('恢复', '恢复 何婷')
    await page.waitForSelector('dialog.panel .tag:text-is("在用")')
    await other.signIn('heting', another)
    await admin.closePanel()
    await page.waitForSelector('text=没有找到工作人员')
    await page.selectOption('main select', '')
  })

  it('whoever lost the password gets a link that opens once, and chooses another', async () => {
    await admin.openRow('何婷')
    await page.click('dialog.panel .act button:text-is("重设密码")')
    await page.click('dialog:modal button:text-is("生成 何婷 的重设链接")')
    await page.waitForSelector('dialog.once')
    await browsers.look(page, 'console-reset-link')
    const link = await page.locator('dialog.once').innerText()
    const [, token] = /reset\/(\S+)/.exec(link) ?? []
    await page.click('dialog.once button:text-is("已交给本人")')
    await page.waitForSelector('dialog.panel .history >> text=生成重设链接')
    await page.waitForSelector('dialog.panel .history >> text=变更角色')
    await admin.closePanel()
    const { page: hers } = other
    await hers.goto(`${platform.url}/console/#/reset/${token}`)
    await hers.fill('[name=password]', yetAnother)
    await hers.fill('[name=password-again]', another)
    await hers.waitForSelector('text=两次')
    await browsers.look(hers, 'console-reset')
    await hers.fill('[name=password-again]', yetAnother)
    await hers.click('main .button.primary')
    await other.heading('工作台')
    await hers.goto(`${platform.url}/console/#/reset/${token}`)
    await hers.waitForSelector('[role=alert] .code')
  })

  it('the last administrator stays one, and is told why', async () => {
    await admin.openRow('周敏')
    await page.waitForSelector('dialog.panel .act >> text=这是您自己的账号')
    await page.click('dialog.panel .act button:text-is("停用")')
    await page.click('dialog:modal button:text-is("停用 周敏")')
    await page.waitForSelector('dialog:modal .code:has-text("accounts.last-administrator")')
    await page.click('dialog:modal button:text-is("取消")')
    await page.click('dialog.panel .act button:text-is("变更角色")')
    await page.selectOption('dialog:modal [name=role]', 'auditor')
    await page.waitForSelector('dialog:modal >> text=您不再是区级管理员')
    await page.click('dialog:modal .button.primary')
    await page.waitForSelector('dialog:modal .code:has-text("accounts.last-administrator")')
  })

  it('leaves no error and no breach of the security policy on any page', () => {
    expect(browsers.faults).toEqual([])
  })
})
