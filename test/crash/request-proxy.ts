// A proxy before HTTP that strikes when the n-th request has arrived and nothing of it was passed on, or when its answer
// was made and nothing of it has left. Whoever called sees a connection that broke.
import {
  Agent,
  createServer,
  request as send,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

export type RequestMoment = 'the request arrived' | 'the answer was made'

/** A request and the answer made to it, whether or not that answer reached anyone. */
export interface Exchange {
  readonly method: string
  readonly path: string
  readonly body: Buffer
  readonly status: number
  readonly answer: Buffer
}

export interface RequestProxy {
  readonly url: string
  /** Calls `strike` at the n-th request from now; `what` names it. */
  arm(n: number, moment: RequestMoment, strike: (what: string) => void): void
  close(): Promise<void>
}

export async function proxyBeforeHttp(
  port: number,
  see: (exchange: Exchange) => void,
): Promise<RequestProxy> {
  const state = {
    seen: 0,
    at: 0,
    moment: 'the request arrived' as RequestMoment,
    strike: (_what: string) => undefined as void,
  }
  // A connection per request: none outlives the process it led to.
  const agent = new Agent({ keepAlive: false })
  const server = createServer((request, reply) => {
    void pass(request, reply).catch(() => request.socket.destroy())
  })
  const pass = async (request: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const body = await all(request)
    const { method = '', url: path = '' } = request
    const due = ++state.seen === state.at
    const what = `${method} ${path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id').split('?')[0]}`
    if (due && state.moment === 'the request arrived') {
      request.socket.destroy()
      return state.strike(what)
    }
    const made = await forward({ port, agent, method, path, headers: request.headers }, body)
    see({ method, path, body, status: made.status, answer: made.answer })
    if (due) {
      request.socket.destroy()
      return state.strike(what)
    }
    reply.writeHead(made.status, made.headers).end(made.answer)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    arm: (n, moment, strike) => void Object.assign(state, { seen: 0, at: n, moment, strike }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function forward(
  options: RequestOptions,
  body: Buffer,
): Promise<{ status: number; headers: IncomingMessage['headers']; answer: Buffer }> {
  return new Promise((resolve, reject) => {
    const onward = send({ ...options, host: '127.0.0.1' }, (answer) => {
      const { statusCode: status = 0, headers } = answer
      all(answer).then((bytes) => resolve({ status, headers, answer: bytes }), reject)
    })
    onward.on('error', reject)
    onward.end(body)
  })
}

async function all(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
