// A TCP proxy before PostgreSQL that knows just enough of its protocol to see a COMMIT go by, and to strike there.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type Moment = 'before the commit' | 'after the commit'

export interface CommitProxy {
  /** The database behind, addressed through the proxy. */
  readonly url: string
  /** Calls `strike` at the n-th commit from now: before it reaches the database, or before its answer goes back. */
  arm(n: number, moment: Moment, strike: () => void): void
  /** Commits seen since `arm`. */
  seen(): number
  close(): Promise<void>
}

const readyForQuery = Buffer.from([0x5a, 0, 0, 0, 5])

export async function proxyBefore(databaseUrl: string): Promise<CommitProxy> {
  const target = new URL(databaseUrl)
  const state = {
    seen: 0,
    at: 0,
    moment: 'before the commit' as Moment,
    strike: () => undefined as void,
  }
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const socket of [near, far]) {
      sockets.add(socket.setNoDelay())
      // A killed process and a dropped connection are what this is for.
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    let struck = false
    let awaited = false
    const watch = messageReader((type, body) => {
      if (type !== 'Q' || body.toString('latin1') !== 'commit\0') return
      state.seen++
      if (state.seen !== state.at) return
      if (state.moment === 'after the commit') awaited = true
      else struck = true
    })
    near.on('data', (chunk: Buffer) => {
      watch(chunk)
      if (!struck) return void far.write(chunk)
      far.destroy()
      state.strike()
    })
    far.on('data', (chunk: Buffer) => {
      if (!awaited) return void near.write(chunk)
      if (!chunk.includes(readyForQuery)) return
      state.strike()
      near.destroy()
    })
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    arm: (n, moment, strike) => void Object.assign(state, { seen: 0, at: n, moment, strike }),
    seen: () => state.seen,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Splits a front end's bytes into messages; the first has no type. */
function messageReader(see: (type: string, body: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  let begun = false
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const header = begun ? 1 : 0
      if (rest.length < header + 4) return
      const length = rest.readUInt32BE(header)
      if (rest.length < header + length) return
      if (begun) see(String.fromCharCode(rest[0]!), rest.subarray(5, header + length))
      rest = rest.subarray(header + length)
      begun = true
    }
  }
}
