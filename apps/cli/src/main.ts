// `yunqian`: names a command and loads it only then, so that `verify` never loads what can sign or serve.
interface Command {
  /** Runs with the arguments after the command's name; the number is the exit code. */
  run(args: readonly string[]): Promise<number>
}

const commands: Record<string, { summary: string; load: () => Promise<Command> }> = {
  start: {
    summary:
      '启动试用平台：数据库、服务与门诊示例  the whole platform for a trial, nothing else needed',
    load: () => import('./commands/start.ts'),
  },
  init: {
    summary: '在空目录上创建密钥与平台  create keys and platform because it is told to',
    load: () => import('./commands/init.ts'),
  },
  server: {
    summary: '启动一个服务进程  one process of the service: --role all | api | worker | ca',
    load: () => import('./commands/server.ts'),
  },
  'ca-tls': {
    summary: 'CA 的内部 TLS 证书  internal TLS of the CA: renew, or a certificate for a peer',
    load: () => import('./commands/ca-tls.ts'),
  },
  clinic: {
    summary: '只启动门诊示例  the sample clinic alone, against a platform elsewhere',
    load: () => import('./commands/clinic.ts'),
  },
  migrate: {
    summary: '执行数据库迁移  bring the database schema up to this version',
    load: () => import('./commands/migrate.ts'),
  },
  'check-config': {
    summary: '检查配置  read the configuration and say what it means',
    load: () => import('./commands/check-config.ts'),
  },
  demo: {
    summary: '端到端演示：从领证到签名、存证、验签  the whole job once, results in a folder',
    load: () => import('./commands/demo.ts'),
  },
  'reset-administrator': {
    summary:
      '管理员丢失密码和通行密钥：生成一次性链接  an administrator lost every way in: a one-time link',
    load: () => import('./commands/reset-administrator.ts'),
  },
  audit: {
    summary: '审计：重新计算存证日志与签名  recompute the evidence log and every signature',
    load: () => import('./commands/audit.ts'),
  },
  verify: {
    summary: '验签：PDF、CMS、时间戳、证书、证据包  check anything signed, offline',
    load: () => import('./commands/verify.ts'),
  },
  'offline-page': {
    summary: '离线验签页及其摘要  the offline verification page and its digests: --out FILE',
    load: () => import('./commands/offline-page.ts'),
  },
}

const [name, ...args] = process.argv.slice(2)
const command = name === undefined ? undefined : commands[name]
if (command) process.exitCode = await (await command.load()).run(args)
else {
  const asked = name === 'help' || name === '--help'
  const lines = Object.entries(commands).map(
    ([key, { summary }]) => `  ${key.padEnd(21)}${summary}`,
  )
  const text = ['用法 usage: yunqian <command> …', '', ...lines, ''].join('\n')
  ;(asked ? process.stdout : process.stderr).write(`${text}\n`)
  process.exitCode = asked ? 0 : 64
}
