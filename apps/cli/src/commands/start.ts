import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  openLog,
  readConfig,
  startServer,
  usualFounding,
  type Config,
  type RunningServer,
} from '@yunqian/server'
import { endOnUnforeseen, refuse } from './refusal.ts'
import { untilTold } from './until-told.ts'

/** `yunqian start [--data FOLDER] [--port N] [--host H] [--no-clinic]` */
export async function run(args: readonly string[]): Promise<number> {
  endOnUnforeseen()
  const began = performance.now()
  try {
    const options = readOptions(args)
    if (!options) return 64
    const { config } = options
    const log = openLog(config.logLevel, join(config.dataFolder, 'log', 'yunqian.log'))
    const server = await startServer({
      config,
      log,
      role: 'all',
      founding: usualFounding,
      tell: say,
    })
    const clinic = options.clinic ? await startClinic(config, server.clinicKey) : undefined
    const stop = async (): Promise<void> => {
      await clinic?.stop()
      await server.stop()
    }
    introduce(config, server, clinic?.url, performance.now() - began)
    const code = await untilTold({ stop, lost: server.databaseLost })
    if (code !== 0)
      say('数据库进程意外结束，已停止。', 'The database process ended by itself; stopped.')
    return code
  } catch (error) {
    return refuse(error)
  }
}

function readOptions(args: readonly string[]): { config: Config; clinic: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        'public-url': { type: 'string' },
        'clinic-port': { type: 'string' },
        'no-clinic': { type: 'boolean', default: false },
      },
    })
    const config = readConfig(process.env, {
      ...(values.data ? { dataFolder: values.data } : {}),
      ...(values.port ? { port: Number(values.port) } : {}),
      ...(values.host ? { host: values.host } : {}),
      ...(values['public-url'] ? { publicUrl: values['public-url'] } : {}),
      ...(values['clinic-port'] ? { clinicPort: Number(values['clinic-port']) } : {}),
    })
    return { config, clinic: !values['no-clinic'] }
  } catch (error) {
    if ((error as { code?: string }).code === 'platform.config-invalid') throw error
    process.stderr.write(
      '用法 usage: yunqian start [--data FOLDER] [--port N] [--host ADDRESS] [--public-url URL] [--clinic-port N] [--no-clinic]\n',
    )
    return undefined
  }
}

async function startClinic(
  config: Config,
  applicationKey: string | undefined,
): Promise<{ url: string; stop(): Promise<void> } | undefined> {
  if (!applicationKey) return undefined
  const clinic = await import('@yunqian/clinic')
  return clinic.startClinic(
    clinic.clinicConfigFrom({
      CLINIC_PLATFORM_URL: `http://127.0.0.1:${config.port}`,
      CLINIC_VERIFIER_URL: `${config.publicUrl}/verify/`,
      CLINIC_APPLICATION_KEY: applicationKey,
      CLINIC_HOST: config.host,
      CLINIC_PORT: String(config.clinicPort),
      CLINIC_DATA: join(config.dataFolder, 'clinic'),
    }),
  )
}

function introduce(
  { publicUrl, dataFolder }: Config,
  { invitation }: RunningServer,
  clinicUrl: string | undefined,
  ms: number,
): void {
  const lines = [
    '',
    `云签已就绪，用时 ${(ms / 1000).toFixed(1)} 秒。 Yunqian is ready.`,
    '',
    `  手机端     Phone     ${publicUrl}/m/`,
    `  管理台     Console   ${publicUrl}/console/`,
    `  公开验签   Verify    ${publicUrl}/verify/`,
    ...(clinicUrl ? [`  门诊示例   Clinic    ${clinicUrl.replace('127.0.0.1', 'localhost')}`] : []),
    `  健康检查   Health    ${publicUrl}/healthz`,
    `  数据目录   Data      ${dataFolder}`,
    '',
  ]
  if (invitation)
    lines.push(
      '首位管理员一次性链接（72 小时内有效）  One-time link for the first administrator (72 hours):',
      `  ${invitation.link}`,
      '',
    )
  lines.push(
    '内置 CA 与密码模块未经认证，仅供试用与集成。 The built-in CA and module are not certified.',
    '按 Ctrl-C 停止。 Press Ctrl-C to stop.',
    '',
  )
  process.stdout.write(`${lines.join('\n')}\n`)
}

function say(zh: string, en: string): void {
  process.stdout.write(`yunqian: ${zh} ${en}\n`)
}
