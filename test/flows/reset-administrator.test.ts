// The only administrator has lost every way in: the command line on the server gives one, beside the running platform.
import { auditPlatform, readConfig, resetAdministrator, silentLog } from '@yunqian/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { asAdministrator, callerWith, startPlatform, type WholePlatform } from './platform.ts'

let platform: WholePlatform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.stop())

it('ends their sessions, lets them in once, and the log tells of it', async () => {
  const administrator = await asAdministrator(platform)
  const config = readConfig({}, { dataFolder: platform.folder })
  await expect(resetAdministrator(config, silentLog, 'nobody')).rejects.toMatchObject({
    code: 'platform.administrator-unknown',
  })
  await administrator('GET', '/console/api/session')
  const { login, link, expiresAt } = await resetAdministrator(config, silentLog, undefined)
  expect(expiresAt.getTime()).toBeGreaterThan(Date.now())
  await expect(administrator('GET', '/console/api/session')).rejects.toMatchObject({
    code: 'platform.unauthenticated',
  })
  const nobody = callerWith(platform.url, {})
  const path = `/console/api/resets/${link.split('/').at(-1)}`
  expect(await nobody('GET', path)).toMatchObject({ login })
  const password = 'another horse battery'
  expect(await nobody('POST', path, { password })).toMatchObject({ login })
  expect(await nobody('POST', '/console/api/session', { login, password })).toMatchObject({ login })
  await expect(nobody('POST', path, { password })).rejects.toMatchObject({
    code: 'accounts.reset-unknown',
  })
  expect((await auditPlatform(config, silentLog, [])).findings).toEqual([])
})
