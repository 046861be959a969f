import { Client } from 'pg'
import { PlatformError } from '../errors.ts'

// One launcher per cluster. The lock is held by a database session, so the kernel releases it with its holder,
// however that one died; nothing on disk has to be cleaned up or believed.
const openerLock = [0x79756e71, 1] as const

/** The right to run a cluster; given up when its process dies. */
export interface Opener {
  readonly client: Client
  release(): Promise<void>
}

/** Takes the opener's lock on a running server; refuses when another living launcher holds it. */
export async function becomeOpener(superuserUrl: string, onLost: () => void): Promise<Opener> {
  const client = new Client({ connectionString: superuserUrl, keepAlive: true })
  let held = false
  client.on('error', () => undefined)
  client.on('end', () => {
    if (held) onLost()
  })
  await client.connect()
  const release = async (): Promise<void> => {
    held = false
    await client.end().catch(() => undefined)
  }
  const { rows } = await client.query<{ mine: boolean }>(
    'select pg_try_advisory_lock($1, $2) as mine',
    [...openerLock],
  )
  held = rows[0]?.mine === true
  if (held) return { client, release }
  await release()
  throw new PlatformError(
    'platform.postgres-in-use',
    'another running Yunqian uses this data directory 另一个正在运行的云签占用此数据目录',
  )
}

/** Connects as soon as the server accepts sessions, waiting while it starts or recovers. */
export async function whenAccepting<T>(
  connect: () => Promise<T>,
  stillRunning: () => boolean,
  timeoutMs: number,
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return await connect()
    } catch (error) {
      const { code = '', message = '' } = error as { code?: string; message?: string }
      // 57P01 to 57P03: shutting down, restarted after a crash, starting up or recovering.
      const waiting =
        ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03'].includes(code) ||
        message.startsWith('Connection terminated')
      if (!waiting || !stillRunning() || performance.now() > deadline) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}
