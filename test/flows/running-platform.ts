import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const door = fileURLToPath(new URL('../../bin/yunqian.mjs', import.meta.url))

export interface RunningPlatform {
  readonly url: string
  readonly clinicUrl: string
  /** Token of the first administrator's invitation. */
  readonly invitation: string
  /** SIGTERM; resolves to the exit code once everything is gone. */
  stop(): Promise<number | null>
}

/** The whole product as `npm start` runs it, on free ports and an empty folder. */
export async function startPlatform(): Promise<RunningPlatform> {
  const data = mkdtempSync(join(tmpdir(), 'yunqian-flow-'))
  const [port, clinicPort] = [await freePort(), await freePort()]
  const flags = ['--data', data, '--port', `${port}`, '--clinic-port', `${clinicPort}`]
  const child = spawn(process.execPath, [door, 'start', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  const invitation = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const found = /#\/invitation\/([\w-]{22,64})\s/.exec(said)
      if (found) resolve(found[1]!)
    })
    child.once('exit', (code) => reject(new Error(`the platform ended with ${code}: ${said}`)))
  })
  return {
    url: `http://localhost:${port}`,
    clinicUrl: `http://localhost:${clinicPort}`,
    invitation,
    stop: async () => {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      const [code] = (await gone) as [number | null]
      rmSync(data, { recursive: true, force: true })
      return code
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
