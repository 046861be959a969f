import { readConfig } from '@yunqian/server'
import { refuse } from './refusal.ts'

/** `yunqian check-config`: the same validation as at start; prints every setting, passwords hidden. */
export async function run(args: readonly string[]): Promise<number> {
  if (args.length > 0) {
    process.stderr.write('用法 usage: yunqian check-config\n')
    return 64
  }
  try {
    for (const [setting, value] of Object.entries(readConfig(process.env))) {
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
      const shown = text.replace(/(:\/\/[^:/]+):[^@]*@/, '$1:…@')
      process.stdout.write(`${setting.padEnd(22)}${shown}\n`)
    }
    return 0
  } catch (error) {
    return refuse(error)
  }
}
