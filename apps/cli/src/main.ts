// `yunqian`: names a command and loads it only then, so that `verify` never loads what can sign or serve.
interface Command {
  /** Runs with the arguments after the command's name; the number is the exit code. */
  run(args: readonly string[]): Promise<number>
}

const commands: Record<string, { summary: string; load: () => Promise<Command> }> = {
  verify: {
    summary: '验签：PDF、CMS、时间戳、证书、证据包  check anything signed, offline',
    load: () => import('./commands/verify.ts'),
  },
}

const [name, ...args] = process.argv.slice(2)
const command = name === undefined ? undefined : commands[name]
if (command) process.exitCode = await (await command.load()).run(args)
else {
  const asked = name === 'help' || name === '--help'
  const lines = Object.entries(commands).map(
    ([key, { summary }]) => `  ${key.padEnd(10)}${summary}`,
  )
  const text = ['用法 usage: yunqian <command> …', '', ...lines, ''].join('\n')
  ;(asked ? process.stdout : process.stderr).write(`${text}\n`)
  process.exitCode = asked ? 0 : 64
}
