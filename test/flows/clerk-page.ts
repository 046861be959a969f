import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import type { Applicant } from './phone-page.ts'

/** Gives a page an authenticator with user verification, as a laptop's fingerprint reader would be. */
export async function plugInAuthenticator(page: Page): Promise<void> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('WebAuthn.enable')
  await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

/** A member of staff at the console, by what they see: names of buttons, fields and rows. */
export class ClerkPage {
  readonly page: Page
  readonly #url: string

  constructor(page: Page, url: string) {
    this.page = page
    this.#url = url
  }

  async acceptInvitation(token: string, login: string, name?: string): Promise<void> {
    const { page } = this
    const password = 'seven-quiet-lanterns-1'
    await page.goto(`${this.#url}/console/#/invitation/${token}`)
    await page.fill('[name=username]', login)
    if (name) await page.fill('[name=name]', name)
    await page.fill('[name=password]', password)
    await page.fill('[name=password-again]', password)
    await page.click('button:has-text("接受邀请并进入")')
    await this.heading('工作台')
  }

  /** By password, on the page that asks for it. */
  async signIn(login: string, password: string): Promise<void> {
    await this.page.fill('[name=username]', login)
    await this.page.fill('[name=password]', password)
    await this.page.click('button:text-is("登录")')
    await this.heading('工作台')
  }

  /** Goes to a page of the menu. */
  async visit(menu: string): Promise<void> {
    await this.page.click(`nav a:has-text("${menu}")`)
    await this.heading(menu)
  }

  async heading(text: string): Promise<void> {
    await this.page.waitForSelector(`h1:text-is("${text}")`)
  }

  async openRow(name: string): Promise<void> {
    await this.page.click(`tbody .link:has-text("${name}") >> nth=0`)
    await this.page.waitForSelector('dialog.panel')
  }

  async closePanel(): Promise<void> {
    await this.page.keyboard.press('Escape')
    await this.page.waitForSelector('dialog.panel', { state: 'detached' })
  }

  async addCentre(name: string, code: string): Promise<void> {
    await this.visit('机构')
    await this.page.click('button:text-is("新增机构")')
    await this.page.fill('dialog [name=name]', name)
    await this.page.fill('dialog [name=code]', code)
    await this.page.click('dialog button:text-is("新增机构")')
    await this.page.waitForSelector(`dialog.panel output:has-text("centre=${code}")`)
  }

  async register(person: Applicant, centre: string): Promise<void> {
    await this.visit('人员与证书')
    await this.page.click('button:text-is("登记医生")')
    await this.page.fill('dialog [name=name]', person.name)
    await this.page.fill('dialog [name=id-number]', person.idNumber)
    await this.page.fill('dialog [name=mobile]', person.mobile)
    const option = await this.page
      .locator(`dialog [name=centre] option:has-text("${centre}")`)
      .getAttribute('value')
    await this.page.selectOption('dialog [name=centre]', option)
    await this.page.click('dialog button:text-is("登记")')
    await this.page.waitForSelector(`tbody .link:text-is("${person.name}")`)
  }

  /** The newest one-time code in the trial outbox, which says that it is one. */
  async newestCode(): Promise<string> {
    await this.visit('短信')
    await this.page.waitForSelector('[data-test=trial]')
    const text = await this.page.textContent('tbody tr >> nth=0')
    return /(?<!\d)\d{6}(?!\d)/.exec(text ?? '')![0]
  }

  /** Approves on the work desk, which shows the application by itself. */
  async approve(name: string): Promise<void> {
    await this.visit('工作台')
    await this.page.click(`button[aria-label="核对并批准 ${name}"]`)
    await this.page.click(`dialog button:has-text("批准 ${name}")`)
    await this.page.waitForSelector(`tbody .link:text-is("${name}")`, { state: 'detached' })
  }

  /** Does something to the object of the open panel: its button, then the one that names the object. */
  async act(name: string, confirm: string, reason?: string): Promise<void> {
    await this.page.click(`dialog.panel .act button:text-is("${name}")`)
    if (reason) await this.page.fill('dialog:modal textarea', reason)
    await this.page.click(`dialog:modal button:text-is("${confirm}")`)
    await this.page.waitForSelector('dialog:modal', { state: 'detached' })
  }

  /** Suspends, resumes or revokes in the open panel of a person; waits for the state that follows. */
  async changeCertificate(act: string, reason: string, state: string): Promise<void> {
    await this.page.click(`dialog.panel .act button:text-is("${act}")`)
    await this.page.fill('dialog:modal textarea', reason)
    await this.page.click('dialog:modal .button.primary')
    await this.page.waitForSelector(`dialog.panel .card .tag:text-is("${state}")`)
  }

  async download(button: string): Promise<Uint8Array> {
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.page.click(`dialog.panel button:text-is("${button}")`),
    ])
    return readFileSync(await download.path())
  }

  /** Invites a clerk of one centre; the one-time link's token. */
  async inviteClerk(name: string, centre: string): Promise<string> {
    await this.visit('工作人员')
    await this.page.click('button:text-is("邀请工作人员")')
    await this.page.fill('dialog [name=name]', name)
    const option = await this.page
      .locator(`dialog [name=centre] option:has-text("${centre}")`)
      .getAttribute('value')
    await this.page.selectOption('dialog [name=centre]', option)
    await this.page.click('button:text-is("生成邀请链接")')
    const link = await this.page.textContent('dialog output')
    await this.page.click('button:text-is("我已保存链接")')
    return link!.split('/').at(-1)!.trim()
  }

  rows(): Promise<string[]> {
    return this.page.locator('tbody .link').allInnerTexts()
  }
}
