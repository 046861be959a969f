// Works that do what a work should not.
import { setImmediate } from 'node:timers/promises'
import { serveThread } from './serve-thread.ts'

export const works = {
  double: ({ bytes }: { readonly bytes: Uint8Array }) => ({ bytes: bytes.map((byte) => 2 * byte) }),
  turn: async ({ turns }: { readonly turns: number }): Promise<number> => {
    for (let i = 0; i < turns; i++) await setImmediate()
    return turns
  },
  refuse: (): never => {
    throw Object.assign(new Error('refused'), {
      code: 'documents.pdf-encrypted',
      details: { reason: 'test' },
    })
  },
  fail: (): never => {
    throw new TypeError('quotes a secret')
  },
  die: (): never => process.exit(1),
  hoard: (): never => {
    const all: unknown[] = []
    for (;;) all.push(Array.from({ length: 10_000 }, () => ({})))
  },
  spin: (): never => {
    for (;;);
  },
}

serveThread(works)
