import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { initialisePlatform, openLog, readConfig } from '@yunqian/server'
import { refuse } from './refusal.ts'

const usage = `用法 usage: yunqian init [--data FOLDER] [--district NAME] [--centre-code CODE] [--centre NAME] [--profile gm|intl]
  创建根 CA、签发 CA、时间戳、OCSP 与日志密钥，以及第一个区、社康和管理员邀请；已有数据时拒绝执行。
  --profile gm（默认）：SM2/SM3；intl：上述密钥用 P-256/SHA-256，用户证书仍为 SM2。CA 密钥单独放在 keys/ca，可移到 CA 主机。
  Creates the authority's keys, the first district and centre, and an invitation; refuses where there is something.
  --profile gm (default): SM2/SM3; intl: those keys are P-256/SHA-256, people's certificates stay SM2. The CA's keys lie
  in keys/ca alone and can be moved to the CA's host.
`

const profiles = ['gm', 'intl'] as const

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
        profile: { type: 'string', default: 'gm' },
      },
    }))
  } catch {
    process.stderr.write(usage)
    return 64
  }
  const profile = profiles.find((known) => known === values.profile)
  if (!profile) {
    process.stderr.write(usage)
    return 64
  }
  try {
    const config = readConfig(process.env, values.data ? { dataFolder: values.data } : {})
    const centre = { code: values['centre-code'], name: values.centre }
    const { link } = await initialisePlatform({
      config,
      log: openLog('warn'),
      founding: { district: values.district, centre, profile },
    })
    process.stdout.write(
      [
        `已创建 Created: ${config.dataFolder}`,
        `密钥目录，请离线备份 Keys, back them up offline: ${config.keysFolder}`,
        `CA 密钥（可移至 CA 主机） The CA's keys (may be moved to its own host): ${join(config.keysFolder, 'ca')}`,
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
