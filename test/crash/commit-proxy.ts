// A TCP proxy before PostgreSQL that knows just enough of its protocol to see a transaction that wrote something
// commit, and to strike there. A commit of nothing leaves nothing to lose: it is not counted.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type CommitMoment = 'before the commit' | 'after the commit'

export interface CommitProxy {
  /** The database behind, addressed through the proxy. */
  readonly url: string
  /**
   * Calls `strike` at the n-th commit from now: before it reaches the database, or before its answer goes back.
   * `wrote` says what the transaction did, such as `insert signing_session, update two_party_key`.
   */
  arm(n: number, moment: CommitMoment, strike: (wrote: string) => void): void
  close(): Promise<void>
}

export async function proxyBefore(databaseUrl: string): Promise<CommitProxy> {
  const target = new URL(databaseUrl)
  const state = {
    seen: 0,
    at: 0,
    moment: 'before the commit' as CommitMoment,
    strike: (_wrote: string) => undefined as void,
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
    let statement = ''
    // A statement may leave together with its commit: then what it says counts, not what it did.
    let unanswered = ''
    let wrote = new Set<string>()
    let struck = false
    let awaited = false
    let answered = false
    const asked = messageReader(false, (type, body) => {
      const text = body.toString('latin1')
      if (type === 'P') unanswered = statement = text.split('\0')[1] ?? ''
      if (type !== 'Q') return
      if (text.startsWith('begin')) wrote = new Set()
      if (text !== 'commit\0') return
      if (writes.test(unanswered)) wrote.add(deedOf(unanswered))
      if (wrote.size === 0) return
      state.seen++
      if (state.seen !== state.at) return
      if (state.moment === 'after the commit') awaited = true
      else struck = true
    })
    const heard = messageReader(true, (type, body) => {
      const tag = type === 'C' ? body.toString('latin1') : ''
      if (/^(COMMIT|ROLLBACK)/.test(tag)) answered = true
      if ((type === 'C' && !/^(BEGIN|SET)/.test(tag)) || type === 'E') unanswered = ''
      if (/^(INSERT 0|UPDATE|DELETE) [1-9]/.test(tag)) wrote.add(deedOf(statement))
    })
    near.on('data', (chunk: Buffer) => {
      answered = false
      asked(chunk)
      if (!struck) return void far.write(chunk)
      far.destroy()
      state.strike([...wrote].join(', '))
      near.destroy()
    })
    far.on('data', (chunk: Buffer) => {
      heard(chunk)
      if (!awaited) return void near.write(chunk)
      if (!answered) return
      state.strike([...wrote].join(', '))
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
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const writes = /\b(insert)\s+into\s+(\w+)|\b(update)\s+(\w+)\s+set\b|\b(delete)\s+from\s+(\w+)/

/** `insert into signing_session (…` is `insert signing_session`. */
const deedOf = (sql: string): string =>
  writes
    .exec(sql)
    ?.slice(1)
    .filter((part) => part !== undefined)
    .join(' ') ?? 'a function'

/** Splits bytes into messages; the first of a front end has no type. */
function messageReader(
  typed: boolean,
  see: (type: string, body: Buffer) => void,
): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  let begun = typed
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
