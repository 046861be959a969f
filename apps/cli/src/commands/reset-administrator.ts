import { parseArgs } from 'node:util'
import { openLog, readConfig, resetAdministrator } from '@yunqian/server'
import { refuse } from './refusal.ts'

const usage = `用法 usage: yunqian reset-administrator [--login LOGIN] [--data FOLDER]
  管理员丢失密码和通行密钥时，在服务器上生成一次性链接（24 小时内有效）；其全部登录立即失效，并写入存证日志。
  For an administrator who lost password and passkeys: prints a one-time link (24 hours). Every session of theirs ends at
  once, and the evidence log tells of it. --login may be left out when there is only one administrator.
`

/** `yunqian reset-administrator`: the way back in that needs the server itself. */
export async function run(args: readonly string[]): Promise<number> {
  let values
  try {
    const options = { login: { type: 'string' }, data: { type: 'string' } } as const
    ;({ values } = parseArgs({ args: [...args], options }))
  } catch {
    process.stderr.write(usage)
    return 64
  }
  try {
    const config = readConfig(process.env, values.data ? { dataFolder: values.data } : {})
    const { login, link } = await resetAdministrator(config, openLog('warn'), values.login)
    const heading = `${login} 的一次性链接（24 小时内有效，只显示这一次）  One-time link for ${login} (24 hours, shown once):`
    process.stdout.write(`${heading}\n  ${link}\n`)
    return 0
  } catch (error) {
    return refuse(error)
  }
}
