import { parentPort } from 'node:worker_threads'
import type { WorkAnswer, WorkRequest, Works } from './messages.ts'

// Below this a copy is cheaper than handing over.
const worthHandingOver = 65_536

/** Does the works it is asked for, one at a time, until the thread is ended. */
export function serveThread(works: Works): void {
  const port = parentPort
  if (!port) throw new Error('this is the script of a thread')
  port.on('message', async ({ name, input }: WorkRequest) => {
    const answer = await work(works, name, input)
    port.postMessage(answer, 'value' in answer ? largeBuffers(answer.value) : [])
  })
}

async function work(works: Works, name: string, input: unknown): Promise<WorkAnswer> {
  try {
    return { value: await works[name]!(input) }
  } catch (error) {
    const { code, details, name: kind, stack } = error as Record<string, unknown>
    if (typeof code === 'string') return { code, details }
    // The stack, not the message: messages quote values.
    const frames =
      typeof stack === 'string' ? stack.split('\n').filter((l) => /^\s+at /.test(l)) : []
    return { name: String(kind), stack: frames.join('\n') }
  }
}

/** Buffers that a result's large byte arrays fill whole: they move to the other side instead of being copied. */
function largeBuffers(value: unknown): ArrayBuffer[] {
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap((part) =>
    part instanceof Uint8Array &&
    part.byteLength > worthHandingOver &&
    part.byteLength === part.buffer.byteLength &&
    part.buffer instanceof ArrayBuffer
      ? [part.buffer]
      : [],
  )
}
