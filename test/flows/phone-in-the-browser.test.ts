// The phone's pages in a real browser, whose clock is an hour off, against a whole platform: every state has its
// screen, and what the page keeps gives nothing away.
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  asAdministrator,
  type Caller,
  callerWith,
  newestCode,
  startPlatform,
  type WholePlatform,
} from './platform.ts'

const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const there = existsSync(chromiumPath)
if (!there) console.warn(`SKIPPED: the phone in a browser, because there is no ${chromiumPath}`)

const doctor = { name: '陈雨晴', idNumber: '440304188801010016', mobile: '13800138000' }
const pin = '135790'
const quiet = '--no-sandbox --disable-gpu --disable-quic --disable-background-networking'

describe.skipIf(!there)('the phone in a browser', () => {
  let platform: WholePlatform
  let administrator: Caller
  let clinic: Caller
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let personId: string
  let centreCode: string
  const faults: string[] = []
  /** Bodies of the key exchange as they crossed the line. */
  const exchanged: Record<string, string>[] = []

  async function open(of = context): Promise<Page> {
    const opened = await of.newPage()
    opened.setDefaultTimeout(20_000)
    opened.on('pageerror', (error) => faults.push(error.message))
    opened.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) faults.push(message.text())
    })
    return opened
  }

  beforeAll(async () => {
    platform = await startPlatform()
    administrator = await asAdministrator(platform)
    clinic = callerWith(platform.url, { authorization: `Bearer ${platform.server.clinicKey}` })
    const { centres } = await administrator<{ centres: { centreId: string; code: string }[] }>(
      'GET',
      '/console/api/centres',
    )
    centreCode = centres[0]!.code
    const person = { ...doctor, centreId: centres[0]!.centreId, role: 'doctor' }
    personId = (await administrator<{ personId: string }>('POST', '/console/api/people', person))
      .personId
    browser = await chromium.launch({ executablePath: chromiumPath, args: quiet.split(' ') })
    context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
    await context.addInitScript(() => {
      const now = Date.now.bind(Date)
      const RealDate = Date
      Date.now = () => now() + 3_600_000
      globalThis.Date = new Proxy(RealDate, {
        construct: (target, given) =>
          Reflect.construct(target, given.length === 0 ? [now() + 3_600_000] : given) as object,
      })
    })
    page = await open()
    page.on('response', async (response) => {
      if (/\/key(\/share)?$|signing-sessions/.test(response.url())) {
        exchanged.push((response.request().postDataJSON() ?? {}) as Record<string, string>)
        exchanged.push((await response.json().catch(() => ({}))) as Record<string, string>)
      }
    })
  })
  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  async function enter(digits: string, on = page): Promise<void> {
    for (const digit of digits) await on.click(`.key:text-is("${digit}")`)
    await on.click('[data-test=pin-confirm]')
  }

  const text = (on = page) => on.innerText('#app')

  /** Fits a small phone, one on its side and one with large type: nothing wider than the screen, nothing too small to touch. */
  async function expectToFit(): Promise<void> {
    for (const [width, height, type] of [
      [320, 568, 'normal'],
      [844, 390, 'normal'],
      [390, 844, 'large'],
    ] as const) {
      await page.setViewportSize({ width, height })
      const found = await page.evaluate((size) => {
        document.documentElement.dataset['type'] = size
        const small = [...document.querySelectorAll('a, button, input, textarea')]
          .filter((element) => !element.matches('[type=radio], [type=checkbox]'))
          .map((element) => ({ element, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
          .map(({ element }) => element.outerHTML.slice(0, 80))
        return { wide: document.documentElement.scrollWidth - innerWidth, small }
      }, type)
      expect({ at: `${width}×${height} ${type}`, ...found }).toEqual({
        at: `${width}×${height} ${type}`,
        wide: 0,
        small: [],
      })
    }
    await page.evaluate(() => (document.documentElement.dataset['type'] = 'normal'))
    await page.setViewportSize({ width: 390, height: 844 })
  }

  async function newTask(content: string | Buffer, documentType = 'other') {
    const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
      title: '一份文档',
      documentType,
      mediaType: 'application/octet-stream',
      content: Buffer.from(content).toString('base64'),
    })
    const task = { documentId, form: 'cms', signer: { personId } }
    return (await clinic<{ signingTaskId: string }>('POST', '/v1/signing-tasks', task))
      .signingTaskId
  }

  const openTask = async (taskId: string) => {
    await page.goto(`${platform.url}/m/#/task/${taskId}`)
    await page.waitForSelector('[data-test=sign]')
  }

  it('takes the first run step by step, refuses in words, and goes on after a reload and a restart', async () => {
    await page.goto(`${platform.url}/m/#/scan/YQ1:L:${'A'.repeat(22)}`)
    await page.waitForSelector('text=请先完成下面的申请')
    await page.fill('[name=id-number]', '440304188801010017')
    await page.click('[type=submit]')
    expect(await text()).toContain('校验位')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('centre')
    await page.fill('[name=centre]', 'nowhere')
    await page.fill('[name=name]', doctor.name)
    await page.fill('[name=id-number]', '440304 18880101 0016')
    await page.fill('[name=mobile]', '１３８ 0013 8000')
    await page.click('[type=submit]')
    await page.waitForSelector('text=enrollment.centre-unknown')
    await expectToFit()
    await page.fill('[name=centre]', ` ${centreCode.toLowerCase()}`)
    await page.click('[type=submit]')
    await page.fill('[name=code]', '000000')
    await page.click('[type=submit]')
    await page.waitForSelector('text=还可以试 4 次')
    await page.reload()
    await page.fill('[name=code]', await newestCode(administrator))
    await page.click('[type=submit]')
    await page.waitForSelector('[data-test=waiting]')
    platform = await platform.restart()
    await page.reload()
    await page.waitForSelector('[data-test=waiting]')
    await expectToFit()
  })

  it('makes the key under a PIN that is not easily guessed, entered twice', async () => {
    const { enrollments } = await administrator<{ enrollments: { enrollmentId: string }[] }>(
      'GET',
      '/console/api/enrollments?state=proofed',
    )
    await administrator(
      'POST',
      `/console/api/enrollments/${enrollments[0]!.enrollmentId}/approve`,
      {},
    )
    await page.waitForSelector('.keys')
    const keysAt = () => page.locator('.keys').boundingBox()
    const before = await keysAt()
    for (const weak of ['123456', '000000', '880101']) {
      await enter(weak)
      await page.waitForSelector('text=phone.pin-weak')
      expect(await keysAt()).toEqual(before)
    }
    await enter(pin)
    await enter('864209')
    await page.waitForSelector('text=两次输入不一致')
    expect(await keysAt()).toEqual(before)
    await expectToFit()
    await enter(pin)
    await enter(pin)
    await page.waitForSelector('canvas')
    const pad = (await page.locator('canvas').boundingBox())!
    await page.mouse.click(pad.x + 30, pad.y + 30)
    await page.click('[data-test=keep-handwriting]')
    await page.waitForSelector('text=写得太少')
    await page.mouse.move(pad.x + 40, pad.y + 60)
    await page.mouse.down()
    await page.mouse.move(pad.x + 260, pad.y + 150, { steps: 8 })
    await page.mouse.up()
    // Turning the phone keeps what was written.
    await expectToFit()
    await page.click('[data-test=keep-handwriting]')
    await page.waitForSelector('.scan')
    await expectToFit()
  })

  it('keeps nothing by which a PIN could be tested, and no digit of it anywhere', async () => {
    const kept = await page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open('yunqian-phone')
        request.addEventListener('success', () => resolve(request.result))
      })
      const all = (store: string) =>
        new Promise<unknown[]>((resolve) => {
          const request = database.transaction(store).objectStore(store).getAll()
          request.addEventListener('success', () => resolve(request.result as unknown[]))
        })
      const values = (await all('values')).map((value) =>
        new TextDecoder().decode(value as Uint8Array),
      )
      const keys = (await all('keys')).flatMap((key) =>
        'privateKey' in (key as object) ? [(key as CryptoKeyPair).privateKey] : [key as CryptoKey],
      )
      const databases = (await indexedDB.databases()).map(({ name }) => name)
      database.close()
      return {
        values,
        databases,
        extractable: keys.map((key) => key.extractable),
        elsewhere: JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
        page: document.documentElement.outerHTML,
      }
    })
    expect(kept.databases).toEqual(['yunqian-phone'])
    expect(kept.extractable).toEqual([false, false])
    const records = kept.values.map((value) => JSON.parse(value) as Record<string, string>)
    const key = records.find((record) => 'wrappedShare' in record)!
    expect(Object.keys(key).sort()).toEqual([
      'csrTaskId',
      'keyId',
      'oprfPublicKey',
      'publicKey',
      'v',
      'wrapSalt',
      'wrappedShare',
    ])
    // P1 and P2 head their messages; each alone beside the wrapped share would test PINs offline.
    const secrets = exchanged.flatMap((body) =>
      ['share', 'opening', 'message', 'answer', 'blinded', 'evaluation', 'commitment']
        .filter((name) => typeof body[name] === 'string')
        .map((name) => Buffer.from(body[name]!, 'base64')),
    )
    expect(secrets.length).toBeGreaterThan(8)
    const decoded = Buffer.concat(
      Object.values(key).flatMap((value) =>
        typeof value === 'string' ? [Buffer.from(value, 'base64')] : [],
      ),
    )
    const everywhere = `${kept.values.join()}${kept.elsewhere}${kept.page}`
    for (const secret of secrets) {
      for (const form of ['base64', 'base64url', 'hex'] as const)
        expect(everywhere).not.toContain(secret.toString(form))
      for (let at = 0; at + 32 <= secret.length; at += 1)
        expect(decoded.includes(secret.subarray(at, at + 32))).toBe(false)
    }
    for (const word of [pin, doctor.idNumber, doctor.mobile]) expect(everywhere).not.toContain(word)
  })

  it('keeps foreign codes to itself and sends nobody to a dead end', async () => {
    await page.click('.scan')
    await page.fill('[name=qr]', 'https://pay.example/?to=me')
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.click('[type=submit]')
    await page.waitForSelector('text=phone.qr-foreign')
    expect(asked.filter((url) => url.includes('/scans'))).toEqual([])
    await expectToFit()
    await page.goto(`${platform.url}/m/#/scan/YQ1:L:${'A'.repeat(22)}`)
    await page.waitForSelector('text=login.qr-unknown')
    await page.click('text=重新扫码')
    await page.waitForSelector('text=没有可用的相机')
  })

  it('shows text as it is, deceptive characters by number, and asks twice for what it cannot show', async () => {
    await openTask(await newTask('应付 \u202e001\u202c 元 <b>x</b>'))
    const shown = await page.innerText('[data-test=text-content]')
    expect(shown).toContain('U+202E')
    expect(shown).toContain('<b>x</b>')
    await openTask(await newTask(Buffer.from([0xff, 0xd8, 0, 1])))
    await page.waitForSelector('[data-test=unshowable]')
    expect(await page.isDisabled('[data-test=sign]')).toBe(true)
    await expectToFit()
    await page.check('[data-test=seen-elsewhere]')
    expect(await page.isDisabled('[data-test=sign]')).toBe(false)
  })

  it('lets a consent be signed at its end and an order at once, with the digest one touch away', async () => {
    await openTask(await newTask('同意。\n'.repeat(200), 'consent'))
    expect(await page.isDisabled('[data-test=sign]')).toBe(true)
    await page.click('[data-test=digest]')
    expect(await page.innerText('dialog')).toMatch(/[0-9a-f]{64}/)
    await page.keyboard.press('Escape')
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
    await page.waitForSelector('[data-test=sign]:enabled')
    await openTask(await newTask('医嘱\n'.repeat(200), 'prescription'))
    expect(await page.isDisabled('[data-test=sign]')).toBe(false)
    await page.click('[data-test=refuse]')
    await expectToFit()
    await page.click('[data-test=send-refusal]')
    await page.waitForSelector('text=内容有误')
    // Back from what is over leads home, and not to the document that is no more.
    await page.click('text=回到首页')
    await page.waitForSelector('.scan')
    await page.goBack()
    expect(await page.locator('[data-test=sign]').count()).toBe(0)
  })

  it('signs although the last answer was lost, in two tabs that agree, and shows again what was signed', async () => {
    const second = await open()
    await second.goto(`${platform.url}/m/`)
    const taskId = await newTask('病历一')
    await second.waitForSelector(`a[href="#/task/${taskId}"]`)
    // A page in the background is drawn once a second.
    await page.bringToFront()
    await openTask(taskId)
    // The signature reaches the platform; none of the answers to it reaches the phone.
    await page.route('**/finish', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await page.click('[data-test=sign]')
    await enter(pin)
    await page.waitForSelector('text=phone.offline')
    await page.unroute('**/finish')
    await page.click('text=重新打开')
    await page.waitForSelector('text=已签名')
    await page.waitForSelector('[data-test=view-signed]')
    await second.waitForSelector(`a[href="#/task/${taskId}"]`, { state: 'detached' })
    await second.close()
    await page.click('[data-test=view-signed]')
    await page.waitForSelector('text=病历一')
  })

  it('says that it is offline and goes on by itself', async () => {
    await page.goto(`${platform.url}/m/#/`)
    await page.waitForSelector('.scan')
    await context.setOffline(true)
    await page.waitForSelector('text=正在自动重新连接')
    await context.setOffline(false)
    await newTask('恢复之后')
    await page.waitForSelector('a.task')
    expect(await text()).not.toContain('phone.offline')
  })

  it('says what a stopped key means after five wrong PINs, and what revoking does before it is done', async () => {
    await openTask(await newTask('最后一份'))
    await page.click('[data-test=sign]')
    for (const left of [4, 3, 2, 1]) {
      await enter('975310')
      await page.waitForSelector(`text=还可以试 ${left} 次`)
    }
    await expectToFit()
    await enter('975310')
    await page.waitForSelector('text=keys.pin-exhausted')
    await page.click('text=查看证书状态')
    await page.waitForSelector('text=PIN 连续输错，证书已停用')
    await page.click('[data-test=revoke]')
    expect(await page.innerText('dialog')).toContain('撤销不能恢复')
    expect(await page.isDisabled('[data-test=confirm]')).toBe(true)
    await page.fill('[name=reason]', '换手机')
    await page.click('[data-test=confirm]')
    await page.waitForSelector('text=已撤销，不能恢复')
    await expectToFit()
  })

  it('leads back to the beginning when the browser has lost its keys', async () => {
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          const request = indexedDB.open('yunqian-phone')
          request.addEventListener('success', () => {
            const work = request.result.transaction('keys', 'readwrite')
            work.objectStore('keys').clear()
            work.addEventListener('complete', () => resolve(request.result.close()))
          })
        }),
    )
    await page.goto(`${platform.url}/m/`)
    await page.reload()
    await page.waitForSelector('text=平台认不出这台手机')
    await expectToFit()
    await page.click('text=清除并重新申请')
    await page.click('dialog >> text=清除并重新申请')
    await page.waitForSelector('[name=id-number]')
  })

  it('names what a browser lacks', async () => {
    const poor = await browser.newContext({ locale: 'zh-CN' })
    await poor.addInitScript(() => Object.defineProperty(crypto, 'subtle', { value: undefined }))
    const old = await open(poor)
    await old.goto(`${platform.url}/m/`)
    await old.waitForSelector('text=缺少')
    await old.click('text=English')
    await old.waitForSelector('text=This browser lacks what is needed')
    await poor.close()
  })

  it('leaves no error, and nothing its security policy had to stop', () => {
    expect(faults).toEqual([])
  })
})
