import { parseArgs } from 'node:util'
import { initialisePlatform, openLog, readConfig } from '@yunqian/server'
import { refuse } from './refusal.ts'

const usage = `用法 usage: yunqian init [--data FOLDER] [--district NAME] [--centre-code CODE] [--centre NAME]
  创建根 CA、签发 CA、时间戳、OCSP 与日志密钥，以及第一个区、社康和管理员邀请；已有数据时拒绝执行。
  Creates the authority's keys, the first district and centre, and an invitation; refuses where there is something.
`

/** `yunqian init`: makes an empty data directory (or database) into a platform because it is told to. */
export async function run(args: readonly string[]): Promise<number> {
  let values
  try {
    ;({ values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        district: { type: 'string', default: '福田区' },
        'centre-code': { type: 'string', default: 'LH01' },
        centre: { type: 'string', default: '莲花社区健康服务中心' },
      },
    }))
  } catch {
    process.stderr.write(usage)
    return 64
  }
  try {
    const config = readConfig(process.env, values.data ? { dataFolder: values.data } : {})
    const centre = { code: values['centre-code'], name: values.centre }
    const { link } = await initialisePlatform({
      config,
      log: openLog('warn'),
      founding: { district: values.district, centre },
    })
    process.stdout.write(
      [
        `已创建 Created: ${config.dataFolder}`,
        `密钥目录，请离线备份 Keys, back them up offline: ${config.keysFolder}`,
        '首位管理员一次性链接（72 小时内有效）  One-time link for the first administrator (72 hours):',
        `  ${link}`,
        '',
      ].join('\n'),
    )
    return 0
  } catch (error) {
    return refuse(error)
  }
}
