import type { Page } from 'playwright-core'
import type { Browsers } from './browsers.ts'

export interface Applicant {
  readonly name: string
  readonly idNumber: string
  readonly mobile: string
}

export async function enterPin(phone: Page, digits: string): Promise<void> {
  for (const digit of digits) await phone.click(`.key:text-is("${digit}")`)
  await phone.click('[data-test=pin-confirm]')
}

/** Applies for a certificate up to where the clerk decides; `code` is what the text message says. */
export async function applyOnPhone(
  phone: Page,
  url: string,
  { name, idNumber, mobile, centreCode }: Applicant & { readonly centreCode: string },
  code: () => Promise<string>,
  look: Browsers['look'],
): Promise<void> {
  await phone.goto(`${url}/m/?centre=${centreCode}`)
  await look(phone, 'phone-1-identity')
  await phone.fill('[name=centre]', centreCode)
  await phone.fill('[name=name]', name)
  await phone.fill('[name=id-number]', idNumber)
  await phone.fill('[name=mobile]', mobile)
  await phone.click('[type=submit]')
  await phone.waitForSelector('[name=code]')
  await phone.fill('[name=code]', await code())
  await phone.click('[type=submit]')
  await phone.waitForSelector('[data-test=waiting]')
  await look(phone, 'phone-2-proof')
}

/** Once approved: PIN, key, certificate and handwritten signature. */
export async function makeKeyOnPhone(
  phone: Page,
  pin: string,
  look: Browsers['look'],
): Promise<void> {
  await phone.waitForSelector('.keys')
  await look(phone, 'phone-3-pin')
  await enterPin(phone, pin)
  await enterPin(phone, pin)
  const pad = await phone.locator('canvas').boundingBox()
  await phone.mouse.move(pad!.x + 40, pad!.y + 60)
  await phone.mouse.down()
  await phone.mouse.move(pad!.x + 160, pad!.y + 150, { steps: 8 })
  await phone.mouse.move(pad!.x + 260, pad!.y + 50, { steps: 8 })
  await phone.mouse.up()
  await look(phone, 'phone-4-handwriting')
  await phone.click('[data-test=keep-handwriting]')
  await phone.waitForSelector('.scan')
  await look(phone, 'phone-home')
}
