import { openLog, readConfig, readyDatabase } from '@yunqian/server'
import { refuse } from './refusal.ts'

/** `yunqian migrate`: applies what is missing and leaves; services started afterwards only look. */
export async function run(args: readonly string[]): Promise<number> {
  if (args.length > 0) {
    process.stderr.write('用法 usage: yunqian migrate\n')
    return 64
  }
  try {
    const config = readConfig(process.env)
    const database = await readyDatabase(config, openLog(config.logLevel))
    await database.stop()
    return 0
  } catch (error) {
    return refuse(error)
  }
}
