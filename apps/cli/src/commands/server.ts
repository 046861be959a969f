import { parseArgs } from 'node:util'
import { openLog, readConfig, serverRoles, startServer, type ServerRole } from '@yunqian/server'
import { endOnUnforeseen, refuse } from './refusal.ts'
import { untilTold } from './until-told.ts'

/** `yunqian server --role all | api | worker | ca`: one process, configured by file and environment, logging to stdout. */
export async function run(args: readonly string[]): Promise<number> {
  endOnUnforeseen()
  const role = readRole(args)
  if (!role) {
    process.stderr.write(`用法 usage: yunqian server --role ${serverRoles.join(' | ')}\n`)
    return 64
  }
  try {
    const config = readConfig(process.env)
    const log = openLog(config.logLevel)
    const server = await startServer({ config, log, role })
    log.info({ role, address: server.address }, 'ready')
    return await untilTold({ stop: server.stop, lost: server.databaseLost })
  } catch (error) {
    return refuse(error)
  }
}

function readRole(args: readonly string[]): ServerRole | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: { role: { type: 'string' } } })
    return serverRoles.find((role) => role === (values.role ?? 'all'))
  } catch {
    return undefined
  }
}
